// Puts the lines of the journal together to runs, and says which of them can be undone or resumed.
import type { JournalRun, NodeState, StepResult } from '../contract/acts.ts';
import type { Failure } from '../contract/failures.ts';
import type { BegunEntry, JournalEntry, JournalLink } from './journal-entries.ts';

/** A run while its lines are gathered. */
interface Gathered {
  readonly begun: BegunEntry;
  readonly results: StepResult[];
  openStep: number | null;
  end: { readonly failure: Failure | null } | null;
}

/** @param runningIds runs that go on in this very process @returns newest first */
export function toRuns(entries: readonly JournalEntry[], runningIds: ReadonlySet<string>): JournalRun[] {
  const runs = [...gather(entries).values()];
  const settled = new Set(runs.flatMap(settles));
  return runs.map((run) => toRun(run, runningIds, settled)).reverse();
}

/** Where the nodes of a run stood, or were to stand; null where the journal has no such run, or nothing to restore. */
export function findRestoration(
  entries: readonly JournalEntry[],
  runId: string,
  to: 'before' | 'goal',
): { readonly links: readonly JournalLink[]; readonly settings: BegunEntry['replacedSettings'] } | null {
  const begun = entries.find((entry): entry is BegunEntry => entry.kind === 'begun' && entry.runId === runId);
  if (!begun || !Array.isArray(begun.before) || !Array.isArray(begun.goal)) return null;
  if (to === 'goal') return { links: begun.goal, settings: [] };
  // Only whom the run moves is moved back: others that it looked at may have gone elsewhere since, and for good reason.
  const moved = begun.before.filter((state) => begun.goal.some(({ nodeId }) => nodeId === state.nodeId));
  return { links: moved.map(toLink), settings: begun.replacedSettings ?? [] };
}

/** The run that this one led back or on, where it did so to the end. */
function settles({ begun: { act }, end }: Gathered): string[] {
  return act.kind === 'restore' && end?.failure === null ? [act.runId] : [];
}

function toLink({ nodeId, name, address, runId, master }: NodeState): JournalLink {
  return { nodeId, name, address, runId, master };
}

function gather(entries: readonly JournalEntry[]): Map<string, Gathered> {
  const runs = new Map<string, Gathered>();
  for (const entry of entries) {
    if (entry.kind === 'begun') runs.set(entry.runId, { begun: entry, results: [], openStep: null, end: null });
    const run = runs.get(entry.runId);
    if (!run) continue;
    if (entry.kind === 'stepBegun') run.openStep = entry.index;
    if (entry.kind === 'ended') run.end = { failure: entry.failure };
    if (entry.kind !== 'step') continue;
    run.results.push(entry.result);
    run.openStep = null;
  }
  return runs;
}

function toRun(
  { begun, results, openStep, end }: Gathered,
  runningIds: ReadonlySet<string>,
  settled: ReadonlySet<string>,
): JournalRun {
  const { runId, atMs, who, act, plan, before, goal, replacedSettings, forceReason } = begun;
  const state = stateOf(end, runningIds.has(runId));
  const hasMoved = results.length > 0 || openStep !== null;
  const isOver = state !== 'running';
  // A journal of an older Syncline knows less.
  const knowsLinks = (goal?.length ?? 0) > 0 && (before?.length ?? 0) > 0;
  const knowsSettings = (replacedSettings ?? []).some(({ values }) => Object.keys(values).length > 0);
  return {
    runId,
    atMs,
    who,
    act,
    title: plan.title,
    steps: plan.steps,
    results,
    state,
    failure: end?.failure ?? null,
    openStep,
    forceReason: forceReason ?? null,
    before: before ?? [],
    canUndo: isOver && hasMoved && (knowsLinks || knowsSettings),
    canResume: isOver && state !== 'done' && knowsLinks,
    isSettled: settled.has(runId),
  };
}

function stateOf(end: Gathered['end'], isRunning: boolean): JournalRun['state'] {
  if (!end) return isRunning ? 'running' : 'unfinished';
  if (end.failure === null) return 'done';
  return end.failure.code === 'runCancelled' ? 'cancelled' : 'failed';
}

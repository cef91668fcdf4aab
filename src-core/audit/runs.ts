// Puts the lines of the journal together to runs, and says which of them can be undone or resumed.
import type { JournalRun, NodeState, StepResult } from '../contract/acts.ts';
import type { Failure } from '../contract/failures.ts';
import type { Address } from '../contract/places.ts';
import {
  type BegunEntry,
  type JournalEntry,
  type JournalLink,
  type JournalSettings,
  toLink,
} from './journal-entries.ts';
import { findLeftPauses } from './left-pauses.ts';

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

/** What the plan back or on of a run is made of. */
export interface JournalRestoration {
  readonly links: readonly JournalLink[];
  readonly settings: readonly JournalSettings[];
  /** Where writes may be held still, by this run or another that could not let go. */
  readonly paused: readonly JournalLink[];
  /** Back from a run after which no other moved any of its nodes. */
  readonly undoesLatest: boolean;
}

/** Where the nodes of a run stood, or were to stand; null where the journal has no such run, or nothing to restore. */
export function findRestoration(
  entries: readonly JournalEntry[],
  runId: string,
  to: 'before' | 'goal',
  nowMs: number,
): JournalRestoration | null {
  const begun = entries.find((entry): entry is BegunEntry => entry.kind === 'begun' && entry.runId === runId);
  if (!begun || !Array.isArray(begun.before) || !Array.isArray(begun.goal)) return null;
  const paused = findLeftPauses(entries, nowMs).map(({ node }) => node);
  if (to === 'goal') return { links: begun.goal, settings: begun.goalSettings ?? [], paused, undoesLatest: false };
  // Only whom the run moves is moved back: others that it looked at may have gone elsewhere since, and for good reason.
  const moved = begun.before.filter((state) => begun.goal.some(({ nodeId }) => nodeId === state.nodeId));
  // A file that was not written is not to be: it may lack what others set since, and for good reason.
  const rewrote = entries.some((entry) => isRewrite(entry, begun));
  const settings = (begun.replacedSettings ?? []).map((each) => ({
    ...each,
    rewrites: each.rewrites === true && rewrote,
  }));
  return { links: moved.map(toLink), settings, paused, undoesLatest: isLatest(entries, begun) };
}

/** Its nodes have other ids at another start: their names stay. */
function isLatest(entries: readonly JournalEntry[], begun: BegunEntry): boolean {
  const names = new Set(begun.goal.map(({ name }) => name));
  const later = entries.slice(entries.indexOf(begun) + 1);
  return !later.some((entry) => entry.kind === 'begun' && (entry.goal ?? []).some(({ name }) => names.has(name)));
}

function isRewrite(entry: JournalEntry, { runId, plan }: BegunEntry): boolean {
  return entry.kind === 'stepBegun' && entry.runId === runId && plan.steps[entry.index]?.command === 'CONFIG REWRITE';
}

/** The run that this one led back or on, where it did so to the end. */
function settles({ begun: { act }, end }: Gathered): string[] {
  return act.kind === 'restore' && end?.failure === null ? [act.runId] : [];
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
  const { runId, atMs, who, act, plan, before, goal, replacedSettings, goalSettings, forceReason } = begun;
  const state = stateOf(end, runningIds.has(runId));
  const hasMoved = results.length > 0 || openStep !== null;
  const isOver = state !== 'running';
  // A journal of an older Syncline knows less.
  const knowsLinks = (goal?.length ?? 0) > 0 && (before?.length ?? 0) > 0;
  // A resync or a restart that came to its end left everybody where it was.
  const isBack = state === 'done' && knowsLinks && goal.every((link) => stoodThere(link, before));
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
    canUndo: isOver && hasMoved && ((knowsLinks && !isBack) || knowsSettings(replacedSettings)),
    canResume: isOver && state !== 'done' && (knowsLinks || knowsSettings(goalSettings)),
    isSettled: settled.has(runId),
  };
}

function stoodThere({ nodeId, master }: JournalLink, before: readonly NodeState[]): boolean {
  return before.some((state) => state.nodeId === nodeId && isSameAddress(state.master, master));
}

function isSameAddress(one: Address | null, other: Address | null): boolean {
  return one?.host === other?.host && one?.port === other?.port;
}

function knowsSettings(settings: readonly JournalSettings[] = []): boolean {
  return settings.some(({ values }) => Object.keys(values).length > 0);
}

function stateOf(end: Gathered['end'], isRunning: boolean): JournalRun['state'] {
  if (!end) return isRunning ? 'running' : 'unfinished';
  if (end.failure === null) return 'done';
  return end.failure.code === 'runCancelled' ? 'cancelled' : 'failed';
}

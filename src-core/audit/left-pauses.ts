// Reads from the journal where a run that could not let go may hold writes still: killed, or cut off from the node. Pure.
import { type BegunEntry, type JournalEntry, type JournalLink, toLink } from './journal-entries.ts';

/** Writes held at a node, until the server's own clock lets go. */
export interface LeftPause {
  readonly node: JournalLink;
  readonly untilMs: number;
}

const pauseCommand = /^CLIENT PAUSE (\d+) WRITE$/;
const releaseCommand = 'CLIENT UNPAUSE';

/** Those whose end has not come, oldest first. A node is in it once. */
export function findLeftPauses(entries: readonly JournalEntry[], nowMs: number): LeftPause[] {
  const begun = new Map<string, BegunEntry>();
  const left = new Map<string, LeftPause>();
  for (const entry of entries) {
    if (entry.kind === 'begun') begun.set(entry.runId, entry);
    const of = begun.get(entry.runId);
    if (!of || !Array.isArray(of.before)) continue;
    // Begun is enough: after a crash its command may have been sent.
    if (entry.kind === 'stepBegun') {
      const pause = toPause(of, entry.index, entry.atMs);
      if (pause) left.set(pause.node.name, pause);
    }
    const released = releasedBy(entry);
    if (released !== null) left.delete(released);
  }
  return [...left.values()].filter(({ untilMs }) => untilMs > nowMs);
}

function toPause({ plan, before }: BegunEntry, index: number, atMs: number): LeftPause | null {
  const step = plan.steps[index];
  const durationMs = Number(pauseCommand.exec(step?.command ?? '')?.[1] ?? Number.NaN);
  const state = before.find(({ nodeId }) => nodeId === step?.nodeId);
  return state && !Number.isNaN(durationMs) ? { node: toLink(state), untilMs: atMs + durationMs } : null;
}

/** The name of the node that let go, by a step or when its run ended early. */
function releasedBy(entry: JournalEntry): string | null {
  if (entry.kind === 'released') {
    return entry.command === releaseCommand && entry.answer === 'OK' ? entry.nodeName : null;
  }
  if (entry.kind !== 'step') return null;
  const { step, ok } = entry.result;
  return step.command === releaseCommand && ok ? step.nodeName : null;
}

// The rule of partial resync, told a second time and from the outside, so that the engine's own cannot judge itself.
import type { Machine } from './machine.ts';

export interface Verdict {
  readonly kind: 'continue' | 'full';
  /** The figures that led to it, for the failure's text. */
  readonly because: string;
}

/**
 * A partial resync is due when the master can say: "what you have is a beginning of what I have, and I still hold the
 * next byte". The first needs the same history, or the one that it continues and no byte past their parting; the
 * second needs the byte within the backlog, or just behind its end.
 */
export function verdict(master: Machine, asked: { readonly id: string; readonly byte: number }): Verdict | null {
  const stream = master.engine?.replication.stream;
  if (stream === undefined) return null;
  const { id, previous, offset } = stream.history;
  const held = stream.window?.histlenBytes ?? -1;
  const parting = previous !== null && previous.id === asked.id ? previous.endByte : -1;
  const isSameSoFar = asked.id === id || asked.byte <= parting;
  const isHeld = held >= 0 && asked.byte > offset - held && asked.byte <= offset + 1;
  const because =
    `it stands at ${offset} of ${id} and holds ${held} bytes, ` +
    `its former history ${previous?.id ?? 'is none'} ended before ${previous?.endByte ?? 0}`;
  return { kind: isSameSoFar && isHeld ? 'continue' : 'full', because };
}

// What a fault does to the bytes of one direction of a relay; its counts run over all wires since the fault was set.
import { mulberry32 } from '../base/seeded-random.ts';
import type { Direction, Fault } from '../contract/faults.ts';
import type { FaultState } from './fault-state.ts';

/** A throttled direction may spend what it saved up in so long a pause, so that small messages are not cut in pieces. */
const burstMs = 50;

export interface Treatment {
  /** Nothing leaves while this holds; nothing is lost. */
  readonly holds: boolean;
  /** Everything vanishes, the end of the wire too. */
  readonly swallows: boolean;
  /** What of the chunk goes on; `trips` says that the wire is cut behind it. May change the chunk. */
  filter(chunk: Buffer): { readonly bytes: Buffer; readonly trips: boolean };
  /** How long the next bytes are kept back. */
  delayMs(): number;
  /** How many of so many bytes may leave now; they count as gone. */
  spend(wanted: number, nowMs: number): number;
  /** How long to wait after `spend` gave less than was wanted. */
  waitMs(): number;
}

const plain: Treatment = {
  holds: false,
  swallows: false,
  filter: (bytes) => ({ bytes, trips: false }),
  delayMs: () => 0,
  spend: (wanted) => wanted,
  waitMs: () => 0,
};

/** @param nowMs when the fault was set, by the clock that `spend` will be asked with */
export function makeTreatment(state: FaultState, direction: Direction, nowMs: number): Treatment {
  if (state.kind === 'stalled') return { ...plain, holds: true };
  if (state.kind !== 'shaping' && state.kind !== 'armed') return plain;
  const { fault } = state;
  switch (fault.kind) {
    case 'delay':
      return { ...plain, delayMs: delays(fault, direction) };
    case 'throttle':
      return { ...plain, ...bucket(fault.bytesPerSecond, nowMs) };
    default:
      return fault.direction === direction ? oneSided(fault) : plain;
  }
}

function oneSided(fault: Extract<Fault, { direction: Direction }>): Treatment {
  switch (fault.kind) {
    case 'drop':
      return { ...plain, swallows: true };
    case 'corrupt':
      return { ...plain, filter: corrupter(fault) };
    case 'cutAfter':
      return { ...plain, filter: cutAfter(fault.bytes) };
    case 'cutAt':
      return { ...plain, filter: cutAt(Buffer.from(fault.text, 'utf8')) };
  }
}

function delays(fault: Extract<Fault, { kind: 'delay' }>, direction: Direction): Treatment['delayMs'] {
  const leastMs = direction === 'toReplica' ? fault.toReplicaMs : fault.toMasterMs;
  return () => leastMs + Math.random() * fault.jitterMs;
}

function bucket(bytesPerSecond: number, nowMs: number): Pick<Treatment, 'spend' | 'waitMs'> {
  const capacity = Math.max(1, (bytesPerSecond * burstMs) / 1000);
  let saved = capacity;
  let atMs = nowMs;
  return {
    spend: (wanted, laterMs) => {
      saved = Math.min(capacity, saved + ((laterMs - atMs) * bytesPerSecond) / 1000);
      atMs = laterMs;
      const spent = Math.min(wanted, Math.floor(saved));
      saved -= spent;
      return spent;
    },
    // Until the bucket is full again or holds one byte: waking for each byte would cost more than it passes.
    waitMs: () => Math.max(1, ((Math.max(1, capacity / 2) - saved) * 1000) / bytesPerSecond),
  };
}

function corrupter(fault: Extract<Fault, { kind: 'corrupt' }>): Treatment['filter'] {
  const draw = mulberry32(fault.seed);
  const { where } = fault;
  // Even between 1 and 2 n − 1 the gaps are n on average.
  const gap = () => (where.kind === 'atByte' ? Number.POSITIVE_INFINITY : 1 + (draw() % (2 * where.everyBytes - 1)));
  let untilFlip = where.kind === 'atByte' ? where.byte : gap() - 1;
  return (bytes) => {
    let at = untilFlip;
    for (; at < bytes.length; at += gap()) bytes[at] = (bytes[at] ?? 0) ^ (1 + (draw() % 255));
    untilFlip = at - bytes.length;
    return { bytes, trips: false };
  };
}

function cutAfter(bytes: number): Treatment['filter'] {
  let left = bytes;
  return (chunk) => {
    const passes = chunk.subarray(0, left);
    left -= passes.length;
    return { bytes: passes, trips: passes.length < chunk.length };
  };
}

/** The word is looked for in each read for itself: one that the system delivers in two pieces is missed. */
function cutAt(word: Buffer): Treatment['filter'] {
  return (chunk) => {
    const at = chunk.indexOf(word);
    return at < 0 ? { bytes: chunk, trips: false } : { bytes: chunk.subarray(0, at), trips: true };
  };
}

// Faults on purpose: what a relay on a link can do to the bytes, as data that calls carry and screens show.
import * as z from 'zod';
import type { Failure } from './failures.ts';
import type { Address } from './places.ts';

/** Named bounds of faults; the same in calls, forms and tests. */
export const faultBounds = {
  cutSecondsMax: 3600,
  /** A repeated cut begins at most this often. */
  cutEverySecondsMin: 1,
  cutEverySecondsMax: 3600,
  delayMsMax: 60_000,
  throttleBytesPerSecondMin: 1,
  throttleBytesPerSecondMax: 1_000_000_000,
  corruptEveryBytesMin: 1,
  corruptEveryBytesMax: 1_000_000_000,
  byteMax: 1_000_000_000_000,
  textMaxLength: 64,
  seedMax: 0xffff_ffff,
} as const;

const direction = z.enum(['toReplica', 'toMaster']);
const milliseconds = z.int().min(0).max(faultBounds.delayMsMax);
const byte = z.int().min(0).max(faultBounds.byteMax);

const faultKinds = z.discriminatedUnion('kind', [
  /** The wires are dropped now, and new ones refused for so long; again and again where `everySeconds` is given. */
  z.object({
    kind: z.literal('cut'),
    seconds: z.number().min(0).max(faultBounds.cutSecondsMax),
    everySeconds: z.number().min(faultBounds.cutEverySecondsMin).max(faultBounds.cutEverySecondsMax).nullable(),
  }),
  /** Once: the wire is dropped after so many more bytes of that direction have passed. */
  z.object({ kind: z.literal('cutAfter'), direction, bytes: byte }),
  /** Once: the wire is dropped when that direction says `text`; those bytes do not pass. */
  z.object({ kind: z.literal('cutAt'), direction, text: z.string().min(1).max(faultBounds.textMaxLength) }),
  /** New connections are refused; those that are there stay. */
  z.object({ kind: z.literal('holdOff') }),
  /** Nothing passes in either direction, nothing is lost, and the connections stay. */
  z.object({ kind: z.literal('stall') }),
  /** Each byte comes later by the delay of its direction and up to `jitterMs` more, in order. */
  z.object({ kind: z.literal('delay'), toReplicaMs: milliseconds, toMasterMs: milliseconds, jitterMs: milliseconds }),
  /** Bytes a second, in each direction for itself. */
  z.object({
    kind: z.literal('throttle'),
    bytesPerSecond: z.int().min(faultBounds.throttleBytesPerSecondMin).max(faultBounds.throttleBytesPerSecondMax),
  }),
  /** One direction vanishes, its end too, and the other side is not told: a link that is half open. */
  z.object({ kind: z.literal('drop'), direction }),
  /** Bytes of one direction are changed: one at an offset counted from now, or one in so many. */
  z.object({
    kind: z.literal('corrupt'),
    direction,
    where: z.discriminatedUnion('kind', [
      z.object({ kind: z.literal('atByte'), byte }),
      z.object({
        kind: z.literal('rate'),
        everyBytes: z.int().min(faultBounds.corruptEveryBytesMin).max(faultBounds.corruptEveryBytesMax),
      }),
    ]),
    /** Decides which bytes and how they are changed: the same seed does the same harm. */
    seed: z.int().min(0).max(faultBounds.seedMax),
  }),
]);

/** A repeated cut must leave time in which the link is not cut. */
export const faultSchema = faultKinds.refine(
  (fault) => fault.kind !== 'cut' || fault.everySeconds === null || fault.everySeconds > fault.seconds,
  { path: ['everySeconds'], error: 'a cut is repeated after it has ended' },
);

export type Fault = z.infer<typeof faultKinds>;
export type Direction = z.infer<typeof direction>;

/** What is on a link now, as a screen shows it. */
export interface LinkFaultView {
  /** Null: the relay passes everything on. */
  readonly fault: Fault | null;
  /** `refusing`: no connection comes through now. `between`: a repeated cut is over, and the next one will come. */
  readonly phase: 'passing' | 'refusing' | 'acting' | 'between';
  /** When `refusing` or `between` ends by itself; null where it does not. */
  readonly untilMs: number | null;
  /** Wires that the relay dropped since it stands on the link. */
  readonly cuts: number;
}

/** A relay of ours that stands on a link: the replica follows its address, and it passes on to the master's. */
export interface RelayView extends LinkFaultView {
  readonly address: Address;
}

/** A change of a fault as the journal tells it. */
export interface JournalFault {
  readonly runId: string;
  readonly atMs: number;
  readonly who: string;
  readonly replica: string;
  readonly master: Address;
  readonly relay: Address;
  /** `clear`: the relay was taken off; `fault: null`: it passed everything on. */
  readonly change: { readonly kind: 'fault'; readonly fault: Fault | null } | { readonly kind: 'clear' };
  /** What re-pointed the replica; null where only the relay was told. */
  readonly command: string | null;
  /** `open`: its end was not written, so it may have been done or not. */
  readonly state: 'done' | 'failed' | 'open';
  readonly failure: Failure | null;
}

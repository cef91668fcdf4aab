// The form of a fault as plain data: what is typed for each kind, and the fault that it means. Pure.
import { type Direction, type Fault, faultSchema } from '#core/contract/faults.ts';

/** The kinds that the dialog offers; cuts at a byte or a word are for scripts. */
export const offeredKinds = ['cut', 'holdOff', 'stall', 'delay', 'throttle', 'drop', 'corrupt'] as const;
export type OfferedKind = (typeof offeredKinds)[number];

/** What a number field holds: a number, or a text that is none yet. */
export type Typed = number | string;

export interface FaultForm {
  readonly kind: OfferedKind;
  readonly seconds: Typed;
  /** Empty: once. */
  readonly everySeconds: Typed;
  readonly toReplicaMs: Typed;
  readonly toMasterMs: Typed;
  readonly jitterMs: Typed;
  readonly bytesPerSecond: Typed;
  readonly direction: Direction;
  readonly where: 'atByte' | 'rate';
  readonly byte: Typed;
  readonly everyBytes: Typed;
}

/** Figures whose effect is seen at once on a gentle load. */
const proposed: FaultForm = {
  kind: 'cut',
  seconds: 5,
  everySeconds: '',
  toReplicaMs: 200,
  toMasterMs: 200,
  jitterMs: 0,
  bytesPerSecond: 10_000,
  direction: 'toReplica',
  where: 'rate',
  byte: 0,
  everyBytes: 10_000,
};

/** The form as it opens: with the figures of the fault that is on, else with those that are proposed. */
export function formOf(fault: Fault | null): FaultForm {
  if (fault === null || fault.kind === 'cutAfter' || fault.kind === 'cutAt') return proposed;
  if (fault.kind === 'cut') return { ...proposed, ...fault, everySeconds: fault.everySeconds ?? '' };
  if (fault.kind !== 'corrupt') return { ...proposed, ...fault };
  const { where, direction } = fault;
  const figures = where.kind === 'atByte' ? { byte: where.byte } : { everyBytes: where.everyBytes };
  return { ...proposed, kind: 'corrupt', direction, where: where.kind, ...figures };
}

/** Null where a figure is missing or out of its bounds. @param seed for the bytes that are corrupted */
export function toFault(form: FaultForm, seed: number): Fault | null {
  const parsed = faultSchema.safeParse(draft(form, seed));
  return parsed.success ? parsed.data : null;
}

function draft(form: FaultForm, seed: number): object {
  const { kind, direction } = form;
  switch (kind) {
    case 'cut':
      return { kind, seconds: form.seconds, everySeconds: form.everySeconds === '' ? null : form.everySeconds };
    case 'holdOff':
    case 'stall':
      return { kind };
    case 'delay':
      return { kind, toReplicaMs: form.toReplicaMs, toMasterMs: form.toMasterMs, jitterMs: form.jitterMs };
    case 'throttle':
      return { kind, bytesPerSecond: form.bytesPerSecond };
    case 'drop':
      return { kind, direction };
    case 'corrupt': {
      const where =
        form.where === 'atByte' ? { kind: 'atByte', byte: form.byte } : { kind: 'rate', everyBytes: form.everyBytes };
      return { kind, direction, where, seed };
    }
  }
}

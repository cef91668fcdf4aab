// What is typed in the faults dialog, and the fault that it means.
import { expect, test } from 'vitest';
import type { Fault } from '#core/contract/faults.ts';
import { type FaultForm, formOf, offeredKinds, toFault } from '../../../../src-renderer/dialogs/fault-form.ts';

const typed = (part: Partial<FaultForm>) => toFault({ ...formOf(null), ...part }, 7);

test('every kind that is offered has figures that may be set as they are', () => {
  expect(offeredKinds.map((kind) => typed({ kind })?.kind)).toEqual([...offeredKinds]);
});

test('a fault that is on opens with its own figures', () => {
  const faults: Fault[] = [
    { kind: 'cut', seconds: 3, everySeconds: 9 },
    { kind: 'cut', seconds: 0, everySeconds: null },
    { kind: 'delay', toReplicaMs: 1, toMasterMs: 2, jitterMs: 3 },
    { kind: 'throttle', bytesPerSecond: 77 },
    { kind: 'drop', direction: 'toMaster' },
    { kind: 'stall' },
    { kind: 'corrupt', direction: 'toMaster', where: { kind: 'atByte', byte: 5 }, seed: 7 },
    { kind: 'corrupt', direction: 'toReplica', where: { kind: 'rate', everyBytes: 50 }, seed: 7 },
  ];
  expect(faults.map((fault) => toFault(formOf(fault), 7))).toEqual(faults);
});

test('an empty figure, one out of its bounds, and a cut repeated before it ends are no fault', () => {
  expect(typed({ kind: 'cut', seconds: '' })).toBeNull();
  expect(typed({ kind: 'cut', seconds: 10, everySeconds: 5 })).toBeNull();
  expect(typed({ kind: 'throttle', bytesPerSecond: 0 })).toBeNull();
  expect(typed({ kind: 'delay', jitterMs: -1 })).toBeNull();
  expect(typed({ kind: 'corrupt', everyBytes: 1.5 })).toBeNull();
});

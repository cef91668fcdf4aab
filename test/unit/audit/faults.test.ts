// The faults of a journal, as the window lists them.
import { expect, it } from 'vitest';
import type { FaultEntry } from '#core/audit/fault-entry.ts';
import { toFaults } from '#core/audit/faults.ts';

const at = (port: number) => ({ host: '127.0.0.1', port });
const begun: FaultEntry = {
  kind: 'fault',
  runId: 'first',
  atMs: 1000,
  who: 'ann',
  state: 'begun',
  replica: 'bravo',
  address: at(1),
  replicaRunId: 'p',
  relay: at(2),
  master: at(3),
  change: { kind: 'fault', fault: { kind: 'stall' } },
  command: 'REPLICAOF 127.0.0.1 2',
  failure: null,
};
const failure = { code: 'nodeNotConnected', params: { name: 'bravo' }, retryable: true } as const;

it('a change is one entry from its first line, with the end of its last one; newest first', () => {
  const clearing: FaultEntry = { ...begun, runId: 'second', atMs: 3000, change: { kind: 'clear' }, command: null };
  const found = toFaults([begun, { ...begun, state: 'ended', atMs: 1200 }, clearing]);
  expect(found).toEqual([
    {
      runId: 'second',
      atMs: 3000,
      who: 'ann',
      replica: 'bravo',
      master: at(3),
      relay: at(2),
      change: { kind: 'clear' },
      command: null,
      state: 'open',
      failure: null,
    },
    {
      runId: 'first',
      atMs: 1000,
      who: 'ann',
      replica: 'bravo',
      master: at(3),
      relay: at(2),
      change: { kind: 'fault', fault: { kind: 'stall' } },
      command: 'REPLICAOF 127.0.0.1 2',
      state: 'done',
      failure: null,
    },
  ]);
});

it('one that failed carries why', () => {
  const [found] = toFaults([begun, { ...begun, state: 'ended', failure }]);
  expect(found).toMatchObject({ state: 'failed', failure });
});

it('a line of an older Syncline, which does not name the relay, is passed over', () => {
  const { relay: _relay, ...older } = begun;
  expect(toFaults([older as FaultEntry])).toEqual([]);
});

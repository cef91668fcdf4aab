// Which relays a killed Syncline left on links, read from lines of the journal.
import { expect, it } from 'vitest';
import type { FaultEntry } from '#core/audit/fault-entry.ts';
import { findLeftRelays } from '#core/audit/left-relays.ts';

const at = (port: number) => ({ host: '127.0.0.1', port });
const left = { replica: 'bravo', address: at(1), replicaRunId: 'p', relay: at(2), master: at(3) };
const laid: FaultEntry = {
  ...left,
  kind: 'fault',
  runId: 'r',
  atMs: 1,
  who: 'ann',
  state: 'begun',
  change: { kind: 'fault', fault: null },
  command: 'REPLICAOF 127.0.0.1 2',
  failure: null,
};
const ended: FaultEntry = { ...laid, state: 'ended' };
const clearing: FaultEntry = { ...laid, change: { kind: 'clear' }, command: 'REPLICAOF 127.0.0.1 3' };
const cleared: FaultEntry = { ...clearing, state: 'ended' };
const failure = { code: 'nodeNotConnected', params: {}, retryable: true } as const;

it.each<[string, FaultEntry[], object[]]>([
  ['laid and never taken off', [laid, ended], [left]],
  ['begun to be laid: its command may have been sent', [laid], [left]],
  ['taken off', [laid, ended, clearing, cleared], []],
  ['begun to be taken off', [laid, ended, clearing], [left]],
  ['taken off in vain', [laid, ended, clearing, { ...cleared, failure }], [left]],
  ['taken off while the replica was not there to be told', [laid, ended, { ...cleared, command: null }], [left]],
  ['laid again at the same address', [laid, ended, clearing, cleared, laid, ended], [left]],
  [
    'another one taken off',
    [laid, { ...laid, relay: at(4) }, { ...cleared, relay: at(4) }, { ...cleared, address: at(5) }],
    [left],
  ],
])('a relay %s', (_what, entries, expected) => {
  expect(findLeftRelays(entries)).toEqual(expected);
});

it('a line of an older Syncline, which does not name the relay, is passed over', () => {
  const { relay: _relay, address: _address, ...older } = laid;
  expect(findLeftRelays([older as FaultEntry])).toEqual([]);
});

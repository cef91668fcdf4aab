// Read-only mode is an allow-list: what is not on it does not pass, known or not.
import { describe, expect, it } from 'vitest';
import { onlyReads, ReadOnlyGate } from '#core/host/read-only.ts';

describe('a command only reads', () => {
  it.each([['INFO'], ['info', 'replication'], ['CONFIG', 'GET', 'save'], ['client', 'LIST'], ['SENTINEL', 'masters']])(
    '%s %s',
    (...words) => expect(onlyReads(words.filter(Boolean))).toBe(true),
  );

  it.each([
    ['SET', 'a', '1'],
    ['CONFIG', 'SET', 'save', ''],
    ['CONFIG', 'REWRITE'],
    ['CLIENT', 'KILL', 'TYPE', 'master'],
    ['REPLICAOF', 'NO', 'ONE'],
    ['FAILOVER'],
    ['SENTINEL', 'FAILOVER', 'shop'],
    ['MULTI'],
    ['EVAL', 'return 1', '0'],
    ['DEBUG', 'SLEEP', '1'],
    ['A.COMMAND.OF.TOMORROW'],
    [],
  ])('not %s %s', (...words) => expect(onlyReads(words.filter((word) => word !== undefined))).toBe(false));
});

it('the gate says which command it holds back, and nothing of its words', () => {
  const gate = new ReadOnlyGate(true);
  expect(() => gate.mayExecute([['PING'], ['CONFIG', 'SET', 'masterauth', 'hunter2']])).toThrow(/"CONFIG"/);
  expect(() => gate.mayExecute([['CONFIG', 'SET', 'masterauth', 'hunter2']])).not.toThrow(/hunter2/);
  expect(() => gate.mayExecute([['PING'], ['ROLE']])).not.toThrow();
  gate.isOn = false;
  expect(() => gate.mayExecute([['FLUSHALL']])).not.toThrow();
});

// The log of denials: what counts as one, and what is forgotten.
import { expect, test } from 'vitest';
import { AclLog } from '#core/engine/server/acl-log.ts';

const entry = (object: string, atMs: number) =>
  ({ reason: 'key', context: 'toplevel', object, username: 'u', atMs, client: 'id=1' }) as const;

function shown(log: AclLog): string[] {
  return log.entries.map(({ object, count }) => `${object}:${count}`);
}

test('denials that are alike within a minute are counted together, and come to the top', () => {
  const log = new AclLog();
  log.add(entry('a', 0), 128);
  log.add(entry('b', 10), 128);
  log.add(entry('a', 60_000), 128);
  expect(shown(log)).toEqual(['a:2', 'b:1']);
  log.add(entry('a', 120_001), 128);
  expect(shown(log)).toEqual(['a:1', 'a:2', 'b:1']);
});

test('only the ten newest are looked at for one that is alike', () => {
  const log = new AclLog();
  log.add(entry('first', 0), 128);
  for (let i = 0; i < 10; i++) log.add(entry(`key${i}`, 1), 128);
  log.add(entry('first', 2), 128);
  expect(log.entries[0]).toMatchObject({ object: 'first', count: 1 });
  expect(log.entries).toHaveLength(12);
});

test('it keeps no more than acllog-max-len', () => {
  const log = new AclLog();
  for (let i = 0; i < 5; i++) log.add(entry(`key${i}`, i), 2);
  expect(shown(log)).toEqual(['key4:1', 'key3:1']);
  log.clear();
  expect(log.entries).toEqual([]);
});

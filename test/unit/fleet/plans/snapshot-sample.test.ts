// What a look at a few keys tells of the whole snapshot: its length and the parts of its values; and what a server may refuse.
import { expect, it } from 'vitest';
import { sampleSnapshot } from '#core/fleet/plans/snapshot-sample.ts';
import type { Reply } from '#core/remote/role.ts';
import { sceneReading } from '../scene.ts';

/** A server of hashes of three fields, that take 100 bytes of memory and 40 of a snapshot, and may refuse some commands. */
const serverOf =
  (...refused: string[]) =>
  async (commands: readonly (readonly string[])[]): Promise<readonly Reply[]> =>
    commands.map(([command = '']) => (refused.includes(command) ? { error: 'NOPERM' } : (answers[command] ?? null)));

const answers: Readonly<Record<string, Reply>> = {
  RANDOMKEY: 'hash:1',
  MEMORY: 100,
  PTTL: -1,
  TYPE: 'hash',
  HLEN: 3,
  DUMP: 'x'.repeat(50),
};

const reading = sceneReading(6379, { keys: 1000 });

it('the mean of the sample stands for all keys: their bytes, and two parts for each field of a hash', async () => {
  expect(await sampleSnapshot(serverOf(), reading)).toEqual({
    kind: 'sampled',
    // 40 of the value, 6 of the name and 1 of its length; and the header.
    bytes: 190 + 47 * 1000,
    parts: 6000,
    sampledKeys: 400,
    keys: 1000,
  });
});

it.each(['TYPE', 'HLEN'])(
  'where %s is refused each value counts as one part, and the bytes are known all the same',
  async (name) => {
    expect(await sampleSnapshot(serverOf(name), reading)).toMatchObject({ bytes: 190 + 47 * 1000, parts: 1000 });
  },
);

it.each(['RANDOMKEY', 'MEMORY', 'PTTL', 'DUMP'])('where %s is refused nothing is known', async (name) => {
  expect(await sampleSnapshot(serverOf(name), reading)).toBeNull();
});

it('of a server without keys nothing is asked', async () => {
  const empty = sceneReading(6379, { keys: 0 });
  expect(await sampleSnapshot(() => Promise.reject(new Error('asked')), empty)).toEqual({ kind: 'empty', bytes: 190 });
});

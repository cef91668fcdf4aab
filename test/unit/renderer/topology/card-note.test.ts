import { beforeAll, expect, test } from 'vitest';
import { startTexts } from '../../../../src-renderer/i18n/i18n.ts';
import { noteOf } from '../../../../src-renderer/topology/card-note.ts';
import { master, replica } from '../support/views.ts';

beforeAll(startTexts);

const supervision = { masterName: 'shop', sentinels: 3, quorum: 2, isMaster: true, asked: 3, agreement: 3 };

test('a master under Sentinels says how many, their quorum and its name there', () => {
  expect(noteOf(master('alpha', { supervision }))).toEqual({ text: 'shop: sentinels 3, quorum 2', isWarning: false });
});

test('Sentinels that do not agree on the master are a warning', () => {
  const note = noteOf(master('alpha', { supervision: { ...supervision, agreement: 1 } }));
  expect(note).toEqual({ text: 'shop: 1 of 3 Sentinels say that it is the master', isWarning: true });
});

test('a replica does not repeat what stands on its master, and says by which address others know it', () => {
  const announced = { address: { host: '172.17.0.2', port: 6379 }, by: 'master' } as const;
  expect(noteOf(replica('bravo', 'alpha', {}, { supervision, announced }))).toEqual({
    text: 'others know it as 172.17.0.2:6379',
    isWarning: true,
  });
});

test('a node of a cluster says its shard and slots', () => {
  const cluster = { shard: 2, shards: 3, slots: '5461-10922', masterAddress: null };
  expect(noteOf(master('alpha', { cluster }))?.text).toBe('shard 2 of 3 · slots 5461-10922');
  expect(noteOf(master('alpha'))).toBeNull();
});

// What a restart does, by role and by how a server keeps its data.
import { expect, it } from 'vitest';
import { forecastRestart, type Keeping } from '#core/insight/restart.ts';

const keeping: Keeping = {
  name: 'n',
  isEmbedded: false,
  role: 'replica',
  keys: 10,
  save: '3600 1',
  aofEnabled: false,
  hasConfigFile: true,
  replicasBelow: 0,
  keysBelow: 0,
  work: {
    family: 'redis',
    keys: 1_000_000,
    dataBytes: 240_000_000,
    lastSaveSeconds: null,
    saveDelayMicros: 0,
    loadDelayMicros: 0,
  },
};
const master = { role: 'master', replicasBelow: 2, keysBelow: 20 } as const;

it.each<[string, Partial<Keeping>, string, string, number | null]>([
  ['a replica that saves', {}, 'partial', 'restartKeepsHistory', 0],
  ['one with an append-only file', { aofEnabled: true }, 'full', 'restartFromAof', 0],
  ['one that saves nothing', { save: '' }, 'unknown', 'restartReplicaUnsaved', 0],
  ['one without a configuration file', { hasConfigFile: false }, 'unknown', 'restartPlaceUnknown', 0],
  ['one whose settings are not known', { save: null }, 'unknown', 'restartUnknown', null],
  ['an embedded one', { isEmbedded: true, save: '' }, 'partial', 'restartKeepsHistory', 0],
  ['a master that saves', master, 'partial', 'restartKeepsHistory', 0],
  ['a master that saves nothing', { ...master, save: '' }, 'full', 'restartMasterUnsaved', 30],
  ['a master that saves nothing, alone', { role: 'master', save: '' }, 'none', 'restartMasterUnsaved', 10],
])('%s', (_title, part, sync, code, keysLost) => {
  expect(forecastRestart({ ...keeping, ...part })).toMatchObject({ sync, reason: { code }, keysLost });
});

it('a snapshot is written and loaded at the paces of a sync, or in the time that the last one took', () => {
  // A million strings of 240 bytes: 0.57 + 1 s to save, 0.67 + 0.8 s to load.
  const { range } = forecastRestart(keeping);
  expect(range?.leastSeconds).toBeCloseTo(3.04 / 2, 6);
  expect(range?.mostSeconds).toBeCloseTo(3.04 * 2, 6);
  const work = keeping.work && { ...keeping.work, lastSaveSeconds: 4, loadDelayMicros: 3 };
  expect(forecastRestart({ ...keeping, work }).range?.mostSeconds).toBeCloseTo(4 + 1.47 * 2 + 3, 6);
});

it('of an append-only file, of no file at all, and without its memory read, nothing is said of the time', () => {
  for (const part of [{ aofEnabled: true }, { save: '' }, { save: null }, { work: null }]) {
    expect(forecastRestart({ ...keeping, ...part }).range).toBeNull();
  }
  expect(forecastRestart({ ...keeping, isEmbedded: true, save: '' }).range).not.toBeNull();
});

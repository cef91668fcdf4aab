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

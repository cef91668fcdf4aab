// The settings file: what comes back, and that neither damage nor another hand's edits lose or break anything.
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { SettingsStore } from '#core/host/settings-store.ts';

let folder = '';

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'syncline-settings-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const lab = [{ name: 'alpha', port: 7001, master: null, load: { writesPerSecond: 20, valueBytes: 64 } }];
const connections = [
  { name: 'real', host: 'db', port: 6379, tls: true, username: 'ann', environment: 'prod' as const },
];

it('gives back at the next start what was remembered', () => {
  const first = new SettingsStore(folder);
  expect([first.lab, first.window]).toEqual([null, null]);
  first.lab = lab;
  first.window = { width: 900, height: 700 };
  const next = new SettingsStore(folder);
  expect([next.lab, next.window]).toEqual([lab, { width: 900, height: 700 }]);
});

it('puts a damaged file aside, says where, and begins anew', async () => {
  await writeFile(join(folder, 'settings.json'), '{"lab": [');
  const store = new SettingsStore(folder);
  expect(store.lab).toBeNull();
  expect(await readFile(store.damagedCopy ?? '', 'utf8')).toBe('{"lab": [');
});

it('ignores what is no lab, and hands over once what a version before profiles remembered', async () => {
  const text = JSON.stringify({ lab: [{ name: 'x', port: 'y' }], connections, window: 7 });
  await writeFile(join(folder, 'settings.json'), text);
  const store = new SettingsStore(folder);
  expect([store.damagedCopy, store.lab, store.window]).toEqual([null, null, null]);
  expect([store.takeConnections(), store.takeConnections()]).toEqual([connections, []]);
});

// Electron is looked for where its own command would, and never run.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { findElectron } from '../../../../src-main/launcher/find-electron.ts';

async function folderWith(file: string, mode: number): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'syncline-electron-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  await writeFile(join(folder, file), '', { mode });
  return folder;
}

test('an executable named by ELECTRON_EXEC_PATH is taken', async () => {
  const path = join(await folderWith('electron', 0o755), 'electron');
  expect(findElectron({ ELECTRON_EXEC_PATH: path })).toEqual({ executable: path, whyNot: '' });
});

test('a file that cannot be executed is not taken, and is named', async () => {
  const path = join(await folderWith('electron', 0o644), 'electron');
  const finding = findElectron({ ELECTRON_EXEC_PATH: path });
  expect(finding).toEqual({ executable: null, whyNot: `there is no Electron executable at ${path}` });
});

test('a missing file is named', () => {
  const path = join('nowhere', 'electron');
  expect(findElectron({ ELECTRON_EXEC_PATH: path }).whyNot).toContain(path);
});

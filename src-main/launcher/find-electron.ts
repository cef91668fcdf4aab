// Looks for the Electron executable. Nothing of the package is run or required: since version 42 that starts a download.
import { accessSync, constants, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type { ElectronFinding } from './choose-shell.ts';

/** Honours ELECTRON_EXEC_PATH and ELECTRON_OVERRIDE_DIST_PATH, as Electron's own command does. */
export function findElectron(environment: NodeJS.ProcessEnv): ElectronFinding {
  const located = locate(environment);
  if ('whyNot' in located) return { executable: null, whyNot: located.whyNot };
  try {
    accessSync(located.path, constants.X_OK);
    return { executable: located.path, whyNot: '' };
  } catch {
    return { executable: null, whyNot: `there is no Electron executable at ${located.path}` };
  }
}

function locate(environment: NodeJS.ProcessEnv): { path: string } | { whyNot: string } {
  if (environment.ELECTRON_EXEC_PATH) return { path: environment.ELECTRON_EXEC_PATH };
  if (environment.ELECTRON_OVERRIDE_DIST_PATH) {
    return { path: join(environment.ELECTRON_OVERRIDE_DIST_PATH, executableInDist()) };
  }
  const folder = electronPackageFolder();
  if (folder === null) return { whyNot: 'the electron package is not installed' };
  try {
    return { path: join(folder, 'dist', readFileSync(join(folder, 'path.txt'), 'utf8').trim()) };
  } catch {
    return { whyNot: 'the Electron binary has not been downloaded' };
  }
}

/** Where the package lies; null where it is not installed. */
export function electronPackageFolder(): string | null {
  try {
    return dirname(createRequire(import.meta.url).resolve('electron/package.json'));
  } catch {
    return null;
  }
}

function executableInDist(): string {
  if (process.platform === 'darwin') return 'Electron.app/Contents/MacOS/Electron';
  return process.platform === 'win32' ? 'electron.exe' : 'electron';
}

// Where the web shell keeps its settings and journal when nobody says otherwise: the user's configuration folder.
import { homedir } from 'node:os';
import { join } from 'node:path';

/** `SYNCLINE_HOME` wins; else the platform's own place for such things. */
export function defaultSettingsFolder(env: NodeJS.ProcessEnv, platform: NodeJS.Platform): string {
  if (env.SYNCLINE_HOME) return env.SYNCLINE_HOME;
  if (platform === 'win32') return join(env.APPDATA ?? join(homedir(), 'AppData', 'Roaming'), 'Syncline');
  if (platform === 'darwin') return join(homedir(), 'Library', 'Application Support', 'Syncline');
  return join(env.XDG_CONFIG_HOME || join(homedir(), '.config'), 'syncline');
}

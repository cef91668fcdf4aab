// The choice of a shell: pure, so that each case is a line in a test.

export type ShellWish = 'auto' | 'electron' | 'web';

/** What was found out about Electron, without running any of it. */
export interface ElectronFinding {
  /** Path of the executable; null where there is none. */
  readonly executable: string | null;
  /** Why there is no executable; empty where there is one. */
  readonly whyNot: string;
}

export type ShellChoice =
  | { readonly kind: 'electron'; readonly executable: string }
  | { readonly kind: 'web'; readonly because: string | null }
  | { readonly kind: 'refused'; readonly because: string };

/** Auto falls back to the page in a browser and says why; a wish for Electron is granted or refused, never bent. */
export function chooseShell(wish: ShellWish, electron: ElectronFinding, hasDisplay: boolean): ShellChoice {
  if (wish === 'web') return { kind: 'web', because: null };
  const because = electron.executable === null ? electron.whyNot : hasDisplay ? null : 'there is no display';
  if (because === null && electron.executable !== null) return { kind: 'electron', executable: electron.executable };
  return wish === 'electron'
    ? { kind: 'refused', because: because ?? electron.whyNot }
    : { kind: 'web', because: because ?? electron.whyNot };
}

/** Reads `--shell=…`. @throws Error on a word that is no shell. */
export function readWish(words: readonly string[]): ShellWish {
  const given = words.find((word) => word.startsWith('--shell='))?.slice('--shell='.length) ?? 'auto';
  if (given === 'auto' || given === 'electron' || given === 'web') return given;
  throw new Error(`--shell=${given} is not known: auto, electron or web`);
}

// Starts the built desktop shell for a journey: in a real Electron where ELECTRON_EXE names one, else over the stand-in.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { _electron, type Browser, chromium, type Page } from 'playwright-core';
import { bundleEntry } from '../bundle.mjs';
import { freePort } from '../free-port.ts';
import { waitFor } from '../wait-for.ts';

export interface Desktop {
  /** What it ran on, for the test's output: a green run claims no more than that. */
  readonly carrier: string;
  readonly page: Page;
  /** Closes the window, and answers the exit code of the main process that follows. */
  close(): Promise<number | null>;
}

const builtMain = 'out/main/electron.js';
/** Both long, for a busy machine. */
const windowTimeoutMs = 60_000;
const exitTimeoutMs = 30_000;

/** Starts the shell with settings of its own, and waits for its first window. */
export async function launchDesktop(mainProcess = builtMain): Promise<Desktop> {
  const userData = await mkdtemp(join(tmpdir(), 'syncline-desktop-'));
  const words = [`--user-data-dir=${userData}`];
  const executable = process.env.ELECTRON_EXE;
  const desktop = await (executable === undefined
    ? launchStandIn(mainProcess, words)
    : launchElectron(executable, mainProcess, words));
  return {
    ...desktop,
    close: async () => {
      const code = await desktop.close();
      await rm(userData, { recursive: true, force: true });
      return code;
    },
  };
}

async function launchElectron(executablePath: string, mainProcess: string, words: readonly string[]): Promise<Desktop> {
  const app = await _electron.launch({
    executablePath,
    args: ['--no-sandbox', '--disable-gpu', mainProcess, ...words],
  });
  const ended = once(app.process(), 'exit');
  const page = await app.firstWindow();
  const close = async () => {
    await page.close();
    const [code] = await ended;
    return code as number | null;
  };
  return { carrier: `the desktop shell in a real Electron (${executablePath})`, page, close };
}

async function launchStandIn(mainProcess: string, words: readonly string[]): Promise<Desktop> {
  const port = await freePort();
  const standIn = pathToFileURL(await bundleEntry('test/support/electron-stand-in/electron.ts')).href;
  const hook = pathToFileURL(join(process.cwd(), 'test/support/electron-stand-in/register.mjs')).href;
  const main = spawn(process.execPath, ['--import', hook, mainProcess, ...words], {
    stdio: ['ignore', 'inherit', 'inherit'],
    env: { ...process.env, ELECTRON_STAND_IN: standIn, ELECTRON_STAND_IN_CDP_PORT: String(port) },
  });
  const killWithUs = () => void main.kill('SIGKILL');
  process.once('exit', killWithUs);
  const ended = once(main, 'exit').finally(() => process.off('exit', killWithUs));
  try {
    const { browser, page } = await joinWindow(port, () => main.exitCode);
    const close = async () => {
      await page.close();
      const [code] = await within(ended, exitTimeoutMs, 'the main process to end with its last window');
      await browser.close();
      return code as number | null;
    };
    return { carrier: 'the built desktop main and preload over the Electron stand-in (no Electron)', page, close };
  } catch (error) {
    main.kill('SIGKILL');
    throw error;
  }
}

async function joinWindow(port: number, exitCode: () => number | null): Promise<{ browser: Browser; page: Page }> {
  const aliveOr = (what: string) => {
    if (exitCode() !== null) throw new Error(`the main process ended with ${exitCode()} before ${what}`);
  };
  const bound = { timeoutMs: windowTimeoutMs, intervalMs: 100 };
  const browser = await waitFor(
    'the stand-in’s browser',
    () => (exitCode() === null ? chromium.connectOverCDP(`http://127.0.0.1:${port}`) : null),
    () => true,
    bound,
  );
  aliveOr('it had a browser');
  if (browser === null) throw new Error('the main process has no browser');
  const page = await waitFor(
    'the first window',
    () =>
      browser
        .contexts()
        .flatMap((context) => context.pages())
        .find((one) => one.url() !== 'about:blank'),
    (found) => found !== undefined || exitCode() !== null,
    bound,
  );
  aliveOr('it opened a window');
  if (page === undefined) throw new Error('the main process has no window');
  return { browser, page };
}

async function within<T>(promise: Promise<T>, timeoutMs: number, what: string): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`waited ${timeoutMs} ms for ${what}`)), timeoutMs);
  });
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}

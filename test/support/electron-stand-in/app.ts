// Electron's `app`, as far as a main process of ours uses it.
import { EventEmitter } from 'node:events';
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { openedChromium } from './chromium.ts';
import { emitPreventable } from './preventable.ts';

/** What `quit` needs to know of windows, without knowing windows. */
interface Closable {
  close(): void;
  readonly closed: Promise<void>;
}

class StandInApp extends EventEmitter {
  readonly isPackaged = false;
  readonly windows = new Set<Closable>();
  #isReady = false;
  #isQuitting = false;
  readonly #userData = userDataFolder();

  isReady(): boolean {
    return this.#isReady;
  }

  async whenReady(): Promise<void> {
    await openedChromium;
    if (this.#isReady) return;
    this.#isReady = true;
    this.emit('ready');
  }

  /** The stand-in has one instance: the lock is always had. */
  requestSingleInstanceLock(): boolean {
    return true;
  }

  getName(): string {
    return 'Syncline';
  }

  getVersion(): string {
    return String(JSON.parse(readFileSync('package.json', 'utf8')).version);
  }

  getAppPath(): string {
    return process.cwd();
  }

  getPath(name: string): string {
    if (name !== 'userData') throw new Error(`the Electron stand-in knows no folder ${name}`);
    return this.#userData;
  }

  /** Windows are sandboxed anyway: another kind is refused when one is made. */
  enableSandbox(): void {}

  windowIsGone(window: Closable): void {
    this.windows.delete(window);
    if (this.windows.size > 0 || this.#isQuitting) return;
    if (this.listenerCount('window-all-closed') === 0) this.quit();
    else this.emit('window-all-closed');
  }

  quit(): void {
    void this.#quit();
  }

  exit(code = 0): void {
    void openedChromium.then(({ browser }) => browser.close()).finally(() => process.exit(code));
  }

  async #quit(): Promise<void> {
    if (emitPreventable(this, 'before-quit')) return;
    this.#isQuitting = true;
    const windows = [...this.windows];
    for (const window of windows) window.close();
    await Promise.all(windows.map(({ closed }) => closed));
    this.#isQuitting = false;
    if (emitPreventable(this, 'will-quit')) return;
    this.emit('quit', {}, 0);
    this.exit(0);
  }
}

function userDataFolder(): string {
  const flag = '--user-data-dir=';
  const given = process.argv.find((word) => word.startsWith(flag))?.slice(flag.length);
  const folder = given ?? join(process.cwd(), 'node_modules', '.cache', 'syncline', 'electron-stand-in');
  mkdirSync(folder, { recursive: true });
  return folder;
}

export const theApp = new StandInApp();

for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => theApp.quit());

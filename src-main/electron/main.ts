// The desktop shell's entry: one instance, one window, and the host in this process.
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { app, type BrowserWindow, Menu } from 'electron';
import { Host } from '#core/host/host.ts';
import { bridgeHost } from './bridge.ts';
import { systemKeychain } from './keychain.ts';
import { refuseEverythingElse } from './security.ts';
import { openWindow } from './window.ts';

const at = (path: string) => join(import.meta.dirname, path);

async function start(): Promise<void> {
  app.enableSandbox();
  let window: BrowserWindow | null = null;
  app.on('second-instance', () => window?.focus());
  app.on('window-all-closed', () => app.quit());
  await app.whenReady();
  // macOS needs its menu for copy and paste; elsewhere the page is the whole window.
  if (process.platform !== 'darwin') Menu.setApplicationMenu(null);
  refuseEverythingElse();
  const host = new Host({
    shell: 'electron',
    version: app.getVersion(),
    workerUrl: new URL('./node-worker.js', import.meta.url),
    settingsFolder: app.getPath('userData'),
    dataFolder: await mkdtemp(join(tmpdir(), 'syncline-')),
    keychain: systemKeychain(),
  });
  const { damagedCopy } = host.settings;
  if (damagedCopy !== null) console.error(`The settings could not be read. They were kept as ${damagedCopy}`);
  closeBeforeQuit(host);
  window = openWindow({
    preload: at('../preload/preload.cjs'),
    page: at('../renderer/index.html'),
    developmentUrl: process.env.ELECTRON_RENDERER_URL,
    settings: host.settings,
  });
  bridgeHost(host, window);
  for (const problem of await host.openLab()) console.error('A node of the lab did not start:', problem);
}

/** Quitting waits for the nodes to end in good order, once. */
function closeBeforeQuit(host: Host): void {
  let closed = false;
  app.on('before-quit', (event) => {
    if (closed) return;
    event.preventDefault();
    void host.close().finally(() => {
      closed = true;
      app.quit();
    });
  });
}

if (app.requestSingleInstanceLock()) void start();
else app.quit();

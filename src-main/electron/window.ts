// The one window: sandboxed, isolated, and where a person left it.
import { BrowserWindow } from 'electron';
import type { SettingsStore, WindowPlace } from '#core/host/settings-store.ts';

const firstPlace: WindowPlace = { width: 1360, height: 860 };
const minWidth = 900;
const minHeight = 600;

export interface WindowOptions {
  readonly preload: string;
  /** The built page. */
  readonly page: string;
  /** The development server's address instead, where one runs. */
  readonly developmentUrl: string | undefined;
  readonly settings: SettingsStore;
}

export function openWindow({ preload, page, developmentUrl, settings }: WindowOptions): BrowserWindow {
  const window = new BrowserWindow({
    ...(settings.window ?? firstPlace),
    minWidth,
    minHeight,
    show: false,
    backgroundColor: '#0b1020',
    webPreferences: { preload, sandbox: true, contextIsolation: true, nodeIntegration: false, webviewTag: false },
  });
  window.once('ready-to-show', () => window.show());
  window.on('close', () => {
    settings.window = window.getNormalBounds();
  });
  void (developmentUrl === undefined ? window.loadFile(page) : window.loadURL(developmentUrl));
  return window;
}

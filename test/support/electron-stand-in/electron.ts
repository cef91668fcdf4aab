// The stand-in for the `electron` module in tests of the built main process; what is not here cannot be imported.
import { theApp } from './app.ts';
import { ipcMainOfAll } from './ipc-main.ts';
import { StandInMessageChannel } from './message-port.ts';
import { theSession } from './session.ts';
import { strict } from './strict.ts';

export { BrowserWindow } from './browser-window.ts';

export const app = strict('app', theApp);
export const ipcMain = strict('ipcMain', ipcMainOfAll);
export const MessageChannelMain = StandInMessageChannel;
export const session = strict('session', { defaultSession: strict('session', theSession) });

/** A menu cannot be seen in a page: it is taken, and nothing shows it. */
export const Menu = strict('Menu', {
  setApplicationMenu: (_menu: unknown): void => {},
  buildFromTemplate: (template: readonly unknown[]): object => ({ template }),
});

/** There is no keychain behind a page: secrets are sealed by a passphrase then, as on a Linux without one. */
export const safeStorage = strict('safeStorage', { isEncryptionAvailable: (): boolean => false });

/** Nothing is opened outside: a test must not leave its machine. The address is told, so that a test can look for it. */
export const shell = strict('shell', {
  openExternal: async (url: string): Promise<void> => {
    console.log(`stand-in: openExternal ${url}`);
  },
});

// Hands the host to the window's own page, over a MessagePort, and to nobody else.
import { RPCHandler } from '@orpc/server/message-port';
import { type BrowserWindow, type IpcMainEvent, ipcMain, MessageChannelMain } from 'electron';
import type { Host } from '#core/host/host.ts';

const openHost = 'syncline:open-host';
const hostPort = 'syncline:host-port';

/** Answers a page's wish for a port. A frame inside the page, or another window's page, gets none. */
export function bridgeHost(host: Host, window: BrowserWindow): void {
  const handler = new RPCHandler(host.router());
  const hand = (event: IpcMainEvent) => {
    if (event.sender !== window.webContents || event.senderFrame !== window.webContents.mainFrame) return;
    const { port1, port2 } = new MessageChannelMain();
    handler.upgrade(port1);
    port1.start();
    event.sender.postMessage(hostPort, null, [port2]);
  };
  ipcMain.on(openHost, hand);
  window.once('closed', () => ipcMain.removeListener(openHost, hand));
}

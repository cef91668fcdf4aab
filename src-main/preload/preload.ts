// All that the page gets from the desktop shell: its name, and a port to the host when it asks for one.
import { contextBridge, ipcRenderer } from 'electron';

/** The page's window as a preload sees it; this file has no DOM types, as the rest of src-main must not. */
declare const window: {
  readonly location: { readonly origin: string };
  postMessage(message: unknown, targetOrigin: string, transfer: readonly unknown[]): void;
};

const openHost = 'syncline:open-host';
const hostPort = 'syncline:host-port';

// A port cannot cross the bridge: it is posted to the page itself. A file:// page has the origin "null".
ipcRenderer.on(hostPort, (event) => {
  const { origin } = window.location;
  window.postMessage(hostPort, origin === 'null' || origin === 'file://' ? '*' : origin, event.ports);
});

contextBridge.exposeInMainWorld('syncline', {
  shell: 'electron',
  openHost: () => ipcRenderer.send(openHost),
});

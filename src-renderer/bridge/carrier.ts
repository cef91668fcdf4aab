// Opens the way to the host that this shell has: a MessagePort in Electron, a WebSocket in the web shell.
import { createORPCClient } from '@orpc/client';
import { RPCLink as PortLink } from '@orpc/client/message-port';
import { RPCLink as SocketLink } from '@orpc/client/websocket';
import type { ContractRouterClient } from '@orpc/contract';
import type { HostContract } from '#core/contract/contract.ts';

export type HostClient = ContractRouterClient<HostContract>;

/** An open way to the host. `closed` settles once, when it is gone. */
export interface Carrier {
  readonly client: HostClient;
  readonly closed: Promise<void>;
  close(): void;
}

/** The host answered, but not to us: its key is a new one. Trying again by itself is of no use. */
export class CarrierRefused extends Error {}

/** What the preload gives to the page in Electron. */
interface ElectronShell {
  readonly shell: 'electron';
  /** Asks the main process for a port; it arrives as a message `syncline:host-port`. */
  openHost(): void;
}

declare global {
  interface Window {
    readonly syncline?: ElectronShell;
  }
}

const portMessage = 'syncline:host-port';
const openTimeoutMs = 5000;

/**
 * Opens a carrier.
 *
 * @throws {CarrierRefused} when the web shell does not know this page
 * @throws {Error} when nothing answers within `openTimeoutMs`
 */
export function openCarrier(): Promise<Carrier> {
  return window.syncline === undefined ? openSocket() : openPort(window.syncline);
}

function openPort(shell: ElectronShell): Promise<Carrier> {
  return new Promise((resolve, reject) => {
    const stop = () => {
      clearTimeout(timer);
      window.removeEventListener('message', receive);
    };
    const timer = setTimeout(() => {
      stop();
      reject(new Error('the main process sent no port'));
    }, openTimeoutMs);
    const receive = (event: MessageEvent) => {
      const port = event.ports[0];
      if (event.source !== window || event.data !== portMessage || port === undefined) return;
      stop();
      resolve(carrierOfPort(port));
    };
    window.addEventListener('message', receive);
    shell.openHost();
  });
}

function carrierOfPort(port: MessagePort): Carrier {
  const closed = new Promise<void>((settle) => port.addEventListener('close', () => settle(), { once: true }));
  const client: HostClient = createORPCClient(new PortLink({ port }));
  port.start();
  return { client, closed, close: () => port.close() };
}

async function openSocket(): Promise<Carrier> {
  const scheme = window.location.protocol === 'https:' ? 'wss' : 'ws';
  const socket = new WebSocket(`${scheme}://${window.location.host}/host`);
  const closed = new Promise<void>((settle) => socket.addEventListener('close', () => settle(), { once: true }));
  const opened = new Promise<boolean>((settle) => {
    socket.addEventListener('open', () => settle(true), { once: true });
    socket.addEventListener('close', () => settle(false), { once: true });
  });
  const timer = setTimeout(() => socket.close(), openTimeoutMs);
  const isOpen = await opened;
  clearTimeout(timer);
  if (!isOpen) throw await whyNotOpened();
  const link = new SocketLink({ websocket: untilClosed(socket) });
  return { client: createORPCClient(link), closed, close: () => socket.close() };
}

type LinkSocket = ConstructorParameters<typeof SocketLink>[0]['websocket'];

/** The streams that end with their socket still want to tell the host so; there is nobody left to tell, and no error in it. */
function untilClosed(socket: WebSocket): LinkSocket {
  return {
    addEventListener: socket.addEventListener.bind(socket),
    removeEventListener: socket.removeEventListener.bind(socket),
    readyState: WebSocket.OPEN,
    send: (message) => {
      if (socket.readyState === WebSocket.OPEN) socket.send(message);
    },
  };
}

/** A browser does not say why a socket failed to open, so the same door is asked over HTTP. */
async function whyNotOpened(): Promise<Error> {
  try {
    const answer = await fetch(window.location.origin, { method: 'HEAD', cache: 'no-store' });
    if (answer.status === 401 || answer.status === 403) return new CarrierRefused('the host refused this page');
    return new Error(`the host answered ${answer.status}`);
  } catch {
    return new Error('the host does not answer');
  }
}

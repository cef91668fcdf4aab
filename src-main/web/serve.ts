// The web shell: the same host as in the desktop window, behind loopback HTTP and a WebSocket.
import { once } from 'node:events';
import { mkdtemp } from 'node:fs/promises';
import type { IncomingMessage, Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Duplex } from 'node:stream';
import { RPCHandler } from '@orpc/server/ws';
import { WebSocketServer } from 'ws';
import { FailureError } from '#core/contract/failure-error.ts';
import type { FailureCode } from '#core/contract/failures.ts';
import { Host } from '#core/host/host.ts';
import { AddressToken } from './address-token.ts';
import { createDoor, isOwnHost, isOwnOrigin } from './http-door.ts';
import { defaultSettingsFolder } from './settings-folder.ts';

const loopback = '127.0.0.1';
const hostPath = '/host';
/** The largest message that a page may send; its requests are small. */
const messageMaxBytes = 1_048_576;

export interface ServeOptions {
  /** 0: any free port. */
  readonly port: number;
  /** Where the built node worker lies: `new URL('./node-worker.js', import.meta.url)` in the entry file. */
  readonly workerUrl: URL;
  /** The built page. */
  readonly rendererFolder: string;
  readonly version: string;
  /** Settings and journal; by default the user's configuration folder. */
  readonly settingsFolder?: string;
}

/**
 * Runs the web shell until SIGINT or SIGTERM: prints its address on one line, opens nothing, leaves nothing behind.
 * Where its port cannot be had it says so in one line and the process ends with 1.
 */
export async function serve(options: ServeOptions): Promise<void> {
  const shell = await openWebShell(options).catch((error: unknown) => {
    const sentence = error instanceof FailureError ? portSentences[error.failure.code] : undefined;
    if (sentence === undefined) throw error;
    process.stderr.write(`${sentence(options.port)}\n`);
    process.exitCode = 1;
  });
  if (!shell) return;
  process.stdout.write(`Syncline is at ${shell.address}\n`);
  await Promise.race([once(process, 'SIGINT'), once(process, 'SIGTERM')]);
  await shell.close();
}

const portSentences: Partial<Record<FailureCode, (port: number) => string>> = {
  portInUse: (port) => `Port ${port} is in use. Choose another one with --port, or 0 for any free one.`,
  portForbidden: (port) => `Port ${port} may not be opened by this user. Choose one above 1023, or 0 for any free one.`,
};

export interface WebShell {
  /** With the token: who has it may see and steer everything. */
  readonly address: string;
  readonly host: Host;
  close(): Promise<void>;
}

/** Starts host and door; the lab opens behind the answer. @throws FailureError portInUse, portForbidden */
export async function openWebShell(options: ServeOptions): Promise<WebShell> {
  let port = 0;
  let token = new AddressToken(port);
  const door = createDoor({ rendererFolder: options.rendererFolder, token: () => token, port: () => port });
  port = await listen(door, options.port);
  token = new AddressToken(port);
  const host = new Host({
    shell: 'web',
    version: options.version,
    workerUrl: options.workerUrl,
    settingsFolder: options.settingsFolder ?? defaultSettingsFolder(process.env, process.platform),
    dataFolder: await mkdtemp(join(tmpdir(), 'syncline-')),
  });
  const sockets = new WebSocketServer({ noServer: true, maxPayload: messageMaxBytes });
  const handler = new RPCHandler(host.router());
  sockets.on('connection', (socket) => void handler.upgrade(socket));
  door.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    if (mayUpgrade(request, port, token)) {
      sockets.handleUpgrade(request, socket, head, (opened) => sockets.emit('connection', opened, request));
    } else {
      socket.end('HTTP/1.1 403 Forbidden\r\nConnection: close\r\nContent-Length: 0\r\n\r\n');
    }
  });
  const opening = openLab(host);
  return {
    address: `http://${loopback}:${port}/?token=${token.value}`,
    host,
    close: async () => {
      for (const socket of sockets.clients) socket.terminate();
      door.close();
      door.closeAllConnections();
      await opening;
      await host.close();
    },
  };
}

async function openLab(host: Host): Promise<void> {
  const { damagedCopy } = host.settings;
  if (damagedCopy !== null) process.stderr.write(`The settings could not be read. They were kept as ${damagedCopy}\n`);
  for (const problem of await host.openLab()) {
    process.stderr.write(`A node of the lab did not start: ${problem instanceof Error ? problem.message : problem}\n`);
  }
}

function mayUpgrade(request: IncomingMessage, port: number, token: AddressToken): boolean {
  const { host, origin } = request.headers;
  const path = new URL(request.url ?? '/', 'http://127.0.0.1').pathname;
  return path === hostPath && isOwnHost(host, port) && isOwnOrigin(origin, host) && token.isInCookie(request);
}

async function listen(server: Server, port: number): Promise<number> {
  server.listen(port, loopback);
  try {
    await once(server, 'listening');
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : '';
    if (code === 'EADDRINUSE') throw new FailureError('portInUse', { port });
    if (code === 'EACCES') throw new FailureError('portForbidden', { port });
    throw error;
  }
  const address = server.address();
  return address === null || typeof address === 'string' ? port : address.port;
}

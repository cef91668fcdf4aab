// Opens the doors: each address of `bind`, plain and with TLS, and the Unix socket, with Redis's words when one stays shut.
import type { Disposable } from '../../base/lifecycle.ts';
import type { Connection, ConnectionHandlers, Files, Transport } from '../../base/ports.ts';
import type { TlsDoor } from '../../base/tls.ts';
import type { ConfigService, LogService } from '../commands/services.ts';
import { StartError } from './start-error.ts';

/** The server cannot listen where it was told to. `code` is the system's: EADDRINUSE, EACCES, EADDRNOTAVAIL … */
export class ListenError extends StartError {
  readonly code: string;
  readonly address: string;

  constructor(text: string, code: string, address: string) {
    super(text);
    this.name = 'ListenError';
    this.code = code;
    this.address = address;
  }
}

export interface Listening extends Disposable {
  /** 0: on no plain TCP port. */
  readonly port: number;
  /** 0: on none with TLS. */
  readonly tlsPort: number;
}

export interface ListenNeeds {
  readonly transport: Transport;
  readonly files: Files;
  readonly config: ConfigService;
  readonly log: LogService;
  /** How `tls-port` lets clients in; null without TLS. */
  readonly tls: TlsDoor | null;
  /** `unixPath`: the socket's path, null for TCP. */
  readonly accept: (connection: Connection, unixPath: string | null) => ConnectionHandlers;
}

interface BindAddress {
  /** As Redis's log names it. */
  readonly shown: string;
  readonly host: string;
  /** Written with a `-`: it may be missing on this machine. */
  readonly optional: boolean;
}

const WORDS: Readonly<Record<string, string>> = {
  EADDRINUSE: 'Address already in use',
  EADDRNOTAVAIL: 'Cannot assign requested address',
  EACCES: 'Permission denied',
  EAFNOSUPPORT: 'Address family not supported by protocol',
  ENOTFOUND: 'Name or service not known',
};

/** The machine lacks the address or the protocol: no fault where the address is optional. */
const MISSING: ReadonlySet<string> = new Set(['EADDRNOTAVAIL', 'EAFNOSUPPORT', 'ENOTFOUND', 'EPROTONOSUPPORT']);

/**
 * Listens everywhere. Port 0 with a Unix socket or a `tls-port` means no plain TCP, as in Redis; without, a free port.
 * @throws ListenError when a needed address cannot be had; whatever was opened is closed again.
 */
export async function listenEverywhere(needs: ListenNeeds): Promise<Listening> {
  const { transport, files, config, tls, accept } = needs;
  const opened: Disposable[] = [];
  const path = config.text('unixsocket');
  const tlsPort = tls === null ? 0 : config.number('tls-port');
  let port = config.number('port');
  try {
    if (port !== 0 || (path === '' && tlsPort === 0)) port = await listenOnPort(needs, port, null, opened);
    if (tlsPort !== 0) await listenOnPort(needs, tlsPort, tls, opened);
    // A socket's file that an ended server left behind would be in the way; Redis takes it away too.
    if (path !== '') await files.remove(path).catch(() => {});
    if (path !== '') opened.push(await transport.listen({ path }, (connection) => accept(connection, path)));
  } catch (error) {
    for (const handle of opened) handle.dispose();
    throw error instanceof ListenError ? error : unixSocketError(error, path);
  }
  return {
    port,
    tlsPort,
    dispose: () => {
      for (const handle of opened) handle.dispose();
    },
  };
}

/** Listens at each address of `bind`, and answers the port: where 0 was asked, the one that all of them have. */
async function listenOnPort(needs: ListenNeeds, asked: number, tls: TlsDoor | null, opened: Disposable[]) {
  const before = opened.length;
  let port = asked;
  for (const address of bindAddresses(needs.config.text('bind'))) {
    const handle = await listenAt(needs, address, port, tls);
    if (handle === null) continue;
    opened.push(handle);
    port = handle.port;
  }
  if (opened.length === before) throw new ListenError('Configured to not listen anywhere, exiting.', 'EINVAL', '');
  return port;
}

/** `* -::*` → every IPv4 address, and every IPv6 one if there are such. */
function bindAddresses(text: string): BindAddress[] {
  const words = text.split(' ').filter((word) => word !== '' && word !== '""');
  return words.map((word) => {
    const optional = word.startsWith('-');
    const shown = optional ? word.slice(1) : word;
    return { shown, optional, host: shown === '*' ? '0.0.0.0' : shown === '::*' ? '::' : shown };
  });
}

/** Null: it is optional, and not there. */
async function listenAt(needs: ListenNeeds, address: BindAddress, port: number, tls: TlsDoor | null) {
  const { transport, log, accept } = needs;
  try {
    const receive = (connection: Connection) => accept(connection, null);
    return await transport.listen({ host: address.host, port }, receive, tls ?? undefined);
  } catch (error) {
    const code = codeOf(error);
    if (address.optional && MISSING.has(code)) return null;
    const shown = address.shown.includes(':') ? `[${address.shown}]` : address.shown;
    log.warning(`Warning: Could not create server TCP listening socket ${shown}:${port}: bind: ${wordsFor(code)}`);
    const kind = tls === null ? 'TCP' : 'TLS';
    throw new ListenError(`Failed listening on port ${port} (${kind}), aborting.`, code, `${address.host}:${port}`);
  }
}

function unixSocketError(error: unknown, path: string): ListenError {
  const code = codeOf(error);
  return new ListenError(`Failed opening Unix socket: bind: ${wordsFor(code)}`, code, path);
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : String(error);
}

function wordsFor(code: string): string {
  return WORDS[code] ?? code;
}

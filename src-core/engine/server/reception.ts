// Lets clients in: who is turned away and with which words, and what a connection becomes.
import type { Connection, ConnectionHandlers } from '../../base/ports.ts';
import type { Executor } from '../commands/execute.ts';
import { ClientConnection, type ClientSurroundings } from './client-connection.ts';
import type { ClientRegistry } from './client-registry.ts';

export interface ReceptionNeeds {
  readonly executor: Executor;
  readonly clients: ClientRegistry;
  readonly surroundings: ClientSurroundings;
}

const TOO_MANY = '-ERR max number of clients reached\r\n';
const PROTECTED =
  '-DENIED Redis is running in protected mode because protected mode is enabled and no password is set for the default ' +
  'user. In this mode connections are only accepted from the loopback interface. Set a password with requirepass, or ' +
  "disable protected mode with the directive 'protected-mode no' if nobody else can reach this port.\r\n";

/** What a refused connection hears is nobody's business. */
const REFUSED: ConnectionHandlers = { onData() {}, onDrain() {}, onEnd() {}, onClose() {} };

/** `unixPath` is null for TCP. */
export function receive(needs: ReceptionNeeds, connection: Connection, unixPath: string | null): ConnectionHandlers {
  const { executor, clients, surroundings } = needs;
  const { config, stats, ports } = executor.services;
  stats.connectionsReceived++;
  const open = config.text('requirepass') === '';
  const isLocal = unixPath !== null || isLoopback(connection.remoteAddress);
  const refusal =
    clients.size >= config.number('maxclients')
      ? TOO_MANY
      : config.flag('protected-mode') && open && !isLocal
        ? PROTECTED
        : null;
  if (refusal !== null) {
    stats.rejectedConnections++;
    const bytes = Buffer.from(refusal);
    connection.write(bytes, 0, bytes.length);
    connection.end();
    return REFUSED;
  }
  const client = new ClientConnection(
    {
      id: clients.nextId(),
      nowMs: ports.clock.nowMs(),
      authenticated: open,
      remoteAddress: unixPath === null ? shown(connection.remoteAddress, connection.remotePort) : `${unixPath}:0`,
      localAddress: unixPath === null ? shown(connection.localAddress, connection.localPort) : `${unixPath}:0`,
    },
    connection,
    surroundings,
  );
  clients.add(client);
  return client;
}

function shown(address: string, port: number): string {
  return address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`;
}

/** Whether an address is this very machine. */
export function isLoopback(address: string): boolean {
  return /^\[?(?:127\.|::1(?:$|\])|::ffff:127\.)/.test(address) || address.startsWith('/');
}

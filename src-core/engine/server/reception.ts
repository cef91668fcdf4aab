// Lets clients in: who is turned away and with which words, and what a connection becomes.
import type { Connection, ConnectionHandlers } from '../../base/ports.ts';
import type { Executor } from '../commands/execute.ts';
import { ClientConnection, type ClientSurroundings } from './client-connection.ts';
import type { ClientRegistry } from './client-registry.ts';
import { outputLimit } from './settings.ts';
import type { Turn } from './turn.ts';

export interface ReceptionNeeds {
  readonly executor: Executor;
  readonly clients: ClientRegistry;
  readonly turn: Turn;
}

const TOO_MANY = '-ERR max number of clients reached\r\n';
const PROTECTED =
  '-DENIED Redis is running in protected mode because protected mode is enabled and no password is set for the default ' +
  'user. In this mode connections are only accepted from the loopback interface. Set a password with requirepass, or ' +
  "disable protected mode with the directive 'protected-mode no' if nobody else can reach this port.\r\n";

/** What a refused connection hears is nobody's business. */
const REFUSED: ConnectionHandlers = { onData() {}, onDrain() {}, onEnd() {}, onClose() {} };

export class Reception {
  readonly #needs: ReceptionNeeds;
  readonly #surroundings: ClientSurroundings;

  constructor(needs: ReceptionNeeds) {
    this.#needs = needs;
    this.#surroundings = clientSurroundings(needs);
  }

  /** `unixPath` is null for TCP. */
  receive(connection: Connection, unixPath: string | null): ConnectionHandlers {
    const { executor, clients } = this.#needs;
    const { stats, ports, acl } = executor.services;
    stats.connectionsReceived++;
    const refusal = this.#refusal(unixPath !== null || isLoopback(connection.remoteAddress));
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
        authenticated: acl.isOpen,
        remoteAddress: unixPath === null ? shown(connection.remoteAddress, connection.remotePort) : `${unixPath}:0`,
        localAddress: unixPath === null ? shown(connection.localAddress, connection.localPort) : `${unixPath}:0`,
      },
      connection,
      this.#surroundings,
    );
    acl.enter(client);
    clients.add(client);
    return client;
  }

  #refusal(isLocal: boolean): string | null {
    const { executor, clients } = this.#needs;
    const { acl, config } = executor.services;
    if (clients.size >= config.number('maxclients')) return TOO_MANY;
    return config.flag('protected-mode') && acl.isOpen && !isLocal ? PROTECTED : null;
  }
}

/** The limits follow the configuration. */
function clientSurroundings({ executor, clients, turn }: ReceptionNeeds): ClientSurroundings {
  const { config, ports, log } = executor.services;
  const outputLimits = { normal: outputLimit(config, 'normal'), pubsub: outputLimit(config, 'pubsub') };
  config.onChange('client-output-buffer-limit', () => {
    outputLimits.normal = outputLimit(config, 'normal');
    outputLimits.pubsub = outputLimit(config, 'pubsub');
  });
  const queryLimit = { bytes: config.number('client-query-buffer-limit') };
  config.onChange('client-query-buffer-limit', (bytes) => {
    queryLimit.bytes = Number(bytes);
  });
  return {
    executor,
    turn,
    timers: ports.timers,
    outputLimits,
    queryLimit,
    closed: (client) => {
      executor.waiting.forget(client);
      executor.services.observation.forget(client);
      executor.services.replication.replicas.waiters.forget(client);
      clients.remove(client);
    },
    closing: (client, why) => log.warning(`Client ${clients.describe(client)} closed, since ${why}.`),
  };
}

function shown(address: string, port: number): string {
  return address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`;
}

/** Whether an address is this very machine. */
export function isLoopback(address: string): boolean {
  return /^\[?(?:127\.|::1(?:$|\])|::ffff:127\.)/.test(address) || address.startsWith('/');
}

// One connection to a real server, kept up for as long as it is wanted: the one door to ioredis.
import { Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { AbstractConnector, Redis, ReplyError } from 'ioredis';
import { type Disposable, Emitter } from '../base/lifecycle.ts';
import { FailureError } from '../contract/failure-error.ts';
import type { Failure } from '../contract/failures.ts';
import { toConnectFailure } from './connect-failure.ts';
import { probeServer } from './raw-probe.ts';
import type { Reply } from './role.ts';
import type { ServerAddress } from './server-address.ts';
import { dial, type Way } from './way.ts';

export const connectTimeoutMs = 4000;
export const commandTimeoutMs = 2500;
const disconnectTimeoutMs = 2000;
const retryDelayFirstMs = 250;
const retryDelayMaxMs = 5000;

/** Where a connection stands. `up` and `down` follow each other until it is closed. */
export type ConnectionState =
  | { readonly kind: 'connecting'; readonly attempt: number; readonly failure: Failure | null }
  | { readonly kind: 'up' }
  | { readonly kind: 'down'; readonly attempt: number; readonly sinceMs: number; readonly failure: Failure }
  | { readonly kind: 'closed' };

export class RemoteServer implements Disposable {
  readonly address: ServerAddress;
  readonly way: Way;
  readonly changed = new Emitter<ConnectionState>();
  #client: Redis | null = null;
  #state: ConnectionState = { kind: 'connecting', attempt: 1, failure: null };
  #lastFailure: Failure | null = null;

  constructor(address: ServerAddress, way: Way) {
    this.address = address;
    this.way = way;
  }

  get state(): ConnectionState {
    return this.#state;
  }

  /** Connects for the first time. @throws FailureError as `probeServer` does; the caller then disposes. */
  async open(): Promise<void> {
    const isLoginUsed = await probeServer(this.address, this.way, connectTimeoutMs);
    if (this.#state.kind === 'closed') return;
    const client = createClient(this.address, this.way, isLoginUsed);
    this.#client = client;
    this.#listen(client);
    try {
      await client.connect();
    } catch (error) {
      throw toConnectFailure(this.address, error, connectTimeoutMs);
    }
  }

  /** Tries on and on until it is connected or disposed: for a server that was remembered and may be away now. */
  async keepTrying(): Promise<void> {
    for (let attempt = 1; this.#state.kind === 'connecting'; attempt++) {
      try {
        return await this.open();
      } catch (error) {
        const { failure } = toConnectFailure(this.address, error, connectTimeoutMs);
        if (this.#state.kind === 'connecting') this.#enter({ kind: 'connecting', attempt: attempt + 1, failure });
      }
      await delay(retryDelayMs(attempt), undefined, { ref: false });
    }
  }

  /**
   * Sends the commands in one pipeline; a reply of the server's own error stands in its place as a value.
   * @throws FailureError connectionLost, connectionTimedOut, nodeNotConnected
   */
  async execute(commands: readonly (readonly string[])[]): Promise<Reply[]> {
    const { host, port } = this.address;
    const client = this.#client;
    if (!client || this.#state.kind !== 'up') throw new FailureError('nodeNotConnected', { name: `${host}:${port}` });
    const pipeline = client.pipeline();
    for (const [name = '', ...words] of commands) pipeline.call(name, ...words);
    const replies = await pipeline.exec();
    return (replies ?? []).map(([error, value]) => {
      if (error === null) return value as Reply;
      if (error instanceof ReplyError) return { error: error.message };
      throw /timed out/i.test(error.message)
        ? new FailureError('connectionTimedOut', { host, port, timeoutMs: commandTimeoutMs })
        : new FailureError('connectionLost', { host, port });
    });
  }

  /**
   * Listens on a channel for so long, over a connection of its own, and answers all that was said there.
   * @throws FailureError nodeNotConnected, noPermission, connectionLost
   */
  async hear(channel: string, durationMs: number): Promise<string[]> {
    const { host, port } = this.address;
    if (!this.#client || this.#state.kind !== 'up')
      throw new FailureError('nodeNotConnected', { name: `${host}:${port}` });
    const client = this.#client.duplicate({ retryStrategy: () => null });
    const heard: string[] = [];
    client.on('message', (_channel, text: string) => heard.push(text));
    client.on('error', () => {}); // told by the call that fails
    try {
      await client.connect();
      await client.subscribe(channel);
      await delay(durationMs, undefined, { ref: false });
      return heard;
    } catch (error) {
      if (error instanceof ReplyError) throw new FailureError('noPermission', { command: `SUBSCRIBE ${channel}` });
      throw toConnectFailure(this.address, error, connectTimeoutMs);
    } finally {
      client.disconnect();
    }
  }

  dispose(): void {
    this.#enter({ kind: 'closed' });
    this.changed.dispose();
    this.#client?.disconnect();
  }

  #listen(client: Redis): void {
    client.on('ready', () => this.#enter({ kind: 'up' }));
    client.on('error', (error) => {
      this.#lastFailure = toConnectFailure(this.address, error, connectTimeoutMs).failure;
    });
    client.on('reconnecting', () => this.#retry());
  }

  #retry(): void {
    const { host, port } = this.address;
    const failure = this.#lastFailure ?? new FailureError('connectionLost', { host, port }).failure;
    this.#lastFailure = null;
    const state = this.#state;
    if (state.kind === 'closed') return;
    if (state.kind === 'connecting') this.#enter({ kind: 'connecting', attempt: state.attempt + 1, failure });
    else if (state.kind === 'down') this.#enter({ ...state, attempt: state.attempt + 1, failure });
    else this.#enter({ kind: 'down', attempt: 1, sinceMs: Date.now(), failure });
  }

  #enter(state: ConnectionState): void {
    if (this.#state.kind === 'closed') return;
    this.#state = state;
    this.changed.emit(state);
  }
}

function createClient(address: ServerAddress, way: Way, isLoginUsed: boolean): Redis {
  const { host, port, username, password } = address;
  return new Redis({
    host,
    port,
    ...(isLoginUsed && password !== null && { password, ...(username !== null && { username }) }),
    Connector: connectorOf(address, way),
    // RESP2: HELLO is unknown to servers before 6, and nothing here needs RESP3's types.
    protocol: 2,
    connectionName: 'syncline',
    disableClientInfo: true,
    lazyConnect: true,
    // A server that loads its data answers INFO: no waiting for it to be ready.
    enableReadyCheck: false,
    // A command to a server that is away fails at once: nothing may run later than a person thinks.
    enableOfflineQueue: false,
    autoResendUnfulfilledCommands: false,
    maxRetriesPerRequest: 0,
    connectTimeout: connectTimeoutMs,
    commandTimeout: commandTimeoutMs,
    retryStrategy: retryDelayMs,
  });
}

function retryDelayMs(attempt: number): number {
  return Math.min(retryDelayMaxMs, retryDelayFirstMs * 2 ** (attempt - 1));
}

/** ioredis comes by its stream here, as the probe does. A try that fails is a stream that is closed already. */
function connectorOf(address: ServerAddress, way: Way) {
  return class extends AbstractConnector {
    constructor() {
      super(disconnectTimeoutMs);
    }

    async connect(): Promise<Socket> {
      this.connecting = true;
      try {
        this.stream = await dial(address, way, connectTimeoutMs);
      } catch (error) {
        this.firstError = toConnectFailure(address, error, connectTimeoutMs);
        this.stream = new Socket().destroy();
      }
      // Disposed while it dialled.
      if (!this.connecting) this.stream.destroy();
      return this.stream;
    }
  };
}

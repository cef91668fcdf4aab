// A tunnel through an SSH server: one connection to it, shared by all that goes through, opened when first needed.
import { createHash } from 'node:crypto';
import type { Socket } from 'node:net';
import { Client, type ClientChannel, type ConnectConfig } from 'ssh2';
import type { Disposable } from '../base/lifecycle.ts';
import { FailureError } from '../contract/failure-error.ts';
import type { Address } from '../contract/places.ts';
import type { Tunnel } from './way.ts';

/** A silent SSH server is asked so often, and given up after so many questions without an answer. */
const keepaliveIntervalMs = 10_000;
const keepalivesMax = 3;

export interface SshSettings {
  readonly host: string;
  readonly port: number;
  readonly username: string;
  readonly login:
    | { readonly kind: 'password'; readonly password: string }
    | { readonly kind: 'key'; readonly key: string; readonly passphrase: string | null }
    /** The agent that SSH_AUTH_SOCK names, or Pageant on Windows. */
    | { readonly kind: 'agent'; readonly socket: string };
  /** `SHA256:…` as ssh-keygen prints it, of the key that was trusted; null: none yet, and none is taken unasked. */
  readonly hostKey: string | null;
}

export class SshTunnel implements Tunnel, Disposable {
  readonly #settings: SshSettings;
  #connection: Promise<Client> | null = null;
  #disposed = false;

  constructor(settings: SshSettings) {
    this.#settings = settings;
  }

  async open(address: Address, timeoutMs: number): Promise<Socket> {
    const client = await this.#connect(timeoutMs);
    const channel = await new Promise<ClientChannel>((resolve, reject) => {
      const late = () => reject(new FailureError('connectionTimedOut', { ...address, timeoutMs }));
      const timer = setTimeout(late, timeoutMs);
      try {
        client.forwardOut('127.0.0.1', 0, address.host, address.port, (error, opened) => {
          clearTimeout(timer);
          // The SSH server says no more than that the connection failed.
          if (error) reject(new FailureError('connectionRefused', { ...address }));
          else resolve(opened);
        });
      } catch {
        // Thrown where the connection has ended a moment ago.
        clearTimeout(timer);
        const { host, port } = this.#settings;
        reject(new FailureError('connectionLost', { host, port }));
      }
    });
    return asSocket(channel);
  }

  dispose(): void {
    this.#disposed = true;
    void this.#connection?.then(
      (client) => client.end(),
      () => {},
    );
    this.#connection = null;
  }

  #connect(timeoutMs: number): Promise<Client> {
    if (this.#connection) return this.#connection;
    const connection = connectSsh(this.#settings, timeoutMs);
    this.#connection = connection;
    // The end of an earlier connection may be told late, when the next one is there already.
    const forget = () => {
      if (this.#connection === connection) this.#connection = null;
    };
    connection.then((client) => {
      client.once('close', forget);
      if (this.#disposed) client.end();
    }, forget);
    return connection;
  }
}

function connectSsh(settings: SshSettings, timeoutMs: number): Promise<Client> {
  const { host, port } = settings;
  const client = new Client();
  let seenKey: string | null = null;
  const isTrusted = (key: Buffer): boolean => {
    seenKey = fingerprint(key);
    return seenKey === settings.hostKey;
  };
  return new Promise((resolve, reject) => {
    client.on('ready', () => resolve(client));
    client.on('error', (error: Error & { level?: string }) => reject(toFailure(settings, error, seenKey, timeoutMs)));
    client.on('close', () => reject(new FailureError('connectionLost', { host, port })));
    try {
      client.connect({ ...toConfig(settings), readyTimeout: timeoutMs, hostVerifier: isTrusted });
    } catch (error) {
      // A key that cannot be read is told before anything is sent.
      const reason = error instanceof Error ? error.message : String(error);
      reject(new FailureError('sshKeyInvalid', { host, port, reason }));
    }
  });
}

function toConfig({ host, port, username, login }: SshSettings): ConnectConfig {
  const place = { host, port, username, keepaliveInterval: keepaliveIntervalMs, keepaliveCountMax: keepalivesMax };
  switch (login.kind) {
    case 'password':
      return { ...place, password: login.password };
    case 'key':
      return { ...place, privateKey: login.key, ...(login.passphrase !== null && { passphrase: login.passphrase }) };
    case 'agent':
      return { ...place, agent: login.socket };
  }
}

function fingerprint(key: Buffer): string {
  return `SHA256:${createHash('sha256').update(key).digest('base64').replace(/=+$/, '')}`;
}

function toFailure(
  { host, port, hostKey }: SshSettings,
  error: Error & { level?: string },
  seenKey: string | null,
  timeoutMs: number,
): FailureError {
  if (seenKey !== null && seenKey !== hostKey) {
    return hostKey === null
      ? new FailureError('sshHostUnknown', { host, port, fingerprint: seenKey })
      : new FailureError('sshHostChanged', { host, port, fingerprint: seenKey, trusted: hostKey });
  }
  if (error.level === 'client-authentication') return new FailureError('sshLoginRejected', { host, port });
  if (error.level === 'client-timeout') return new FailureError('connectionTimedOut', { host, port, timeoutMs });
  return new FailureError('sshFailed', { host, port, reason: error.message });
}

/** What ioredis asks of a socket and a channel does not have: settings of TCP, which lie with the SSH connection. */
function asSocket(channel: ClientChannel): Socket {
  const nothing = () => channel;
  const settings = { setNoDelay: nothing, setKeepAlive: nothing, setTimeout: nothing, ref: nothing, unref: nothing };
  return Object.assign(channel, settings) as unknown as Socket;
}

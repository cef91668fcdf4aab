// Talks to an address with a bare socket before a client library does: tells refused from hanging from not-Redis.
import { connect as connectTcp, isIP, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { FailureError } from '../contract/failure-error.ts';
import type { FailureCode } from '../contract/failures.ts';
import type { ServerAddress } from './server-address.ts';

/** Bytes of a foreign answer that are shown to a person. */
const shownAnswerBytes = 80;
const answerMaxBytes = 4096;

/**
 * Logs in and says PING. Changes nothing on the server, and leaves no connection behind.
 * @returns whether the server asks for the login that was given
 * @throws FailureError addressUnresolved, connectionRefused, connectionTimedOut, connectionLost, tlsFailed,
 *   notRedis, authRequired, authRejected, commandRefused
 */
export async function probeServer(address: ServerAddress, timeoutMs: number): Promise<boolean> {
  const answers = await converse(address, greeting(address), timeoutMs);
  const login = address.password === null ? null : answers[0];
  const ping = answers[answers.length - 1] ?? '';
  const isLoginUsed = login !== null && login !== undefined && judgeLogin(address, login);
  judgePing(address, ping);
  return isLoginUsed;
}

/** Each is one command as RESP arrays; the server gives one line for each. */
function greeting(address: ServerAddress): string[][] {
  const login = address.password === null ? [] : [authCommand(address.username, address.password)];
  return [...login, ['PING']];
}

export function authCommand(username: string | null, password: string): string[] {
  return username === null ? ['AUTH', password] : ['AUTH', username, password];
}

function judgeLogin({ host, port }: ServerAddress, line: string): boolean {
  if (line.startsWith('+')) return true;
  // A server without a password answers so: what was given is not needed, and no reason to stay away.
  if (/without any password configured|no password is set/i.test(line)) return false;
  throw new FailureError('authRejected', { host, port });
}

function judgePing({ host, port }: ServerAddress, line: string): void {
  if (/^\+PONG/.test(line)) return;
  if (/^-(LOADING|BUSY|MASTERDOWN|NOPERM)/.test(line)) return; // it is a Redis, and will tell more by INFO
  if (/^-NOAUTH/.test(line)) throw new FailureError('authRequired', { host, port });
  if (/^-/.test(line)) {
    throw new FailureError('commandRefused', { name: `${host}:${port}`, command: 'PING', answer: line.slice(1) });
  }
  throw new FailureError('notRedis', { host, port, answer: printable(line) });
}

/** Sends all commands at once and resolves with one line for each; fewer where the server is no Redis. */
function converse(address: ServerAddress, commands: readonly string[][], timeoutMs: number): Promise<string[]> {
  return new Promise((resolve, reject) => {
    const { host, port } = address;
    let received = '';
    /** The way of bytes is open: for TLS that is after its handshake. */
    let isOpen = false;
    let isConnected = false;
    const socket = open(address, () => {
      isOpen = true;
      socket.write(commands.map(encode).join(''));
    });
    socket.on('connect', () => {
      isConnected = true;
    });
    const silence = (code: FailureCode) =>
      address.tls && isConnected && !isOpen
        ? new FailureError('tlsFailed', { host, port, reason: 'no answer to the TLS handshake' })
        : new FailureError(code, { host, port, ...(code === 'connectionTimedOut' && { timeoutMs }) });
    const finish = (settle: () => void) => {
      clearTimeout(timer);
      socket.destroy();
      settle();
    };
    const timer = setTimeout(() => finish(() => reject(silence('connectionTimedOut'))), timeoutMs);
    const judge = (ended: boolean) => {
      const lines = received.split('\r\n');
      const whole = lines.slice(0, -1);
      if (!/^[+-]/.test(received) && received !== '') finish(() => reject(notRedis(address, received)));
      else if (whole.length >= commands.length) finish(() => resolve(whole));
      else if (whole[0]?.startsWith('-DENIED')) finish(() => reject(notRedis(address, received)));
      else if (ended || received.length > answerMaxBytes) {
        finish(() => reject(received === '' ? silence('connectionLost') : notRedis(address, received)));
      }
    };
    socket.on('data', (chunk) => {
      received += chunk.toString('latin1');
      judge(false);
    });
    socket.on('error', (error) => finish(() => reject(toConnectFailure(address, error, timeoutMs))));
    socket.on('end', () => judge(true));
  });
}

function open(address: ServerAddress, connected: () => void): Socket {
  const { host, port } = address;
  return address.tls
    ? connectTls({ host, port, ...(isIP(host) === 0 && { servername: host }) }, connected)
    : connectTcp({ host, port }, connected);
}

function notRedis({ host, port }: ServerAddress, received: string): FailureError {
  return new FailureError('notRedis', { host, port, answer: printable(received) });
}

function encode(words: readonly string[]): string {
  return `*${words.length}\r\n${words.map((word) => `$${Buffer.byteLength(word)}\r\n${word}\r\n`).join('')}`;
}

/** The first bytes of an answer on one line, with what cannot be printed as \xNN. */
export function printable(latin1: string): string {
  return latin1
    .slice(0, shownAnswerBytes)
    .replace(/\r?\n/g, ' ')
    .replace(/[^\x20-\x7e]/g, (sign) => `\\x${sign.charCodeAt(0).toString(16).padStart(2, '0')}`)
    .trim();
}

const codesBySystemError: Readonly<Record<string, FailureCode>> = {
  ECONNREFUSED: 'connectionRefused',
  ENOTFOUND: 'addressUnresolved',
  EAI_AGAIN: 'addressUnresolved',
  EAI_FAIL: 'addressUnresolved',
  EAI_NODATA: 'addressUnresolved',
  ETIMEDOUT: 'connectionTimedOut',
  EHOSTUNREACH: 'connectionTimedOut',
  ENETUNREACH: 'connectionTimedOut',
  ECONNRESET: 'connectionLost',
  EPIPE: 'connectionLost',
};

/** An error of a socket or of TLS as a failure that names the address and no secret. */
export function toConnectFailure(address: ServerAddress, error: unknown, timeoutMs: number): FailureError {
  if (error instanceof FailureError) return error;
  const { host, port } = address;
  const known = systemCode(error);
  const code = codesBySystemError[known];
  if (code !== undefined)
    return new FailureError(code, { host, port, ...(code === 'connectionTimedOut' && { timeoutMs }) });
  const reason = known || (error instanceof Error ? error.message : String(error));
  return new FailureError(address.tls ? 'tlsFailed' : 'connectionLost', { host, port, reason });
}

/** Node tries IPv6 and IPv4 and wraps both failures; the first one tells. */
function systemCode(error: unknown): string {
  if (error instanceof AggregateError) return systemCode(error.errors[0]);
  const code = error instanceof Error && 'code' in error ? error.code : '';
  return typeof code === 'string' ? code : '';
}

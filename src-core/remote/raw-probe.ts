// Talks to an address with a bare socket before a client library does: tells refused from hanging from not-Redis.
import { FailureError } from '../contract/failure-error.ts';
import { toConnectFailure } from './connect-failure.ts';
import type { ServerAddress } from './server-address.ts';
import { dial, type Way } from './way.ts';

/** Bytes of a foreign answer that are shown to a person. */
const shownAnswerBytes = 80;
const answerMaxBytes = 4096;

/**
 * Logs in and says PING. Changes nothing on the server, and leaves no connection behind.
 * @returns whether the server asks for the login that was given
 * @throws FailureError addressUnresolved, connectionRefused, connectionTimedOut, connectionLost, tlsFailed,
 *   notRedis, authRequired, authRejected, commandRefused
 */
export async function probeServer(address: ServerAddress, way: Way, timeoutMs: number): Promise<boolean> {
  const answers = await converse(address, way, greeting(address), timeoutMs);
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
async function converse(
  address: ServerAddress,
  way: Way,
  commands: readonly string[][],
  timeoutMs: number,
): Promise<string[]> {
  const socket = await dial(address, way, timeoutMs);
  return new Promise((resolve, reject) => {
    const { host, port } = address;
    let received = '';
    const finish = (settle: () => void) => {
      clearTimeout(timer);
      socket.destroy();
      settle();
    };
    const late = () => reject(new FailureError('connectionTimedOut', { host, port, timeoutMs }));
    const timer = setTimeout(() => finish(late), timeoutMs);
    const judge = (ended: boolean) => {
      const lines = received.split('\r\n');
      const whole = lines.slice(0, -1);
      if (!/^[+-]/.test(received) && received !== '') finish(() => reject(notRedis(address, received)));
      else if (whole.length >= commands.length) finish(() => resolve(whole));
      else if (whole[0]?.startsWith('-DENIED')) finish(() => reject(notRedis(address, received)));
      else if (ended || received.length > answerMaxBytes) {
        const lost = () => new FailureError('connectionLost', { host, port });
        finish(() => reject(received === '' ? lost() : notRedis(address, received)));
      }
    };
    socket.on('data', (chunk) => {
      received += chunk.toString('latin1');
      judge(false);
    });
    socket.on('error', (error) => finish(() => reject(toConnectFailure(address, error, timeoutMs))));
    socket.on('end', () => judge(true));
    socket.write(commands.map(encode).join(''));
  });
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

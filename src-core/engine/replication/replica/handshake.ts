// What a replica says to its master before the stream: the messages of the handshake, on the wire and in the trace.
import type { Asked } from '../psync.ts';

/** One request. The word at `secretAt` is struck out wherever a person may read it. */
export interface Message {
  readonly words: readonly string[];
  readonly secretAt?: number;
}

/** All that the handshake says of us. */
export interface Introduction {
  /** Empty: no AUTH. */
  readonly password: string;
  /** Empty: AUTH with the password alone. */
  readonly user: string;
  readonly listeningPort: number;
  /** `replica-announce-ip`; empty: not said. */
  readonly announceIp: string;
}

export const pingMessage: Message = { words: ['PING'] };
export const syncMessage: Message = { words: ['SYNC'] };

/**
 * What follows the answer to PING, in one write and with one answer each, as Redis 7 pipelines it:
 * AUTH, REPLCONF listening-port, REPLCONF ip-address, REPLCONF capa.
 */
export function introduce(us: Introduction): readonly Message[] {
  const messages: Message[] = [];
  if (us.password !== '') messages.push(authMessage(us));
  messages.push({ words: ['REPLCONF', 'listening-port', String(us.listeningPort)] });
  if (us.announceIp !== '') messages.push({ words: ['REPLCONF', 'ip-address', us.announceIp] });
  messages.push({ words: ['REPLCONF', 'capa', 'eof', 'capa', 'psync2'] });
  return messages;
}

/** `handsOver`: a master says so to the replica that is to take its role. */
export function psyncMessage(asked: Asked, handsOver = false): Message {
  return { words: ['PSYNC', asked.id, String(asked.byte), ...(handsOver ? ['FAILOVER'] : [])] };
}

/** `REPLCONF ACK <offset>`; never answered. */
export function encodeAck(offset: number): Buffer {
  return encodeMessages([{ words: ['REPLCONF', 'ACK', String(offset)] }]);
}

/** The messages as RESP arrays, one after the other. */
export function encodeMessages(messages: readonly Message[]): Buffer {
  const parts: string[] = [];
  for (const { words } of messages) {
    parts.push(`*${words.length}\r\n`);
    for (const word of words) parts.push(`$${Buffer.byteLength(word)}\r\n${word}\r\n`);
  }
  return Buffer.from(parts.join(''));
}

/** The message as a person may read it. */
export function showMessage(message: Message): string {
  return message.words.map((word, index) => (index === message.secretAt ? '***' : word)).join(' ');
}

function authMessage({ user, password }: Introduction): Message {
  return user === '' ? { words: ['AUTH', password], secretAt: 1 } : { words: ['AUTH', user, password], secretAt: 2 };
}

// Parses CLIENT LIST: https://redis.io/docs/latest/commands/client-list
import type { Address } from '../contract/places.ts';

/** Bound of what is parsed of one answer: lines past it are ignored. */
const clientsMax = 1000;

/** One connected client, as far as Syncline looks at it. */
export interface ClientEntry {
  readonly id: number;
  /** Where its socket comes from; the port of a replica is not the one that it listens on. */
  readonly address: Address;
  readonly name: string;
  /** Letters: S a replica, M a master, P in pub/sub, N none … */
  readonly flags: string;
  /** Its last command. */
  readonly command: string;
  /** Memory of what waits to be sent to it. */
  readonly omemBytes: number;
  readonly qbufBytes: number;
}

/** Null for what is no list: an error, or a server that has no CLIENT LIST TYPE. Lines that are no client are skipped. */
export function parseClientList(reply: unknown): ClientEntry[] | null {
  if (typeof reply !== 'string') return null;
  return reply
    .split('\n', clientsMax)
    .map((line) => new Map(line.trim().split(' ').map(splitField)))
    .filter((fields) => fields.has('addr'))
    .map((fields) => ({
      id: toNumber(fields.get('id')),
      address: toAddress(fields.get('addr') ?? ''),
      name: fields.get('name') ?? '',
      flags: fields.get('flags') ?? '',
      command: fields.get('cmd') ?? '',
      omemBytes: toNumber(fields.get('omem')),
      qbufBytes: toNumber(fields.get('qbuf')),
    }));
}

function splitField(field: string): [string, string] {
  const equals = field.indexOf('=');
  return equals < 0 ? [field, ''] : [field.slice(0, equals), field.slice(equals + 1)];
}

/** `10.0.0.7:51234` or `[fd00::7]:51234`: the port stands behind the last colon. */
export function toAddress(text: string): Address {
  const colon = text.lastIndexOf(':');
  return { host: text.slice(0, Math.max(0, colon)).replace(/^\[|\]$/g, ''), port: toNumber(text.slice(colon + 1)) };
}

function toNumber(text: string | undefined): number {
  const number = Number(text);
  return Number.isFinite(number) ? number : 0;
}

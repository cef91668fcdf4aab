// Reads the directives that replication stands on from CONFIG GET, and makes sense of their words.
import type { Reply } from './role.ts';

/** What is asked for: nothing that a forecast, a check or a screen does not use. Unknown names are left out by servers. */
export const replicationDirectives = [
  'appendonly',
  'client-output-buffer-limit',
  'dual-channel-replication-enabled',
  'key-load-delay',
  'masterauth',
  'masteruser',
  'maxmemory',
  'maxmemory-policy',
  'min-replicas-max-lag',
  'min-replicas-to-write',
  'rdb-key-save-delay',
  'rdbcompression',
  'repl-backlog-size',
  'repl-backlog-ttl',
  'repl-diskless-load',
  'repl-diskless-sync',
  'repl-diskless-sync-delay',
  'repl-diskless-sync-max-replicas',
  'repl-ping-replica-period',
  'repl-rdb-channel',
  'repl-timeout',
  'replica-announce-ip',
  'replica-announce-port',
  'replica-announced',
  'replica-full-sync-buffer-limit',
  'replica-ignore-maxmemory',
  'replica-priority',
  'replica-read-only',
  'replica-serve-stale-data',
  'save',
] as const;

/** Said instead of a secret that is set: whether there is one is worth knowing, what it is never leaves this file. */
export const secretIsSet = '(set)';
const secretDirectives: ReadonlySet<string> = new Set(['masterauth']);

/** Since 7.0 one CONFIG GET takes many names, and one INFO many sections; before it each takes one. */
export function takesManyNames(redisVersion: string): boolean {
  return Number(redisVersion.split('.')[0]) >= 7;
}

/** One command, or one for each name where the server takes no more. */
export function configCommands(redisVersion: string): string[][] {
  return takesManyNames(redisVersion)
    ? [['CONFIG', 'GET', ...replicationDirectives]]
    : replicationDirectives.map((name) => ['CONFIG', 'GET', name]);
}

/** All answers of `configCommands` in one map; null where every one of them is an error or no list. */
export function parseConfig(replies: readonly (Reply | undefined)[]): ReadonlyMap<string, string> | null {
  const lists = replies.filter((reply) => Array.isArray(reply));
  if (lists.length === 0) return null;
  const settings = new Map<string, string>();
  for (const list of lists) {
    for (let at = 0; at + 1 < list.length; at += 2) {
      const [name, value] = [list[at], list[at + 1]];
      if (typeof name !== 'string' || typeof value !== 'string') continue;
      settings.set(name, secretDirectives.has(name) && value !== '' ? secretIsSet : value);
    }
  }
  return settings;
}

/** Limits of one class of clients; 0 means none. The soft one counts once it was passed for so many seconds. */
export interface OutputBufferLimit {
  readonly hardBytes: number;
  readonly softBytes: number;
  readonly softSeconds: number;
}

/**
 * Reads `normal 0 0 0 slave 268435456 67108864 60 pubsub …`; also with units (`256mb`), as a configuration file has it.
 * Null where the class of replicas is missing.
 */
export function outputBufferLimits(text: string): { readonly replica: OutputBufferLimit } | null {
  const words = text.trim().split(/\s+/);
  const at = words.findIndex((word) => word === 'slave' || word === 'replica');
  const hardBytes = memoryBytes(words[at + 1] ?? '');
  const softBytes = memoryBytes(words[at + 2] ?? '');
  const softSeconds = Number(words[at + 3]);
  if (at < 0 || hardBytes === null || softBytes === null || !Number.isFinite(softSeconds)) return null;
  return { replica: { hardBytes, softBytes, softSeconds } };
}

const unitBytes: Readonly<Record<string, number>> = {
  '': 1,
  b: 1,
  k: 1000,
  kb: 1024,
  m: 1_000_000,
  mb: 1_048_576,
  g: 1_000_000_000,
  gb: 1_073_741_824,
};

/** `256mb`, `64k` or a plain number as bytes, by Redis's units (k is 1000, kb is 1024); null for anything else. */
export function memoryBytes(text: string): number | null {
  const [, digits, unit] = /^(\d+)([a-z]*)$/i.exec(text.trim()) ?? [];
  const factor = unitBytes[unit?.toLowerCase() ?? ''];
  return digits === undefined || factor === undefined ? null : Number(digits) * factor;
}

/** A yes/no directive; null where it is not known. */
export function isYes(settings: ReadonlyMap<string, string> | null, name: string): boolean | null {
  const value = settings?.get(name);
  if (value === undefined) return null;
  return value === 'yes';
}

/** A directive that is a whole number; null where it is not known. */
export function settingNumber(settings: ReadonlyMap<string, string> | null, name: string): number | null {
  const value = settings?.get(name);
  return value === undefined || !/^-?\d+$/.test(value) ? null : Number(value);
}

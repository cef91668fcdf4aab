// What a server is called: its own family and version, never those of the Redis that it is compatible with.
import type { ServerView } from './views.ts';

const familyNames: Readonly<Record<string, string>> = { redis: 'Redis', valkey: 'Valkey', syncline: 'Syncline' };

/** `Redis 6.0.16`, `Valkey 8.1.1`; a family that is not known by its own word. */
export function nameServer({ family, version }: Pick<ServerView, 'family' | 'version'>): string {
  return `${familyNames[family] ?? family} ${version}`.trim();
}

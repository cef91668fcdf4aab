// INFO keyspace: how many keys there are in each database, and how long they live.
import type { Database } from '../keyspace/database.ts';
import type { InfoField, InfoSources } from './info-sources.ts';

const TTL_SAMPLES = 20;

export function keyspaceFields({ keyspace, clock }: InfoSources): InfoField[] {
  const nowMs = clock.nowMs();
  return keyspace.databases.flatMap((database): InfoField[] => {
    if (database.size === 0) return [];
    const averageMs = averageTtlMs(database, nowMs);
    return [[`db${database.index}`, `keys=${database.size},expires=${database.expiring},avg_ttl=${averageMs}`]];
  });
}

/** Of a few keys with an expiry, spread over all of them. */
function averageTtlMs(database: Database, nowMs: number): number {
  const samples = Math.min(database.expiring, TTL_SAMPLES);
  let sumMs = 0;
  for (let i = 0; i < samples; i++) {
    const place = Math.floor((i * database.expiring) / samples);
    sumMs += Math.max(0, database.expiryMs(database.expiry.at(place)) - nowMs);
  }
  return samples === 0 ? 0 : Math.round(sumMs / samples);
}

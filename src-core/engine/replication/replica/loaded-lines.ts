// What the log says of a snapshot that was loaded: Redis's lines.
import type { SnapshotLoad } from '../replication-host.ts';

export function loadedLines({ origin, keysLoaded, keysExpired }: SnapshotLoad, nowMs: number): readonly string[] {
  const ageSeconds = Math.max(0, Math.floor(nowMs / 1000) - origin.createdSeconds);
  const usedMegabytes = (origin.usedMemoryBytes / (1024 * 1024)).toFixed(2);
  return [
    `Loading RDB produced by version ${origin.version}`,
    `RDB age ${ageSeconds} seconds`,
    `RDB memory usage when created ${usedMegabytes} Mb`,
    `Done loading RDB, keys loaded: ${keysLoaded}, keys expired: ${keysExpired}.`,
  ];
}

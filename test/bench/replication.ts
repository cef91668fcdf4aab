// Replication beside Redis: a backlog applied, three full syncs, and the pauses that snapshots and the collector make.
import { startRedis } from '../support/redis-server.ts';
import { startSyncline } from '../support/syncline-server.ts';
import { measureBacklog } from './apply-backlog.ts';
import { measureFullSyncs } from './full-sync.ts';
import { fillKeys, randomValues } from './load.ts';
import { measureCollections, measureSnapshotPauses, startWatchedSyncline } from './pauses.ts';
import type { Row } from './row.ts';
import { withServers } from './with-servers.ts';

export interface ReplicationOptions {
  readonly pairs: number;
  /** Divides keys and commands, for a quick look; 1 for figures to quote. */
  readonly divisor: number;
  readonly onRow: (row: Row) => void;
}

/** A diskless sync that begins at once and is loaded off the socket: what both kinds do fastest. */
const settings = {
  'repl-diskless-sync': 'yes',
  'repl-diskless-sync-delay': 0,
  'repl-diskless-load': 'on-empty-db',
  // A replica that stands still must find all of it when it goes on.
  'client-output-buffer-limit': ['replica', 0, 0, 0],
};
const wholeKeys = 1_000_000;
const wholeCommands = 2_000_000;
const seed = 20;

/** Starts the servers that the rows need, and measures row by row. */
export async function measureReplication({ pairs, divisor, onRow }: ReplicationOptions): Promise<readonly Row[]> {
  const keys = Math.ceil(wholeKeys / divisor);
  const commands = Math.ceil(wholeCommands / divisor);
  const rows: Row[] = [];
  const add = (row: Row) => {
    rows.push(row);
    onRow(row);
  };
  const redis = () => startRedis({ settings });
  const syncline = () => startSyncline({ settings });
  await withServers(
    [redis, redis, syncline, syncline],
    async ([redisMaster, redisReplica, synclineMaster, synclineReplica]) => {
      for (const master of [redisMaster, synclineMaster]) await fillKeys(master, keys, randomValues(seed));
      const all = { redisMaster, redisReplica, synclineMaster, synclineReplica };
      for (const row of await measureFullSyncs(all, keys, pairs)) add(row);
      add(await measureBacklog(all, { keys, commands }, pairs));
      const masters = { redis: redisMaster, syncline: synclineMaster };
      for (const row of await measureSnapshotPauses(masters, keys, pairs)) add(row);
    },
  );
  await withServers([startRedis, startWatchedSyncline], async ([redis, watched]) => {
    for (const server of [redis, watched]) await fillKeys(server, keys, randomValues(seed));
    for (const row of await measureCollections({ redis, watched }, { keys, requests: commands }, pairs)) add(row);
  });
  return rows;
}

// Three full syncs beside that of two Redis servers: as replica, as master, as both.
import type { ServerProcess } from '../support/server-process.ts';
import { attachUntilLoaded, detachEmpty, snapshotOver } from './attachment.ts';
import { cpuSecondsWithEnded } from './process-usage.ts';
import { compare, type Row, type Run } from './row.ts';
import { atLeast } from './statistics.ts';

/** One master and one replica of each kind; both masters hold the same keys. */
export interface SyncServers {
  readonly redisMaster: ServerProcess;
  readonly redisReplica: ServerProcess;
  readonly synclineMaster: ServerProcess;
  readonly synclineReplica: ServerProcess;
}

/** Master to replica, in the order in which they are measured; `R` is Redis, `S` is ours. */
const directions = ['R→R', 'R→S', 'S→R', 'S→S'] as const;
type Direction = (typeof directions)[number];

const rows = [
  { direction: 'R→S', name: 'Redis → Syncline', goal: atLeast(0.85, 1.05) },
  { direction: 'S→R', name: 'Syncline → Redis', goal: atLeast(1, 1.4) },
  { direction: 'S→S', name: 'Syncline → Syncline', goal: atLeast(1.5, 2.5) },
] as const;

/** Keys a second from REPLICAOF to a link that is up with all keys there; CPU is of master, its fork and replica. */
export async function measureFullSyncs(servers: SyncServers, keys: number, pairs: number): Promise<readonly Row[]> {
  const runs: Record<Direction, Run[]> = { 'R→R': [], 'R→S': [], 'S→R': [], 'S→S': [] };
  for (let pair = 0; pair < pairs; pair++) {
    for (const direction of directions) runs[direction].push(await syncOnce(servers, direction, keys));
  }
  return rows.map(({ direction, name, goal }) =>
    compare({
      work: `full sync ${name}, beside Redis → Redis`,
      unit: 'keys/s',
      goal,
      redis: runs['R→R'],
      syncline: runs[direction],
    }),
  );
}

async function syncOnce(servers: SyncServers, direction: Direction, keys: number): Promise<Run> {
  const master = direction.startsWith('R') ? servers.redisMaster : servers.synclineMaster;
  const replica = direction.endsWith('R') ? servers.redisReplica : servers.synclineReplica;
  await detachEmpty(replica);
  const cpuBefore = usedBy(master, replica);
  const elapsedMs = await attachUntilLoaded(replica, master, keys);
  await snapshotOver(master);
  const cpuAfter = usedBy(master, replica);
  await detachEmpty(replica);
  return {
    figure: keys / (elapsedMs / 1000),
    cpu: cpuBefore === null || cpuAfter === null ? null : cpuAfter - cpuBefore,
  };
}

function usedBy(master: ServerProcess, replica: ServerProcess): number | null {
  const ofMaster = cpuSecondsWithEnded(master.pid);
  const ofReplica = cpuSecondsWithEnded(replica.pid);
  return ofMaster === null || ofReplica === null ? null : ofMaster + ofReplica;
}

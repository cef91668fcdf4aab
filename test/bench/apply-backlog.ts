// A replica that was away applies what its master kept for it: ours beside Redis, behind the same Redis master.
import type { ServerProcess } from '../support/server-process.ts';
import { attachUntilLoaded, detachEmpty, offsetOf, untilOffset } from './attachment.ts';
import { runLoad } from './load.ts';
import { cpuSeconds } from './process-usage.ts';
import { compare, type Row, type Run } from './row.ts';
import { atLeast } from './statistics.ts';

export interface BacklogServers {
  readonly redisMaster: ServerProcess;
  readonly redisReplica: ServerProcess;
  readonly synclineReplica: ServerProcess;
}

export interface BacklogWork {
  /** The master has so many, and writes to them at random. */
  readonly keys: number;
  readonly commands: number;
}

/** Both replicas stand still while the master writes; then one after the other goes on, and is timed until it is level. */
export async function measureBacklog(
  { redisMaster, redisReplica, synclineReplica }: BacklogServers,
  { keys, commands }: BacklogWork,
  pairs: number,
): Promise<Row> {
  const runs: { redis: Run[]; syncline: Run[] } = { redis: [], syncline: [] };
  const replicas = [redisReplica, synclineReplica];
  for (const replica of replicas) await attachUntilLoaded(replica, redisMaster, keys);
  for (let pair = 0; pair < pairs; pair++) {
    try {
      for (const { pid } of replicas) process.kill(pid, 'SIGSTOP');
      await runLoad(redisMaster, { command: 'SET', clients: 10, pipeline: 100, requests: commands, keys });
      const offset = await offsetOf(redisMaster);
      runs.redis.push(await applyUntil(redisReplica, offset, commands));
      runs.syncline.push(await applyUntil(synclineReplica, offset, commands));
    } finally {
      for (const { pid } of replicas) process.kill(pid, 'SIGCONT');
    }
  }
  for (const replica of replicas) await detachEmpty(replica);
  return compare({ work: 'replica applying a backlog', unit: 'commands/s', goal: atLeast(1.5, 2.5), ...runs });
}

async function applyUntil(replica: ServerProcess, offset: number, commands: number): Promise<Run> {
  const cpuBefore = cpuSeconds(replica.pid);
  process.kill(replica.pid, 'SIGCONT');
  const elapsedMs = await untilOffset(replica, offset);
  const cpuAfter = cpuSeconds(replica.pid);
  const cpu = cpuBefore === null || cpuAfter === null ? null : cpuAfter - cpuBefore;
  return { figure: commands / (elapsedMs / 1000), cpu };
}

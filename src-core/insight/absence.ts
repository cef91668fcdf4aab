// What happens when a replica stays away for a while: whether the master's backlog still reaches it when it comes back.
import type { Forecast } from '../contract/acts.ts';
import { type ForecastMaster, type ForecastReplica, forecastSync } from './forecast.ts';
import { recommendedBacklogBytes } from './sizing.ts';

/** The rate may rise or fall by this share until the replica is back; nearer to the edge nothing is promised. */
const rateUncertainty = 0.25;

export interface Absence {
  readonly awaySeconds: number;
  /** Growth of the master's stream; null where it was not measured. */
  readonly writeBytesPerSecond: number | null;
  /** `repl-backlog-ttl`; 0 means for ever, null not known. */
  readonly backlogTtlSeconds: number | null;
  /** Replicas that stay attached keep the backlog alive. */
  readonly otherReplicas: number;
}

/** The forecast of the moment in which the replica comes back. */
export function forecastAbsence(
  replica: ForecastReplica | null,
  master: ForecastMaster | null,
  names: { readonly name: string; readonly master: string },
  absence: Absence,
): Forecast {
  const { awaySeconds, writeBytesPerSecond } = absence;
  if (!replica || !master || writeBytesPerSecond === null) {
    return { ...forecastSync(null, null, names), reason: { code: 'absenceUnknown', params: { ...names } } };
  }
  if (losesBacklog(absence)) return forecastSync(replica, withoutBacklog(master), names);
  const writtenBytes = Math.round(writeBytesPerSecond * awaySeconds);
  const foreseen = forecastSync(replica, afterWrites(master, writtenBytes), names);
  const least = forecastSync(replica, afterWrites(master, writtenBytes * (1 - rateUncertainty)), names);
  const most = forecastSync(replica, afterWrites(master, writtenBytes * (1 + rateUncertainty)), names);
  const isSafe = least.sync === 'partial' && most.sync === 'partial';
  const bytes = recommendedBacklogBytes(writeBytesPerSecond, awaySeconds);
  const advice = { code: 'adviseBacklog', params: { master: names.master, bytes, awaySeconds } } as const;
  const isTooSmall = !isSafe && bytes > master.backlog.sizeBytes;
  if (least.sync === most.sync) return isTooSmall ? { ...foreseen, advice } : foreseen;
  const reason = {
    code: 'absenceTooClose',
    params: { ...names, writtenBytes, sizeBytes: master.backlog.sizeBytes, awaySeconds },
  } as const;
  return { ...foreseen, sync: 'unknown', reason, keysDestroyed: null, transferBytes: null, cost: null, advice };
}

/** With no replica left, Redis gives the backlog back after its ttl, and takes a new history with it. */
function losesBacklog({ backlogTtlSeconds, otherReplicas, awaySeconds }: Absence): boolean {
  return otherReplicas === 0 && backlogTtlSeconds !== null && backlogTtlSeconds > 0 && awaySeconds > backlogTtlSeconds;
}

function withoutBacklog(master: ForecastMaster): ForecastMaster {
  return { ...master, backlog: { ...master.backlog, active: false } };
}

/**
 * The master when it has written so many bytes more: the ring keeps the last of them, at most its size.
 * Offset 300, bytes 101 to 300, size 400: 500 more make offset 800 and bytes 401 to 800.
 */
function afterWrites(master: ForecastMaster, moreBytes: number): ForecastMaster {
  const offset = master.offset + Math.round(moreBytes);
  const { sizeBytes, firstByte: first } = master.backlog;
  const firstByte = Math.max(first, offset - sizeBytes + 1);
  return { ...master, offset, backlog: { ...master.backlog, firstByte, histlenBytes: offset - firstByte + 1 } };
}

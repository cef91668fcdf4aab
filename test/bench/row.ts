// A row of the tables: what was measured of Redis and of us, and how that compares with the goal.
import { type Goal, judge, type Spread, spread, type Verdict } from './statistics.ts';

/** One measurement of one server. */
export interface Run {
  readonly figure: number;
  /** Server CPU for the same work; null where the system does not tell. Of the same unit on both sides. */
  readonly cpu: number | null;
}

export interface Row {
  readonly work: string;
  readonly unit: 'commands/s' | 'keys/s' | 'bytes/key' | 'ms';
  readonly redis: Spread;
  readonly syncline: Spread;
  /** Medians, Syncline's to Redis's. */
  readonly ratio: number;
  /** Work for the same server CPU, Syncline's to Redis's; null where the system does not tell, or it makes no sense. */
  readonly ratioByCpu: number | null;
  /** Null: the row is there to compare others with. */
  readonly goal: Goal | null;
  readonly verdict: Verdict | null;
}

export interface Comparison {
  readonly work: string;
  readonly unit: Row['unit'];
  readonly goal: Goal | null;
  readonly redis: readonly Run[];
  readonly syncline: readonly Run[];
}

/** The row of these measurements; a goal is compared with the ratio of the medians, or with our median. */
export function compare({ work, unit, goal, redis: ofRedis, syncline: ofSyncline }: Comparison): Row {
  const redis = spread(ofRedis.map(({ figure }) => figure));
  const syncline = spread(ofSyncline.map(({ figure }) => figure));
  const ratio = syncline.median / redis.median;
  const verdict = goal === null ? null : judge(goal.of === 'ratio' ? ratio : syncline.median, goal);
  return { work, unit, redis, syncline, ratio, ratioByCpu: cpuRatio(ofRedis, ofSyncline), goal, verdict };
}

function cpuRatio(ofRedis: readonly Run[], ofSyncline: readonly Run[]): number | null {
  const known = (runs: readonly Run[]) => runs.map(({ cpu }) => cpu).filter((cpu) => cpu !== null);
  if (known(ofRedis).length === 0 || known(ofSyncline).length === 0) return null;
  return spread(known(ofRedis)).median / spread(known(ofSyncline)).median;
}

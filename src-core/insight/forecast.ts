// Says before anything is touched whether a replica will continue or copy everything, by the engine's own PSYNC rule.
import type { Forecast, SyncCost } from '../contract/acts.ts';
import type { Statement } from '../contract/statements.ts';
import { type Asked, type Decision, decide } from '../engine/replication/psync.ts';
import { recommendedOutputBufferBytes } from './sizing.ts';
import { estimateSyncCost, fedSeconds, type SyncSource, type SyncTarget } from './sync-cost.ts';

/** The master's inputs of the rule: all of them stand in its INFO replication. */
export interface ForecastMaster {
  readonly name: string;
  readonly replicationId: string;
  readonly secondReplicationId: string | null;
  /** Redis's `second_repl_offset`. */
  readonly secondOffset: number;
  readonly offset: number;
  readonly backlog: {
    readonly active: boolean;
    readonly sizeBytes: number;
    readonly firstByte: number;
    readonly histlenBytes: number;
  };
  /** What a full sync from it stands on; null where that was not read. */
  readonly source: SyncSource | null;
}

export interface ForecastReplica {
  readonly name: string;
  /** The history that it is on, its own where it is a master. */
  readonly replicationId: string;
  /** The last byte that it applied. */
  readonly offset: number;
  readonly keys: number;
  /** Memory of its data; null where that was not read. */
  readonly dataBytes: number | null;
  /** How many nodes follow it, directly or through others. */
  readonly replicasBelow: number;
  readonly target: SyncTarget | null;
}

/** Null for a node that was not read: then nothing is guessed. */
export function forecastSync(
  replica: ForecastReplica | null,
  master: ForecastMaster | null,
  names: { readonly name: string; readonly master: string },
): Forecast {
  if (!replica || !master) return unknown(names);
  const asked: Asked = { id: replica.replicationId, byte: replica.offset + 1 };
  const decision = decide(asked, toHistory(master), master.backlog.active ? master.backlog : null);
  return toForecast(decision, replica, master);
}

/** The forecast of an act that gives up the replica's history first, so that nothing can be continued. */
export function forecastForcedFull(
  replica: ForecastReplica | null,
  master: ForecastMaster | null,
  names: { readonly name: string; readonly master: string },
): Forecast {
  const reason: Statement = { code: 'syncForced', params: { ...names } };
  return {
    sync: 'full',
    reason,
    ...fullCost(replica, master),
    keysDestroyed: replica?.keys ?? null,
    bytesDestroyed: replica?.dataBytes ?? null,
    replicasBelow: replica?.replicasBelow ?? 0,
    window: master && toWindow(master, null),
  };
}

/**
 * The forecast of an act that moves and drops nothing.
 * @param master whose backlog is shown, with where the replica stands in it; null: none is
 */
export function forecastNoSync(
  reason: Statement,
  master: ForecastMaster | null = null,
  replicaOffset: number | null = null,
): Forecast {
  return {
    sync: 'none',
    reason,
    transferBytes: 0,
    keysDestroyed: 0,
    bytesDestroyed: 0,
    replicasBelow: 0,
    cost: null,
    advice: null,
    window: master && toWindow(master, replicaOffset),
  };
}

function fullCost(
  replica: ForecastReplica | null,
  master: ForecastMaster | null,
): Pick<Forecast, 'transferBytes' | 'cost' | 'advice'> {
  if (!replica?.target || !master?.source) return { transferBytes: null, cost: null, advice: null };
  const cost = estimateSyncCost(master.source, replica.target);
  return { transferBytes: cost.snapshotBytes, cost, advice: adviseOutputBuffer(master.source, cost) };
}

/** The limit that the measured writes of so long a sync need. */
function adviseOutputBuffer(source: SyncSource, { outputBuffer, phases }: SyncCost): Statement | null {
  const { name: master, writeBytesPerSecond } = source;
  const isShort = outputBuffer.verdict !== 'fits' && outputBuffer.verdict !== 'unknown';
  if (!isShort || writeBytesPerSecond === null || phases === null) return null;
  const bytes = recommendedOutputBufferBytes(writeBytesPerSecond, fedSeconds(phases));
  return { code: 'adviseOutputBuffer', params: { master, bytes } };
}

function unknown(names: { readonly name: string; readonly master: string }): Forecast {
  return {
    sync: 'unknown',
    reason: { code: 'syncUnknown', params: { ...names } },
    transferBytes: null,
    keysDestroyed: null,
    bytesDestroyed: null,
    replicasBelow: 0,
    window: null,
    cost: null,
    advice: null,
  };
}

function toForecast(decision: Decision, replica: ForecastReplica, master: ForecastMaster): Forecast {
  const reason: Statement = {
    code: decision.code,
    params: { name: replica.name, master: master.name, ...decision.params },
  };
  const continues = decision.kind === 'continue';
  // An offset has a place in the window only if it counts the bytes of the same history.
  const shares = decision.code !== 'syncOtherHistory' && decision.code !== 'syncNeverSynced';
  return {
    sync: continues ? 'partial' : 'full',
    reason,
    ...(continues
      ? { transferBytes: decision.params.missingBytes, cost: null, advice: null }
      : fullCost(replica, master)),
    keysDestroyed: continues ? 0 : replica.keys,
    bytesDestroyed: continues ? 0 : replica.dataBytes,
    replicasBelow: continues ? 0 : replica.replicasBelow,
    window: toWindow(master, shares ? replica.offset : null),
  };
}

function toWindow(master: ForecastMaster, replicaOffset: number | null): Forecast['window'] {
  if (!master.backlog.active) return null;
  return { firstByte: master.backlog.firstByte, endOffset: master.offset, replicaOffset };
}

function toHistory(master: ForecastMaster): Parameters<typeof decide>[1] {
  const previous =
    master.secondReplicationId === null ? null : { id: master.secondReplicationId, endByte: master.secondOffset };
  return { id: master.replicationId, offset: master.offset, previous };
}

// What a restart of a server does to its data and to its history, by how it saves.
import type { Statement } from '../contract/statements.ts';
import { estimateRestartTime, type RestartWork } from './sync-time.ts';

/** What is known of how a server keeps its data. Null stands for what could not be read. */
export interface Keeping {
  readonly name: string;
  readonly isEmbedded: boolean;
  readonly role: 'master' | 'replica' | 'unknown';
  readonly keys: number;
  /** The `save` directive; empty text: no snapshots by itself, and none when it ends. */
  readonly save: string | null;
  readonly aofEnabled: boolean | null;
  /** Whether a configuration file keeps whom it follows; without one, whoever starts it decides. Null: not known. */
  readonly hasConfigFile: boolean | null;
  /** Nodes that follow it, directly or through others. */
  readonly replicasBelow: number;
  /** Keys of all those together. */
  readonly keysBelow: number;
  /** What its time stands on; null where its memory was not read. */
  readonly work: RestartWork | null;
}

export interface RestartForecast {
  /** How its own link, or where it is a master its replicas', will go on. */
  readonly sync: 'none' | 'partial' | 'full' | 'unknown';
  readonly reason: Statement;
  /** Keys that are gone everywhere afterwards: in it, and where it is a master in all that copy it. */
  readonly keysLost: number | null;
  /** To write its data and to load it again; null where nothing can be said: no snapshot, or an append-only file. */
  readonly range: { readonly leastSeconds: number; readonly mostSeconds: number } | null;
}

/**
 * A server that writes an RDB when it ends notes its history in it and can go on from there: a replica asks for the next
 * byte, a master keeps its old id as the second one. From an append-only file alone no history is read back. A master
 * that comes back empty, or with an old file, empties all its replicas.
 */
export function forecastRestart(keeping: Keeping): RestartForecast {
  const { isEmbedded, save, aofEnabled, work } = keeping;
  const isBySnapshot = isEmbedded || (aofEnabled === false && save !== null && save.trim() !== '');
  return { ...forecastHistory(keeping), range: isBySnapshot && work ? estimateRestartTime(work) : null };
}

function forecastHistory(keeping: Keeping): Omit<RestartForecast, 'range'> {
  const { name, role, keys, replicasBelow } = keeping;
  const isAlone = role === 'master' && replicasBelow === 0;
  if (keeping.isEmbedded) {
    return { sync: isAlone ? 'none' : 'partial', reason: say('restartKeepsHistory', name), keysLost: 0 };
  }
  if (keeping.save === null || keeping.aofEnabled === null) {
    return { sync: isAlone ? 'none' : 'unknown', reason: say('restartUnknown', name), keysLost: null };
  }
  if (role === 'replica' && keeping.hasConfigFile !== true && !keeping.aofEnabled) {
    return { sync: 'unknown', reason: say('restartPlaceUnknown', name), keysLost: 0 };
  }
  if (keeping.aofEnabled) return { sync: isAlone ? 'none' : 'full', reason: say('restartFromAof', name), keysLost: 0 };
  if (keeping.save.trim() !== '') {
    return { sync: isAlone ? 'none' : 'partial', reason: say('restartKeepsHistory', name), keysLost: 0 };
  }
  // The file of its last full sync may lie there still, with the offset of that time: whether that reaches is not known.
  if (role === 'replica') return { sync: 'unknown', reason: say('restartReplicaUnsaved', name), keysLost: 0 };
  const keysLost = keys + keeping.keysBelow;
  return {
    sync: isAlone ? 'none' : 'full',
    reason: { code: 'restartMasterUnsaved', params: { name, keys, replicas: replicasBelow } },
    keysLost,
  };
}

function say(code: Statement['code'], name: string): Statement {
  return { code, params: { name } };
}

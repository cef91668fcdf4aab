// How a replica takes a full sync, by `repl-diskless-load`: the ways there are, and what the two kinds of them share.
import type { Disposable } from '../../../base/lifecycle.ts';
import type { Ports } from '../../../base/ports.ts';
import type { LoadRequest, ReplicationHost, SnapshotLoad } from '../replication-host.ts';
import type { Log } from '../replication-log.ts';
import type { ReplicationSettings } from '../settings.ts';
import { loadedLines } from './loaded-lines.ts';

/**
 * 'file': received whole into a file, then loaded in the place of the data. 'in-place': the data go when the first byte
 * comes. 'beside': they stay until the last one is loaded.
 */
export type SnapshotWay = 'file' | 'in-place' | 'beside';

/** The way for this setting and these data. */
export function snapshotWay({ disklessLoad }: ReplicationSettings, { isEmpty }: ReplicationHost): SnapshotWay {
  if (disklessLoad === 'swapdb') return 'beside';
  return disklessLoad === 'on-empty-db' && isEmpty ? 'in-place' : 'file';
}

export interface ReceptionNeeds {
  readonly ports: Pick<Ports, 'clock' | 'timers' | 'files' | 'random'>;
  readonly settings: ReplicationSettings;
  readonly host: ReplicationHost;
  readonly log: Log;
  /** What comes is a later state of the data that we have. */
  readonly isSameHistory: boolean;
  /** The data go now, and all who followed them. */
  readonly leaveData: () => void;
  /** All bytes are here, and are being loaded: nothing comes of the master meanwhile. */
  readonly received: () => void;
  /** What was loaded is served. */
  readonly loaded: (load: SnapshotLoad) => void;
  /** It cannot be used. `text` is for the log, `why` without what it is about. */
  readonly failed: (text: string, why: string) => void;
  /** Takes nothing off the wire until `goOn`. */
  readonly hold: () => void;
  readonly goOn: () => void;
}

/** A full sync on its way; disposed of when the link closes, whatever has become of it. */
export interface SnapshotReception extends Disposable {
  readonly readBytes: number;
  /** Null: the master did not say. */
  readonly totalBytes: number | null;
  /** Takes bytes of the snapshot, and none behind it; answers how many. */
  take(buffer: Buffer, view: DataView, start: number, end: number): number;
}

/** Begins to load. In place the data go first. */
export function beginLoad(needs: ReceptionNeeds, way: SnapshotWay, sizeBytes: number | null): SnapshotLoad {
  const { host, log, leaveData, isSameHistory } = needs;
  const place: LoadRequest['place'] = way === 'beside' ? 'beside' : 'in-place';
  if (place === 'in-place') {
    leaveData();
    log('notice', 'MASTER <-> REPLICA sync: Flushing old data');
  }
  log('notice', 'MASTER <-> REPLICA sync: Loading DB in memory');
  return host.beginLoad({ sizeBytes, place, servesMeanwhile: place === 'beside' && isSameHistory });
}

/** All is loaded: from here on it is what is served. Only now the data that stood beside it go. */
export function finishLoad(needs: ReceptionNeeds, way: SnapshotWay, load: SnapshotLoad): void {
  const { log, leaveData, loaded, ports } = needs;
  for (const line of loadedLines(load, ports.clock.nowMs())) log('notice', line);
  if (way === 'beside') {
    leaveData();
    log('notice', 'MASTER <-> REPLICA sync: Swapping active DB with loaded DB');
    load.adopt();
    log('notice', 'MASTER <-> REPLICA sync: Discarding old DB in background');
  } else load.adopt();
  loaded(load);
}

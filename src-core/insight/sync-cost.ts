// What a full sync costs: bytes on the wire, time by phases, output buffer and fork memory, each with what it stands on.
import type { SyncCost } from '../contract/acts.ts';
import type { Statement } from '../contract/statements.ts';
import { judgeOutputBuffer, type OutputBufferLimit } from './sizing.ts';
import { assumedLinkRate, estimateSyncTime, type SyncTime, type SyncWork, type WatchedSync } from './sync-time.ts';

/** A snapshot's length, and how it is known. */
export type SnapshotSize =
  /** Keys picked at random, whose serialized length was asked for. */
  | {
      readonly kind: 'sampled';
      readonly bytes: number;
      /** Pieces of all values: one for a string, two for each field of a hash. */
      readonly parts: number;
      readonly sampledKeys: number;
      readonly keys: number;
    }
  /** A full sync from the same master that Syncline watched, scaled to the keys of now. */
  | { readonly kind: 'lastSync'; readonly bytes: number; readonly ageMs: number }
  /** An empty server's snapshot is its header. */
  | { readonly kind: 'empty'; readonly bytes: number };

/** The master's side of a full sync. Null stands for what could not be read. */
export interface SyncSource {
  readonly name: string;
  readonly family: string;
  readonly keys: number;
  readonly snapshot: SnapshotSize | null;
  readonly writeBytesPerSecond: number | null;
  readonly diskless: boolean | null;
  readonly disklessDelaySeconds: number | null;
  readonly outputLimit: OutputBufferLimit | null;
  readonly backlogSizeBytes: number;
  readonly usedBytes: number | null;
  /** Memory of its data: what is compressed into the snapshot. */
  readonly dataBytes: number | null;
  readonly lastCopyOnWriteBytes: number | null;
  /** How long its last snapshot took; null where there was none of such data, or it was too short to say. */
  readonly lastSaveSeconds: number | null;
  /** Of a snapshot that it writes right now, how much is done, 0 to 1; null where it writes none. */
  readonly runningSaveShare: number | null;
  /** `rdb-key-save-delay`: a rest that it was told to take, microseconds for each key. */
  readonly saveDelayMicros: number;
}

/** The replica's side. */
export interface SyncTarget {
  readonly name: string;
  readonly family: string;
  /** `repl-diskless-load`; anything but `disabled` loads while it receives. */
  readonly disklessLoad: string | null;
  /** Measured on this link in an earlier full sync; null where none was watched. */
  readonly linkBytesPerSecond: number | null;
  /** A full sync that was watched and tells how long this one takes; null where there is none. */
  readonly watched: WatchedLike | null;
  /** Master and replica are on one machine: the wire is its memory. */
  readonly isLocal: boolean;
  /** `key-load-delay`: a rest that it was told to take, microseconds for each key. */
  readonly loadDelayMicros: number;
}

/** A full sync of the same pair, or of a pair like it. */
export interface WatchedLike extends WatchedSync {
  readonly name: string;
  readonly master: string;
  readonly isSamePair: boolean;
  readonly ageMs: number;
}

/** Redis writes memory pages of this size when a key on them changes during a fork; small writes share pages. */
const pageBytes = 4096;
const meanWriteBytes = 200;
/** A child that saves changes pages of its own: measured 0.3 to 2 MB. */
const childBytes = 2_000_000;

export function estimateSyncCost(source: SyncSource, target: SyncTarget): SyncCost {
  const bytes = source.snapshot?.bytes ?? null;
  const time = bytes === null ? null : estimateSyncTime(toSyncWork(source, target, bytes), target.watched);
  const totalSeconds = time?.totalSeconds ?? null;
  return {
    snapshotBytes: bytes,
    phases: time?.phases ?? null,
    totalSeconds,
    range: time?.range ?? null,
    outputBuffer: judgeOutputBuffer(
      source.outputLimit,
      source.backlogSizeBytes,
      source.writeBytesPerSecond,
      time && fedSeconds(time.phases),
    ),
    forkBytes: estimateForkBytes(source, time?.phases.saveAndSendSeconds ?? null),
    basis: [describeSize(source), ...describeTime(source, target, time), ...describeWaits(source)],
  };
}

/** While a replica still waits for the snapshot to begin, nothing is kept for it: its output buffer grows after that. */
export function fedSeconds({ saveAndSendSeconds, loadSeconds }: NonNullable<SyncCost['phases']>): number {
  return saveAndSendSeconds + loadSeconds;
}

/** What the time of a full sync depends on, of both ends. */
export function toSyncWork(source: SyncSource, target: SyncTarget, snapshotBytes: number): SyncWork {
  const { keys, dataBytes, lastSaveSeconds, runningSaveShare, saveDelayMicros } = source;
  const { linkBytesPerSecond, isLocal, loadDelayMicros } = target;
  return {
    writerFamily: source.family,
    readerFamily: target.family,
    keys,
    parts: source.snapshot?.kind === 'sampled' ? source.snapshot.parts : null,
    snapshotBytes,
    dataBytes,
    diskless: source.diskless ?? true,
    disklessDelaySeconds: source.disklessDelaySeconds ?? 0,
    loadsMeanwhile: target.disklessLoad !== null && target.disklessLoad !== 'disabled',
    linkBytesPerSecond,
    isLocal,
    lastSaveSeconds,
    runningSaveShare,
    saveDelayMicros,
    loadDelayMicros,
  };
}

function describeTime(source: SyncSource, target: SyncTarget, time: SyncTime | null): Statement[] {
  const { watched, linkBytesPerSecond } = target;
  if (watched && time?.range === null) {
    const { name, master, isSamePair, seconds, ageMs } = watched;
    return [
      isSamePair
        ? { code: 'costTimeLastSync', params: { seconds, ageMs } }
        : { code: 'costTimeLikeSync', params: { name, master, seconds, ageMs } },
    ];
  }
  const { lastSaveSeconds } = source;
  return [
    linkBytesPerSecond === null
      ? { code: 'costRateAssumed', params: { bytesPerSecond: assumedLinkRate(target) } }
      : { code: 'costRateMeasured', params: { bytesPerSecond: linkBytesPerSecond } },
    ...(lastSaveSeconds === null
      ? []
      : [{ code: 'costLastSave' as const, params: { master: source.name, seconds: lastSaveSeconds } }]),
  ];
}

/** What the fork may copy: the pages that are written while it saves, and never more than there is. Null: not known. */
function estimateForkBytes(source: SyncSource, saveSeconds: number | null): number | null {
  // An embedded node makes its snapshot without a fork.
  if (source.family === 'syncline') return 0;
  if (saveSeconds === null || source.usedBytes === null || source.writeBytesPerSecond === null) return null;
  const writes = (source.writeBytesPerSecond * saveSeconds) / meanWriteBytes;
  const pages = writes * pageBytes;
  return Math.min(source.usedBytes, Math.max(pages, source.lastCopyOnWriteBytes ?? 0)) + childBytes;
}

function describeSize({ name, snapshot }: SyncSource): Statement {
  if (snapshot === null) return { code: 'costSizeUnknown', params: { master: name } };
  const { bytes } = snapshot;
  switch (snapshot.kind) {
    case 'sampled': {
      const { sampledKeys, keys } = snapshot;
      return { code: 'costSizeSampled', params: { master: name, bytes, sampledKeys, keys } };
    }
    case 'lastSync':
      return { code: 'costSizeLastSync', params: { master: name, bytes, ageMs: snapshot.ageMs } };
    case 'empty':
      return { code: 'costSizeEmpty', params: { master: name, bytes } };
  }
}

function describeWaits({ name, diskless, disklessDelaySeconds, runningSaveShare }: SyncSource): Statement[] {
  const params = { master: name };
  return [
    ...(runningSaveShare === null ? [] : [{ code: 'costSaveRuns' as const, params }]),
    ...(diskless === null ? [{ code: 'costDisklessUnknown' as const, params }] : []),
    ...(diskless && disklessDelaySeconds
      ? [{ code: 'costDisklessDelay' as const, params: { ...params, seconds: disklessDelaySeconds } }]
      : []),
  ];
}

// What a full sync costs: bytes on the wire, time by phases, output buffer and fork memory, each with what it stands on.
import type { SyncCost } from '../contract/acts.ts';
import type { Statement } from '../contract/views.ts';
import { judgeOutputBuffer, type OutputBufferLimit } from './sizing.ts';

/** A snapshot's length, and how it is known. */
export type SnapshotSize =
  /** Keys picked at random, whose serialized length was asked for. */
  | { readonly kind: 'sampled'; readonly bytes: number; readonly sampledKeys: number; readonly keys: number }
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
}

/** The replica's side. */
export interface SyncTarget {
  readonly name: string;
  readonly family: string;
  /** `repl-diskless-load`; anything but `disabled` loads while it receives. */
  readonly disklessLoad: string | null;
  /** Measured on this link in an earlier full sync; null where none was watched. */
  readonly linkBytesPerSecond: number | null;
  /** How long its last full sync took that was watched, and of how many keys; null where none was. */
  readonly lastSync: { readonly seconds: number; readonly keys: number; readonly ageMs: number } | null;
  /** Master and replica are on one machine: the wire is its memory. */
  readonly isLocal: boolean;
}

/** Time of a server for one key and one byte of its data, before it is compressed. */
interface Pace {
  readonly saveKeyUs: number;
  readonly saveBytesPerSecond: number;
  readonly loadKeyUs: number;
  readonly loadBytesPerSecond: number;
}

/** Measured on one core of 2020s hardware with strings of 20 bytes to 50 kB; told as assumed wherever it is used. */
const nativePace: Pace = { saveKeyUs: 0.3, saveBytesPerSecond: 220e6, loadKeyUs: 0.6, loadBytesPerSecond: 300e6 };
const embeddedPace: Pace = { saveKeyUs: 1.5, saveBytesPerSecond: 60e6, loadKeyUs: 3, loadBytesPerSecond: 50e6 };
/** A gigabit of payload where nothing was measured; within one machine the replica's writing to its disk. */
const assumedLinkBytesPerSecond = 110e6;
const assumedLocalBytesPerSecond = 300e6;
const handshakeSeconds = 0.02;
/** Redis looks ten times a second whether a snapshot on the disk is ready: half of that, on average. */
const fileNoticedSeconds = 0.05;
/** With a delay, Redis looks once a second whether it is over; without one it begins at once. */
const delayLookSeconds = 0.5;
/** Redis writes memory pages of this size when a key on them changes during a fork; small writes share pages. */
const pageBytes = 4096;
const meanWriteBytes = 200;

export function estimateSyncCost(source: SyncSource, target: SyncTarget): SyncCost {
  const bytes = source.snapshot?.bytes ?? null;
  const linkBytesPerSecond = target.linkBytesPerSecond ?? assumedRate(target);
  const computed = bytes === null ? null : estimatePhases(source, target, bytes, linkBytesPerSecond);
  const phases = computed && likeLastSync(computed, source, target);
  const totalSeconds = phases && sumOf(phases);
  const buffer = judgeOutputBuffer(
    source.outputLimit,
    source.backlogSizeBytes,
    source.writeBytesPerSecond,
    totalSeconds,
  );
  return {
    snapshotBytes: bytes,
    phases,
    totalSeconds,
    outputBuffer: buffer,
    forkBytes: estimateForkBytes(source, phases?.saveAndSendSeconds ?? null),
    basis: [describeSize(source), describeTime(target, linkBytesPerSecond), ...describeDelay(source)],
  };
}

type Phases = NonNullable<SyncCost['phases']>;

function sumOf({ waitSeconds, saveAndSendSeconds, loadSeconds }: Phases): number {
  return waitSeconds + saveAndSendSeconds + loadSeconds;
}

/** What was measured on these two servers is worth more than any assumption: the phases are stretched to it. */
function likeLastSync(computed: Phases, source: SyncSource, { lastSync }: SyncTarget): Phases {
  if (!lastSync || lastSync.keys === 0 || source.keys === 0) return computed;
  const { waitSeconds } = computed;
  const workSeconds = Math.max(0, lastSync.seconds - waitSeconds) * (source.keys / lastSync.keys);
  const stretch = workSeconds / (sumOf(computed) - waitSeconds);
  return {
    waitSeconds,
    saveAndSendSeconds: computed.saveAndSendSeconds * stretch,
    loadSeconds: computed.loadSeconds * stretch,
  };
}

function describeTime({ lastSync, linkBytesPerSecond }: SyncTarget, bytesPerSecond: number): Statement {
  if (lastSync) return { code: 'costTimeLastSync', params: { seconds: lastSync.seconds, ageMs: lastSync.ageMs } };
  const code = linkBytesPerSecond === null ? 'costRateAssumed' : 'costRateMeasured';
  return { code, params: { bytesPerSecond } };
}

function assumedRate(target: SyncTarget): number {
  return target.isLocal ? assumedLocalBytesPerSecond : assumedLinkBytesPerSecond;
}

/**
 * Disk: save, then send, then load. Diskless: the snapshot is sent while it is made, after the delay in which the master
 * waits for more replicas. A replica that loads disklessly does all three at once.
 */
function estimatePhases(source: SyncSource, target: SyncTarget, bytes: number, linkBytesPerSecond: number): Phases {
  const writer = paceOf(source.family);
  const reader = paceOf(target.family);
  // What compresses well is packed quicker than what does not: half-way between data and snapshot fits both.
  const rawBytes = (bytes + Math.max(bytes, source.dataBytes ?? 0)) / 2;
  const saveSeconds = (source.keys * writer.saveKeyUs) / 1e6 + rawBytes / writer.saveBytesPerSecond;
  const sendSeconds = bytes / linkBytesPerSecond;
  const loadSeconds = (source.keys * reader.loadKeyUs) / 1e6 + rawBytes / reader.loadBytesPerSecond;
  const diskless = source.diskless ?? true;
  const delaySeconds = diskless ? (source.disklessDelaySeconds ?? 0) : 0;
  const beginSeconds = delaySeconds > 0 ? delaySeconds + delayLookSeconds : 0;
  const waitSeconds = handshakeSeconds + (diskless ? beginSeconds : fileNoticedSeconds);
  const saveAndSendSeconds = diskless ? Math.max(saveSeconds, sendSeconds) : saveSeconds + sendSeconds;
  const loadsMeanwhile = diskless && target.disklessLoad !== null && target.disklessLoad !== 'disabled';
  return {
    waitSeconds,
    saveAndSendSeconds,
    loadSeconds: loadsMeanwhile ? Math.max(0, loadSeconds - saveAndSendSeconds) : loadSeconds,
  };
}

function paceOf(family: string): Pace {
  return family === 'syncline' ? embeddedPace : nativePace;
}

/** What the fork may copy: the pages that are written while it saves, and never more than there is. Null: not known. */
function estimateForkBytes(source: SyncSource, saveSeconds: number | null): number | null {
  // An embedded node makes its snapshot without a fork.
  if (source.family === 'syncline') return 0;
  if (saveSeconds === null || source.usedBytes === null || source.writeBytesPerSecond === null) return null;
  const writes = (source.writeBytesPerSecond * saveSeconds) / meanWriteBytes;
  const pages = writes * pageBytes;
  return Math.min(source.usedBytes, Math.max(pages, source.lastCopyOnWriteBytes ?? 0));
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

function describeDelay({ name, diskless, disklessDelaySeconds }: SyncSource): Statement[] {
  if (diskless === null) return [{ code: 'costDisklessUnknown', params: { master: name } }];
  if (!diskless || !disklessDelaySeconds) return [];
  return [{ code: 'costDisklessDelay', params: { master: name, seconds: disklessDelaySeconds } }];
}

// How long a full sync takes, phase by phase: by one that was watched where there is such, else by a pace that is assumed.
import type { SyncCost } from '../contract/acts.ts';

export type SyncPhases = NonNullable<SyncCost['phases']>;

/** All that the time of a full sync depends on. */
export interface SyncWork {
  readonly writerFamily: string;
  readonly readerFamily: string;
  readonly keys: number;
  /** Pieces of all values: one for a string, two for each field of a hash. Null where no keys were looked at. */
  readonly parts: number | null;
  readonly snapshotBytes: number;
  /** Memory of the data, which is compressed into the snapshot; null where it is not known. */
  readonly dataBytes: number | null;
  readonly diskless: boolean;
  readonly disklessDelaySeconds: number;
  /** A replica that loads while it receives (`repl-diskless-load`). */
  readonly loadsMeanwhile: boolean;
  /** Null where it was not measured. */
  readonly linkBytesPerSecond: number | null;
  /** Master and replica are on one machine: the wire is its memory. */
  readonly isLocal: boolean;
  /** How long the master's last snapshot took; null where that is not known, or too short to say. */
  readonly lastSaveSeconds: number | null;
  /** Of a snapshot that the master writes right now, how much is done, 0 to 1; null where it writes none. */
  readonly runningSaveShare: number | null;
  /** `rdb-key-save-delay` and `key-load-delay`: rests that a server was told to take, microseconds for each key. */
  readonly saveDelayMicros: number;
  readonly loadDelayMicros: number;
}

/** A full sync that was watched. */
export interface WatchedSync {
  /** From the moment at which the replica waits for the snapshot to the one at which it streams. */
  readonly seconds: number;
  readonly work: SyncWork;
}

export interface SyncTime {
  readonly phases: SyncPhases;
  readonly totalSeconds: number;
  /** What it may as well be, where the pace is assumed; null where it was measured. */
  readonly range: { readonly leastSeconds: number; readonly mostSeconds: number } | null;
}

/** Time of a server for one key, one part of a value, and one byte of its data, before it is compressed. */
interface Pace {
  readonly saveKeyUs: number;
  readonly savePartUs: number;
  readonly saveBytesPerSecond: number;
  readonly loadKeyUs: number;
  readonly loadPartUs: number;
  readonly loadBytesPerSecond: number;
}

/** Measured as seconds of one core of 2020s hardware, with strings of 80 bytes to 50 kB and hashes of 30 fields. */
const nativePace: Pace = {
  saveKeyUs: 0.5,
  savePartUs: 0.07,
  saveBytesPerSecond: 240e6,
  loadKeyUs: 0.6,
  loadPartUs: 0.07,
  loadBytesPerSecond: 300e6,
};
const embeddedPace: Pace = {
  saveKeyUs: 0.4,
  savePartUs: 0.07,
  saveBytesPerSecond: 110e6,
  loadKeyUs: 1.1,
  loadPartUs: 0.45,
  loadBytesPerSecond: 95e6,
};
/** Another machine, or a busy one, may be slower or quicker than what is assumed by this factor. */
const assumedFactor = 2;
/** A gigabit of payload where nothing was measured; within one machine the replica's writing to its disk. */
const assumedLinkBytesPerSecond = 110e6;
const assumedLocalBytesPerSecond = 300e6;
const handshakeSeconds = 0.02;
/** Redis looks ten times a second whether a snapshot on the disk is ready: half of that, on average. */
const fileNoticedSeconds = 0.05;
/** With a delay, Redis looks once a second whether it is over; without one it begins at once. */
const delayLookSeconds = 0.5;

/**
 * @param watched one like it, whose time over what the model says of it is the pace of these servers; null where none was
 *   watched. What was measured is worth more than any assumption.
 */
export function estimateSyncTime(work: SyncWork, watched: WatchedSync | null): SyncTime {
  const stretch = watched && stretchOf(watched);
  if (stretch !== null) {
    // A rate that was measured on the way is in the stretch already, and would count twice beside an assumed one.
    const linkBytesPerSecond = work.linkBytesPerSecond ?? watched?.work.linkBytesPerSecond ?? null;
    // Both are seen alike, or the difference would be taken for one of pace.
    const parts = watched?.work.parts == null ? null : work.parts;
    const phases = phasesOf({ ...work, linkBytesPerSecond, parts, lastSaveSeconds: null }, 1, stretch);
    return { phases, totalSeconds: sumOf(phases), range: null };
  }
  const phases = phasesOf(work, 1);
  const leastSeconds = sumOf(phasesOf(work, 1 / assumedFactor));
  const mostSeconds = sumOf(phasesOf(work, assumedFactor));
  return { phases, totalSeconds: sumOf(phases), range: { leastSeconds, mostSeconds } };
}

/** What a server that restarts has to write when it ends and to load when it comes back. */
export type RestartWork = Pick<SyncWork, 'keys' | 'lastSaveSeconds' | 'saveDelayMicros' | 'loadDelayMicros'> & {
  readonly family: string;
  readonly dataBytes: number;
};

/** By the same paces, seconds; the time in which its program ends and starts is no part of it. */
export function estimateRestartTime(restart: RestartWork): NonNullable<SyncTime['range']> {
  const { family, dataBytes } = restart;
  const work = { ...restart, writerFamily: family, readerFamily: family, snapshotBytes: dataBytes, parts: null };
  const seconds = (slowness: number) => secondsToSave(work, slowness) + secondsToLoad(work, slowness);
  return { leastSeconds: seconds(1 / assumedFactor), mostSeconds: seconds(assumedFactor) };
}

/** The bytes of a second on this link where none were measured. */
export function assumedLinkRate({ isLocal }: Pick<SyncWork, 'isLocal'>): number {
  return isLocal ? assumedLocalBytesPerSecond : assumedLinkBytesPerSecond;
}

function sumOf({ waitSeconds, saveAndSendSeconds, loadSeconds }: SyncPhases): number {
  return waitSeconds + saveAndSendSeconds + loadSeconds;
}

/** Null where the model sees no work at all in what was watched: then nothing can be learnt from it. */
function stretchOf({ seconds, work }: WatchedSync): number | null {
  const { saveAndSendSeconds, loadSeconds } = phasesOf({ ...work, lastSaveSeconds: null }, 1);
  const modelSeconds = saveAndSendSeconds + loadSeconds;
  const workSeconds = seconds - noticedSeconds(work);
  return work.keys > 0 && workSeconds > 0 ? workSeconds / modelSeconds : null;
}

/**
 * Disk: save, then send, then load. Diskless: the snapshot is sent while it is made, after the delay in which the master
 * waits for more replicas. A replica that loads disklessly does all three at once.
 * @param slowness of what is assumed
 * @param stretch of all that is work
 */
function phasesOf(work: SyncWork, slowness: number, stretch = 1): SyncPhases {
  const { snapshotBytes, diskless, linkBytesPerSecond } = work;
  const saveSeconds = secondsToSave(work, slowness);
  const sendSeconds = linkBytesPerSecond
    ? snapshotBytes / linkBytesPerSecond
    : (snapshotBytes / assumedLinkRate(work)) * slowness;
  const saveAndSendSeconds = diskless ? Math.max(saveSeconds, sendSeconds) : saveSeconds + sendSeconds;
  const loadSeconds = secondsToLoad(work, slowness);
  const loadsMeanwhile = diskless && work.loadsMeanwhile;
  return {
    waitSeconds: waitSeconds(work) + secondsOfRunningSave(work, saveSeconds * stretch),
    saveAndSendSeconds: saveAndSendSeconds * stretch,
    loadSeconds: (loadsMeanwhile ? Math.max(0, loadSeconds - saveAndSendSeconds) : loadSeconds) * stretch,
  };
}

type SaveWork = Pick<
  SyncWork,
  'writerFamily' | 'keys' | 'parts' | 'lastSaveSeconds' | 'saveDelayMicros' | keyof RawWork
>;
type LoadWork = Pick<SyncWork, 'readerFamily' | 'keys' | 'parts' | 'loadDelayMicros' | keyof RawWork>;
type RawWork = Pick<SyncWork, 'snapshotBytes' | 'dataBytes'>;

function secondsToSave(work: SaveWork, slowness: number): number {
  if (work.lastSaveSeconds !== null) return work.lastSaveSeconds;
  const { saveKeyUs, savePartUs, saveBytesPerSecond } = paceOf(work.writerFamily);
  const paceSeconds = (work.keys * saveKeyUs + partsOf(work) * savePartUs) / 1e6 + rawBytes(work) / saveBytesPerSecond;
  return paceSeconds * slowness + restSeconds(work.keys, work.saveDelayMicros);
}

function secondsToLoad(work: LoadWork, slowness: number): number {
  const { loadKeyUs, loadPartUs, loadBytesPerSecond } = paceOf(work.readerFamily);
  const paceSeconds = (work.keys * loadKeyUs + partsOf(work) * loadPartUs) / 1e6 + rawBytes(work) / loadBytesPerSecond;
  return paceSeconds * slowness + restSeconds(work.keys, work.loadDelayMicros);
}

function partsOf({ keys, parts }: Pick<SyncWork, 'keys' | 'parts'>): number {
  return parts ?? keys;
}

/** What compresses well is packed quicker than what does not: half-way between data and snapshot fits both. */
function rawBytes({ snapshotBytes, dataBytes }: RawWork): number {
  return (snapshotBytes + Math.max(snapshotBytes, dataBytes ?? 0)) / 2;
}

/** Redis takes -n as one microsecond for every n keys. */
function restSeconds(keys: number, delayMicros: number): number {
  return (keys * (delayMicros < 0 ? 1 / -delayMicros : delayMicros)) / 1e6;
}

function waitSeconds(work: SyncWork): number {
  const delaySeconds = work.diskless ? work.disklessDelaySeconds : 0;
  return handshakeSeconds + noticedSeconds(work) + (delaySeconds > 0 ? delaySeconds + delayLookSeconds : 0);
}

function noticedSeconds({ diskless }: SyncWork): number {
  return diskless ? 0 : fileNoticedSeconds;
}

/** A master makes one snapshot at a time: the one that it writes now must end first. */
function secondsOfRunningSave({ runningSaveShare }: SyncWork, saveSeconds: number): number {
  return runningSaveShare === null ? 0 : saveSeconds * (1 - runningSaveShare);
}

function paceOf(family: string): Pace {
  return family === 'syncline' ? embeddedPace : nativePace;
}

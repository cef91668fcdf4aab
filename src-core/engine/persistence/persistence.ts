// The engine's files: saves on demand and by save points, loads at the start, and tells how it goes.
import type { Disposable } from '../../base/lifecycle.ts';
import type { Ports } from '../../base/ports.ts';
import type { CollectionLimits } from '../data/limits.ts';
import type { Keyspace } from '../keyspace/keyspace.ts';
import { LoadRest } from './load-rest.ts';
import type { LoadWatch } from './load-watch.ts';
import { mergeKeyspace } from './merge.ts';
import type { RdbLoadReport } from './rdb/reader.ts';
import { writtenVersion } from './rdb/written-version.ts';
import { loadRdbFile, type RdbFilePlace, rdbPath, saveRdbFile } from './rdb-file.ts';
import type { SnapshotAux, SnapshotFigures, SnapshotJob } from './snapshot.ts';

/** How often the save points are looked at. */
const savePointsLookMs = 1000;
/** After a save failed, the save points wait this long before they try again. */
const retryAfterFailureMs = 5000;
const bytesPerMegabyte = 1024 * 1024;

/** Read each time, since CONFIG SET may change them. */
export interface PersistenceSettings {
  /** The folder; empty for the working directory. */
  readonly directory: string;
  readonly fileName: string;
  /** `rdbcompression` and `rdbchecksum`. */
  readonly compress: boolean;
  readonly checksum: boolean;
  /** `rdb-key-save-delay` and `key-load-delay`, in microseconds for each key. */
  readonly saveDelay: number;
  readonly loadDelay: number;
  readonly savePoints: readonly { readonly seconds: number; readonly changes: number }[];
}

export interface PersistenceNeeds {
  readonly keyspace: Keyspace;
  /** An empty keyspace like ours, to load into. */
  readonly emptyKeyspace: () => Keyspace;
  readonly ports: Pick<Ports, 'clock' | 'timers' | 'files' | 'random'>;
  readonly limits: CollectionLimits;
  readonly settings: PersistenceSettings;
  /** `dirty` counts changes since the last save; a save takes off those that it has in it. */
  readonly changes: { dirty: number };
  readonly log: (level: 'debug' | 'verbose' | 'notice' | 'warning', text: string) => void;
  /** What a saved file says of our place in the replication history. */
  readonly replicationAux: () => SnapshotAux['replication'];
  /** A replica keeps keys whose time is up, until its master says otherwise. */
  readonly isReplica: () => boolean;
  /** The last save worked, or did not: `stop-writes-on-bgsave-error` looks at it. */
  readonly onSaveStatus: (worked: boolean) => void;
  readonly loads: LoadWatch;
}

/** DEBUG RELOAD. */
export interface ReloadOptions {
  /** Writes the data to the file first. */
  readonly saves: boolean;
  /** The file takes the place of the data; otherwise its keys come to them. */
  readonly flushes: boolean;
  /** A key of the file that is there already takes its place; otherwise it is an error. */
  readonly merges: boolean;
}

/** What a loaded file said of itself. */
export interface LoadedOrigin {
  readonly version: string;
  readonly createdSeconds: number;
  readonly usedMemoryBytes: number;
  /** Where in which history the data stood; null for a server without one. */
  readonly replication: SnapshotAux['replication'];
}

export class Persistence implements Disposable {
  /** Unix time, in seconds, of the last save that worked; at first, of the start. */
  lastSaveSeconds: number;
  lastSaveWorked = true;
  /** -1 before the first. */
  lastSaveTookSeconds = -1;
  saves = 0;
  readonly #needs: PersistenceNeeds;
  readonly #timer: Disposable;
  #running: { readonly job: SnapshotJob; readonly startedMs: number } | null = null;
  #lastTryMs = 0;
  #isScheduled = false;

  constructor(needs: PersistenceNeeds) {
    this.#needs = needs;
    this.lastSaveSeconds = Math.floor(needs.ports.clock.nowMs() / 1000);
    this.#timer = needs.ports.timers.every(savePointsLookMs, () => this.#lookAtSavePoints());
  }

  /** A snapshot is being made, for a save or for replicas; there is never more than one. */
  get snapshotRunning(): boolean {
    return this.#needs.keyspace.snapshotRunning;
  }

  /** Nothing may be saved meanwhile: it would be half of something. */
  get isLoading(): boolean {
    return this.#needs.loads.figures !== null;
  }

  get writtenVersion(): number {
    return writtenVersion(this.#needs.keyspace, this.#needs.isReplica());
  }

  /** The save that runs, how long it has run, and how far it is. */
  get savesInProgress(): { readonly seconds: number; readonly keysWritten: number; readonly keysTotal: number } | null {
    if (this.#running === null) return null;
    const { job, startedMs } = this.#running;
    const seconds = Math.floor((this.#needs.ports.clock.nowMs() - startedMs) / 1000);
    return { seconds, keysWritten: job.keysWritten, keysTotal: job.keysTotal };
  }

  /**
   * SAVE and SHUTDOWN SAVE: rejects with what went wrong; what was on the disk is then still there. A snapshot that is
   * running is given up, as Redis kills its child.
   */
  async save(): Promise<void> {
    if (this.snapshotRunning) {
      this.#needs.log('warning', 'There is a child saving an .rdb. Killing it!');
      this.#needs.keyspace.supersedeSnapshot();
    }
    await this.#saveFile();
    this.#needs.log('notice', 'DB saved on disk');
  }

  /** BGSAVE and save points: what becomes of it is told by log and INFO. Does nothing while a snapshot is running. */
  backgroundSave(): void {
    if (this.snapshotRunning) return;
    const { log } = this.#needs;
    this.#saveFile().then(
      () => {
        log('notice', 'DB saved on disk');
        log('notice', 'Background saving terminated with success');
      },
      (error: Error) => {
        log('warning', `Failed saving the RDB file: ${error.message}`);
        log('warning', 'Background saving error');
      },
    );
    log('notice', 'Background saving started');
  }

  /** Saves in the background as soon as the running snapshot is over. */
  scheduleBackgroundSave(): void {
    this.#isScheduled = true;
  }

  /** Gives up a running save: SHUTDOWN NOSAVE, and the end of the engine. */
  dispose(): void {
    this.#timer.dispose();
    this.#isScheduled = false;
    this.#running?.job.abort();
  }

  /**
   * Loads the file, if there is one, in the place of the present data. Commands may be answered meanwhile.
   * @throws RdbError, or an Error with the system's code; the data are then what they were
   */
  load(): Promise<LoadedOrigin | null> {
    return this.#load((fresh) => this.#needs.keyspace.adopt(fresh));
  }

  async #load(take: (fresh: Keyspace) => void): Promise<LoadedOrigin | null> {
    const { ports, limits, settings, loads } = this.#needs;
    const path = rdbPath(this.#place());
    if (!(await ports.files.exists(path))) return null;
    const startedMs = ports.clock.nowMs();
    const fresh = this.#needs.emptyKeyspace();
    loads.begin('shut', await ports.files.sizeBytes(path));
    let loaded: RdbLoadReport | null = null;
    try {
      loaded = await loadRdbFile(ports.files, path, {
        keyspace: fresh,
        limits,
        verifyChecksum: settings.checksum,
        dropExpiredBeforeMs: this.#needs.isReplica() ? null : startedMs,
        rest: new LoadRest(settings, ports.timers),
        onProgress: (loadedBytes, usedMemoryBytes) => loads.progress(loadedBytes, usedMemoryBytes),
      });
      take(fresh);
      this.#logLoaded(loaded, startedMs);
      return originOf(loaded);
    } finally {
      loads.end(loaded);
    }
  }

  async reload({ saves, flushes, merges }: ReloadOptions): Promise<void> {
    const { keyspace } = this.#needs;
    if (saves) await this.save();
    const loaded = await (flushes ? this.load() : this.#load((fresh) => mergeKeyspace(keyspace, fresh, merges)));
    if (loaded === null) throw new Error('there is no file to load');
  }

  async #saveFile(): Promise<void> {
    const { keyspace, changes, ports, settings, onSaveStatus } = this.#needs;
    const savedChanges = changes.dirty;
    const startedMs = ports.clock.nowMs();
    this.#lastTryMs = startedMs;
    const { snapshot, done } = saveRdbFile(this.#place(), {
      keyspace,
      aux: { usedMemoryBytes: keyspace.usedBytes, replication: this.#needs.replicationAux() },
      version: this.writtenVersion,
      timers: ports.timers,
      clock: ports.clock,
      compress: settings.compress,
      checksum: settings.checksum,
      keyDelayMicroseconds: settings.saveDelay,
    });
    this.#running = { job: snapshot, startedMs };
    try {
      this.#noteSaved(await done, savedChanges, startedMs);
    } catch (error) {
      this.lastSaveWorked = false;
      throw error;
    } finally {
      if (this.#running?.job === snapshot) this.#running = null;
      onSaveStatus(this.lastSaveWorked);
    }
  }

  #noteSaved(figures: SnapshotFigures, savedChanges: number, startedMs: number): void {
    const { changes, ports, log } = this.#needs;
    const nowMs = ports.clock.nowMs();
    changes.dirty = Math.max(0, changes.dirty - savedChanges);
    this.lastSaveSeconds = Math.floor(nowMs / 1000);
    this.lastSaveWorked = true;
    this.lastSaveTookSeconds = Math.floor((nowMs - startedMs) / 1000);
    this.saves++;
    const { keys, sizeBytes, beforeImages, longestSliceMs } = figures;
    const slice = longestSliceMs.toFixed(2);
    log(
      'verbose',
      `RDB: ${keys} keys, ${sizeBytes} bytes, ${beforeImages} keys ahead of a change, slices <= ${slice} ms`,
    );
  }

  #lookAtSavePoints(): void {
    if (this.snapshotRunning || this.isLoading) return;
    if (this.#isScheduled) {
      this.#isScheduled = false;
      this.backgroundSave();
      return;
    }
    const { changes, ports, settings, log } = this.#needs;
    const nowMs = ports.clock.nowMs();
    if (!this.lastSaveWorked && nowMs - this.#lastTryMs <= retryAfterFailureMs) return;
    const elapsedSeconds = nowMs / 1000 - this.lastSaveSeconds;
    const point = settings.savePoints.find((one) => changes.dirty >= one.changes && elapsedSeconds > one.seconds);
    if (point === undefined) return;
    log('notice', `${point.changes} changes in ${point.seconds} seconds. Saving...`);
    this.backgroundSave();
  }

  #logLoaded(report: RdbLoadReport, startedMs: number): void {
    const { log, ports } = this.#needs;
    const nowMs = ports.clock.nowMs();
    const { version, createdSeconds, usedMemoryBytes } = originOf(report);
    if (version !== '') {
      log('notice', `Loading RDB produced by version ${version}`);
      log('notice', `RDB age ${Math.max(0, Math.floor(nowMs / 1000) - createdSeconds)} seconds`);
      log('notice', `RDB memory usage when created ${(usedMemoryBytes / bytesPerMegabyte).toFixed(2)} Mb`);
    }
    log('notice', `Done loading RDB, keys loaded: ${report.keysLoaded}, keys expired: ${report.keysExpired}.`);
    log('notice', `DB loaded from disk: ${((nowMs - startedMs) / 1000).toFixed(3)} seconds`);
  }

  #place(): RdbFilePlace {
    const { ports, settings } = this.#needs;
    const { directory, fileName } = settings;
    return { files: ports.files, random: ports.random, directory, fileName };
  }
}

function originOf({ aux }: RdbLoadReport): LoadedOrigin {
  const number = (name: string) => {
    const value = Number(aux.get(name) ?? 0);
    return Number.isSafeInteger(value) ? value : 0;
  };
  const id = aux.get('repl-id');
  const place = { offset: number('repl-offset'), streamDatabase: number('repl-stream-db') };
  return {
    version: aux.get('redis-ver') ?? aux.get('valkey-ver') ?? '',
    createdSeconds: number('ctime'),
    usedMemoryBytes: number('used-mem'),
    replication: id === undefined ? null : { id, ...place },
  };
}

// The engine's persistence: saves on demand and by save points, loads at the start and for a replica, and tells how it goes.
import type { Disposable } from '../../base/lifecycle.ts';
import type { Ports } from '../../base/ports.ts';
import type { CollectionLimits } from '../data/limits.ts';
import { Keyspace } from '../keyspace/keyspace.ts';
import { type PersistenceFields, persistenceFields } from './persistence-fields.ts';
import { RdbLoader, type RdbLoadReport } from './rdb/reader.ts';
import { loadRdbFile, type RdbFilePlace, rdbPath, saveRdbFile } from './rdb-file.ts';
import {
  type SnapshotAux,
  type SnapshotFigures,
  type SnapshotJob,
  type SnapshotSink,
  startSnapshot,
} from './snapshot.ts';

/** How often the save points are looked at. */
const savePointsLookMs = 1000;
/** After a background save failed, the save points wait this long before they try again. */
const retryAfterFailureSeconds = 5;
const bytesPerMegabyte = 1024 * 1024;

/** Read each time, since CONFIG SET may change them. */
export interface PersistenceSettings {
  readonly directory: string;
  readonly fileName: string;
  /** `rdbcompression` and `rdbchecksum`. */
  readonly compress: boolean;
  readonly checksum: boolean;
  readonly savePoints: readonly { readonly seconds: number; readonly changes: number }[];
}

export interface PersistenceNeeds {
  readonly keyspace: Keyspace;
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
  /** The last background save worked, or did not: `stop-writes-on-bgsave-error` looks at it. */
  readonly onSaveStatus: (worked: boolean) => void;
  readonly onLoading: (isLoading: boolean) => void;
}

/** A snapshot for replicas, as REPLICATION asks for it. */
export interface ReplicaSnapshotRequest {
  readonly historyId: string;
  readonly offset: number;
  readonly streamDatabase: number;
  readonly sink: SnapshotSink;
  /** Called once: null when all was handed to the sink, else why not. Not called after `abort`. */
  readonly onEnd: (error: Error | null) => void;
}

/** What a loaded file said of itself. */
export interface LoadedOrigin {
  readonly version: string;
  readonly createdSeconds: number;
  readonly usedMemoryBytes: number;
  readonly replication: { readonly id: string; readonly offset: number; readonly streamDatabase: number } | null;
}

export class Persistence implements Disposable {
  readonly #needs: PersistenceNeeds;
  readonly #timer: Disposable;
  readonly #fields: PersistenceFields;
  #job: SnapshotJob | null = null;
  #lastTryMs = 0;
  #scheduled = false;

  constructor(needs: PersistenceNeeds) {
    this.#needs = needs;
    this.#fields = {
      lastSaveMs: needs.ports.clock.nowMs(),
      lastSaveWorked: true,
      lastSaveTookSeconds: -1,
      saves: 0,
      saveStartedMs: null,
      load: null,
      replicaLoads: 0,
      lastLoad: null,
    };
    this.#timer = needs.ports.timers.every(savePointsLookMs, () => this.#lookAtSavePoints());
  }

  /** A snapshot is being made, for a save or for replicas; there is never more than one. */
  get snapshotRunning(): boolean {
    return this.#needs.keyspace.snapshotRunning;
  }

  /** Unix time, in seconds, of the last save that worked; at first, of the start. */
  get lastSaveSeconds(): number {
    return Math.floor(this.#fields.lastSaveMs / 1000);
  }

  /** The fields of INFO persistence, in Redis's order. */
  infoFields(): (readonly [name: string, value: string | number])[] {
    const { changes, ports } = this.#needs;
    return persistenceFields(this.#fields, this.#job, changes.dirty, ports.clock.nowMs());
  }

  // ---- saving

  /** SAVE and SHUTDOWN SAVE. Rejects with what went wrong; what was on the disk is then still there. */
  async save(): Promise<void> {
    await this.#saveFile();
    this.#needs.log('notice', 'DB saved on disk');
  }

  /** BGSAVE and save points: `outcome` goes to log and INFO. @throws Error when a snapshot is running */
  backgroundSave(): void {
    const { log } = this.#needs;
    this.#saveFile().then(
      () => {
        log('notice', 'DB saved on disk');
        log('notice', 'Background saving terminated with success');
      },
      (error: Error) => {
        log('warning', `Failed opening or writing the RDB file: ${error.message}`);
        log('warning', 'Background saving error');
      },
    );
    log('notice', 'Background saving started');
  }

  /** BGSAVE SCHEDULE while a snapshot runs: saves as soon as that is over. */
  scheduleBackgroundSave(): void {
    this.#scheduled = true;
  }

  /** Stops a running save without a word: SHUTDOWN NOSAVE, and the end of the engine. */
  dispose(): void {
    this.#timer.dispose();
    this.#scheduled = false;
    this.#job?.abort();
  }

  async #saveFile(): Promise<void> {
    const { changes, ports, settings, onSaveStatus } = this.#needs;
    const savedChanges = changes.dirty;
    const startedMs = ports.clock.nowMs();
    this.#lastTryMs = startedMs;
    const save = saveRdbFile(this.#place(), {
      keyspace: this.#needs.keyspace,
      aux: this.#aux(this.#needs.replicationAux()),
      timers: ports.timers,
      clock: ports.clock,
      compress: settings.compress,
      checksum: settings.checksum,
    });
    this.#job = save.snapshot;
    this.#fields.saveStartedMs = startedMs;
    try {
      const figures = await save.done;
      this.#noteSaved(savedChanges, startedMs, figures);
      onSaveStatus(true);
    } catch (error) {
      this.#fields.lastSaveWorked = false;
      onSaveStatus(false);
      throw error;
    } finally {
      this.#fields.saveStartedMs = null;
      this.#job = null;
    }
  }

  #noteSaved(savedChanges: number, startedMs: number, figures: SnapshotFigures): void {
    const { changes, ports, log } = this.#needs;
    const nowMs = ports.clock.nowMs();
    changes.dirty = Math.max(0, changes.dirty - savedChanges);
    this.#fields.lastSaveMs = nowMs;
    this.#fields.lastSaveWorked = true;
    this.#fields.lastSaveTookSeconds = Math.floor((nowMs - startedMs) / 1000);
    this.#fields.saves++;
    log('verbose', `Snapshot: ${figures.keys} keys, ${figures.sizeBytes} bytes, ${figures.beforeImages} written early`);
  }

  #lookAtSavePoints(): void {
    if (this.snapshotRunning || this.#fields.load !== null) return;
    if (this.#scheduled) {
      this.#scheduled = false;
      this.backgroundSave();
      return;
    }
    const { changes, ports, settings, log } = this.#needs;
    const nowMs = ports.clock.nowMs();
    const mayTry = this.#fields.lastSaveWorked || nowMs - this.#lastTryMs > retryAfterFailureSeconds * 1000;
    const elapsedMs = nowMs - this.#fields.lastSaveMs;
    const point = settings.savePoints.find((one) => changes.dirty >= one.changes && elapsedMs > one.seconds * 1000);
    if (point === undefined || !mayTry) return;
    log('notice', `${point.changes} changes in ${point.seconds} seconds. Saving...`);
    this.backgroundSave();
  }

  // ---- for replicas

  /** Streams the data of this very moment into the sink. @throws Error when a snapshot is running */
  startReplicaSnapshot(request: ReplicaSnapshotRequest): { abort(): void } {
    const { keyspace, ports, settings } = this.#needs;
    const { historyId: id, offset, streamDatabase } = request;
    let isWanted = true;
    const job = startSnapshot({
      keyspace,
      aux: this.#aux({ id, offset, streamDatabase }),
      sink: request.sink,
      timers: ports.timers,
      clock: ports.clock,
      compress: settings.compress,
      checksum: settings.checksum,
      onDone: (outcome) => {
        this.#job = null;
        if (!isWanted) return;
        request.onEnd(outcome.kind === 'finished' ? null : new Error(`the snapshot was given up: ${outcome.reason}`));
      },
    });
    this.#job = job;
    return {
      abort: () => {
        isWanted = false;
        job.abort();
      },
    };
  }

  /** Loads a master's snapshot beside the present data; `adopt` puts it in their place. */
  beginReplicaLoad(): ReplicaLoad {
    this.#fields.replicaLoads++;
    return new ReplicaLoad(this.#needs, this.#freshKeyspace(), () => {
      this.#fields.replicaLoads--;
    });
  }

  // ---- loading at the start

  /**
   * Loads the file, if there is one, in the place of the present data. Commands may be answered meanwhile.
   * @throws RdbError, or an Error with the system's code; the data are then what they were.
   */
  async load(): Promise<LoadedOrigin | null> {
    const { keyspace, ports, limits, settings, log, onLoading } = this.#needs;
    const path = rdbPath(this.#place());
    if (!(await ports.files.exists(path))) return null;
    const startedMs = ports.clock.nowMs();
    const fresh = this.#freshKeyspace();
    this.#fields.load = { startedMs, loadedBytes: 0, totalBytes: 0 };
    onLoading(true);
    try {
      const report = await loadRdbFile(ports.files, path, {
        keyspace: fresh,
        limits,
        verifyChecksum: settings.checksum,
        dropExpiredBeforeMs: this.#needs.isReplica() ? null : startedMs,
        onProgress: (loadedBytes, totalBytes) => {
          this.#fields.load = { startedMs, loadedBytes, totalBytes };
        },
      });
      keyspace.adopt(fresh);
      this.#fields.lastLoad = report;
      this.#logLoaded(report, startedMs);
      if (report.functionsSkipped > 0) log('warning', `${report.functionsSkipped} function libraries were left out`);
      return originOf(report);
    } finally {
      this.#fields.load = null;
      onLoading(false);
    }
  }

  #logLoaded(report: RdbLoadReport, startedMs: number): void {
    const { log, ports } = this.#needs;
    const nowMs = ports.clock.nowMs();
    const { version, createdSeconds, usedMemoryBytes } = originOf(report);
    if (version !== '') {
      const megabytes = (usedMemoryBytes / bytesPerMegabyte).toFixed(2);
      log('notice', `Loading RDB produced by version ${version}`);
      log('notice', `RDB age ${Math.max(0, Math.floor(nowMs / 1000) - createdSeconds)} seconds`);
      log('notice', `RDB memory usage when created ${megabytes} Mb`);
    }
    log('notice', `Done loading RDB, keys loaded: ${report.keysLoaded}, keys expired: ${report.keysExpired}.`);
    log('notice', `DB loaded from disk: ${((nowMs - startedMs) / 1000).toFixed(3)} seconds`);
  }

  #freshKeyspace(): Keyspace {
    const { keyspace, ports } = this.#needs;
    return new Keyspace({
      databases: keyspace.databases.length,
      randomBelow: keyspace.randomBelow,
      hashSeed: ports.random.integer(2 ** 32),
    });
  }

  #place(): RdbFilePlace {
    const { ports, settings } = this.#needs;
    const { directory, fileName } = settings;
    return { files: ports.files, random: ports.random, directory, fileName };
  }

  #aux(replication: SnapshotAux['replication']): SnapshotAux {
    return { usedMemoryBytes: this.#needs.keyspace.usedBytes, replication };
  }
}

/** A master's snapshot on its way into a keyspace of its own. */
export class ReplicaLoad {
  readonly #keyspace: Keyspace;
  readonly #fresh: Keyspace;
  readonly #loader: RdbLoader;
  #onOver: (() => void) | null;

  constructor(needs: PersistenceNeeds, fresh: Keyspace, onOver: () => void) {
    this.#keyspace = needs.keyspace;
    this.#fresh = fresh;
    this.#onOver = onOver;
    this.#loader = new RdbLoader({
      keyspace: fresh,
      limits: needs.limits,
      verifyChecksum: needs.settings.checksum,
      dropExpiredBeforeMs: null,
      sizeBytes: null,
    });
  }

  /** As `RdbLoader.feed`. @throws RdbError */
  feed(buffer: Buffer, view: DataView, start: number, end: number): number {
    return this.#loader.feed(buffer, view, start, end);
  }

  get finished(): boolean {
    return this.#loader.finished;
  }

  get keysLoaded(): number {
    return this.#loader.keysLoaded;
  }

  get keysExpired(): number {
    return this.#loader.report.keysExpired;
  }

  /** `repl-stream-db` of the snapshot: the database in which the stream goes on; 0 when it says none. */
  get streamDatabase(): number {
    return Math.max(0, Number(this.#loader.report.aux.get('repl-stream-db') ?? 0));
  }

  get origin(): LoadedOrigin {
    return originOf(this.#loader.report);
  }

  /** Puts the loaded data in the place of the present. */
  adopt(): void {
    this.#keyspace.adopt(this.#fresh);
    this.#over();
  }

  /** Drops what was loaded. */
  abandon(): void {
    this.#over();
  }

  #over(): void {
    this.#onOver?.();
    this.#onOver = null;
  }
}

function originOf({ aux }: RdbLoadReport): LoadedOrigin {
  const id = aux.get('repl-id');
  const offset = Number(aux.get('repl-offset') ?? Number.NaN);
  const streamDatabase = Number(aux.get('repl-stream-db') ?? 0);
  return {
    version: aux.get('redis-ver') ?? '',
    createdSeconds: Number(aux.get('ctime') ?? 0),
    usedMemoryBytes: Number(aux.get('used-mem') ?? 0),
    replication: id === undefined || Number.isNaN(offset) ? null : { id, offset, streamDatabase },
  };
}

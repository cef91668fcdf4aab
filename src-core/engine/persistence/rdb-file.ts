// An RDB on the disk: saved beside the old file and put in its place in one step, loaded while commands may look at it.
import type { Files, Random, WritableFile } from '../../base/ports.ts';
import type { LoadRest } from './load-rest.ts';
import { RdbLoader, type RdbLoadOptions, type RdbLoadReport } from './rdb/reader.ts';
import {
  type SnapshotFigures,
  type SnapshotJob,
  type SnapshotOptions,
  type SnapshotOutcome,
  type SnapshotSink,
  startSnapshot,
} from './snapshot.ts';

/** Small enough that loading one piece takes about a millisecond, so that the rest of the engine goes on between. */
const loadPieceBytes = 128 * 1024;
const temporaryNameBytes = 8;

export interface RdbFilePlace {
  readonly files: Files;
  readonly random: Random;
  /** The folder; empty for the working directory. */
  readonly directory: string;
  readonly fileName: string;
}

export interface RdbSave {
  readonly snapshot: SnapshotJob;
  /** Rejects with what the disk said, or why the snapshot was given up. The old file is then still there. */
  readonly done: Promise<SnapshotFigures>;
}

export function rdbPath({ directory, fileName }: RdbFilePlace): string {
  return inFolder(directory, fileName);
}

/** Begins to save the data of this very moment. @throws Error when a snapshot is running. */
export function saveRdbFile(place: RdbFilePlace, options: Omit<SnapshotOptions, 'sink' | 'onDone'>): RdbSave {
  const { files, random } = place;
  const name = `temp-${Buffer.from(random.bytes(temporaryNameBytes)).toString('hex')}.rdb`;
  const temporaryPath = inFolder(place.directory, name);
  const sink = new FileSink();
  let settle: (outcome: SnapshotOutcome) => void = () => {};
  const written = new Promise<SnapshotOutcome>((resolve) => {
    settle = resolve;
  });
  const snapshot = startSnapshot({ ...options, sink, onDone: (outcome) => settle(outcome) });
  return { snapshot, done: complete() };

  async function complete(): Promise<SnapshotFigures> {
    let file: WritableFile | null = null;
    try {
      file = await files.create(temporaryPath);
      sink.open(file);
      const outcome = await Promise.race([written, sink.failed]);
      if (outcome.kind === 'aborted') throw new Error(`the snapshot was given up: ${outcome.reason}`);
      await file.close();
      await files.rename(temporaryPath, rdbPath(place));
      return outcome.figures;
    } catch (error) {
      snapshot.abort();
      // What made the save fail is what is told; a temporary file that cannot be closed or removed changes nothing.
      await file?.close().catch(() => {});
      await files.remove(temporaryPath).catch(() => {});
      throw error;
    }
  }
}

/** Hands the chunks to a file that may not be open yet, one after the other. */
class FileSink implements SnapshotSink {
  onDrain: () => void = () => {};
  /** Rejects with the first error of the disk; never resolves. */
  readonly failed: Promise<never>;
  #fail: (error: unknown) => void = () => {};
  #file: WritableFile | null = null;
  #waiting: Buffer | null = null;

  constructor() {
    this.failed = new Promise((_, reject) => {
      this.#fail = reject;
    });
    // The failure is looked at by whoever waits for the save; it may come before he does.
    this.failed.catch(() => {});
  }

  open(file: WritableFile): void {
    this.#file = file;
    const chunk = this.#waiting;
    this.#waiting = null;
    if (chunk !== null) this.write(chunk);
  }

  write(chunk: Buffer): boolean {
    if (this.#file === null) this.#waiting = chunk;
    else this.#file.write(chunk).then(() => this.onDrain(), this.#fail);
    return false;
  }
}

export interface RdbFileLoadOptions extends Omit<RdbLoadOptions, 'sizeBytes'> {
  /** `usedMemoryBytes`: what the file says of the memory that its data took; 0 before it has. */
  readonly onProgress: (loadedBytes: number, usedMemoryBytes: number) => void;
  readonly rest: LoadRest;
}

/**
 * Loads a file into a fresh keyspace, which the caller then adopts.
 * @throws RdbError with offset and reason, or an Error with the system's code
 */
export async function loadRdbFile(files: Files, path: string, options: RdbFileLoadOptions): Promise<RdbLoadReport> {
  const sizeBytes = await files.sizeBytes(path);
  const loader = new RdbLoader({ ...options, sizeBytes });
  for await (const piece of files.readPieces(path, loadPieceBytes)) {
    const view = new DataView(piece.buffer, piece.byteOffset, piece.length);
    for (let at = 0; at < piece.length && !loader.finished; ) {
      at += loader.feed(piece, view, at, options.rest.pieceEnd(at, piece.length));
      options.onProgress(loader.takenBytes, Number(loader.report.aux.get('used-mem') ?? 0));
      await options.rest.pause(loader.keysLoaded);
    }
    if (loader.finished) break;
  }
  loader.end();
  return loader.report;
}

function inFolder(directory: string, name: string): string {
  return directory === '' ? name : `${directory}/${name}`;
}

// A full sync that is received whole into a file before the data go, and then loaded from it: `repl-diskless-load disabled`.
//
//   receiving ──all bytes came──> storing ──flushed, renamed──> loading ──the last key──> over
//       |                            |                             |                        ^
//       '── disk full, link closed ──'───── broken, link closed ───'────────────────────────'
import { InvariantError } from '../../../base/assert.ts';
import { LoadRest } from '../../persistence/load-rest.ts';
import type { SnapshotLoad } from '../replication-host.ts';
import type { SnapshotEnd } from './link-state.ts';
import { SnapshotCutter } from './snapshot-cutter.ts';
import { beginLoad, finishLoad, type ReceptionNeeds, type SnapshotReception } from './snapshot-reception.ts';
import { SpoolFile } from './spool-file.ts';

/** So much may wait for the disk before the master is made to wait. */
const waitingMaxBytes = 4 * 1024 * 1024;
/** Small enough that loading one piece takes about a millisecond, so that others have their turn between. */
const loadPieceBytes = 128 * 1024;

type Phase =
  | { readonly kind: 'receiving' }
  | { readonly kind: 'storing' }
  | { readonly kind: 'loading'; readonly load: SnapshotLoad }
  | { readonly kind: 'over' };

/** A whole snapshot on the disk, open for reading. */
interface StoredSnapshot {
  readonly path: string;
  readonly sizeBytes: number;
  readonly pieces: AsyncIterator<Buffer>;
  /** What was read to open it. */
  readonly first: IteratorResult<Buffer>;
}

export class FileReception implements SnapshotReception {
  readonly totalBytes: number | null;
  readonly #needs: ReceptionNeeds;
  readonly #cutter: SnapshotCutter;
  readonly #spool: SpoolFile;
  readonly #rest: LoadRest;
  #phase: Phase = { kind: 'receiving' };

  constructor(needs: ReceptionNeeds, end: SnapshotEnd) {
    const { ports, settings } = needs;
    this.#needs = needs;
    this.#cutter = new SnapshotCutter(end);
    this.#rest = new LoadRest(settings, ports.timers);
    this.totalBytes = end.kind === 'length' ? end.bytes : null;
    this.#spool = new SpoolFile(ports, settings.directory, {
      drained: () => this.#phase.kind === 'receiving' && needs.goOn(),
      failed: (why) => this.#diskFailed(why),
    });
  }

  get readBytes(): number {
    return this.#cutter.readBytes;
  }

  take(buffer: Buffer, _view: DataView, start: number, end: number): number {
    const { taken, bytes } = this.#cutter.cut(buffer, start, end);
    this.#spool.write(bytes);
    const { hold } = this.#needs;
    if (this.#cutter.isWhole) {
      hold();
      void this.#store();
    } else if (this.#spool.waitingBytes > waitingMaxBytes) hold();
    return taken;
  }

  dispose(): void {
    const phase = this.#phase;
    this.#phase = { kind: 'over' };
    this.#rest.dispose();
    if (phase.kind === 'loading') phase.load.abandon();
    else this.#spool.abandon();
  }

  async #store(): Promise<void> {
    this.#phase = { kind: 'storing' };
    this.#needs.received();
    let stored: StoredSnapshot;
    try {
      stored = await this.#open();
    } catch (error) {
      this.#diskFailed(reasonOf(error));
      return;
    }
    if (!this.#isIn('storing')) {
      await stored.pieces.return?.();
      return;
    }
    const load = beginLoad(this.#needs, 'file', stored.sizeBytes);
    this.#phase = { kind: 'loading', load };
    await this.#load(load, stored);
  }

  /**
   * The file takes the place of our own: what it holds is what a restart would want. It is opened before, since a save
   * of ours that ends just now may take that place from it again, and we would load what we had.
   */
  async #open(): Promise<StoredSnapshot> {
    const { ports, settings } = this.#needs;
    const temporary = await this.#spool.close();
    const sizeBytes = await ports.files.sizeBytes(temporary);
    const pieces = ports.files.readPieces(temporary, loadPieceBytes)[Symbol.asyncIterator]();
    const first = await pieces.next();
    try {
      return { path: await this.#spool.keepAs(settings.snapshotFileName), sizeBytes, pieces, first };
    } catch (error) {
      await pieces.return?.();
      throw error;
    }
  }

  async #load(load: SnapshotLoad, stored: StoredSnapshot): Promise<void> {
    const { ports, settings, failed, goOn } = this.#needs;
    let trouble: string | null = null;
    try {
      await this.#feed(load, stored);
      if (!load.finished) trouble = 'the snapshot has no end within its length';
    } catch (error) {
      trouble = reasonOf(error);
    }
    if (settings.removesSyncFiles) await ports.files.remove(stored.path);
    if (!this.#isIn('loading')) return;
    if (trouble !== null) {
      failed(`Failed trying to load the MASTER synchronization DB from disk: ${trouble}`, trouble);
      return;
    }
    this.#phase = { kind: 'over' };
    finishLoad(this.#needs, 'file', load);
    goOn();
  }

  async #feed(load: SnapshotLoad, { pieces, first }: StoredSnapshot): Promise<void> {
    try {
      for (let next = first; next.done !== true; next = await pieces.next()) {
        await this.#feedPiece(load, next.value);
        if (!this.#isIn('loading')) return;
      }
    } finally {
      await pieces.return?.();
    }
  }

  async #feedPiece(load: SnapshotLoad, piece: Buffer): Promise<void> {
    const view = new DataView(piece.buffer, piece.byteOffset, piece.length);
    for (let at = 0; at < piece.length && !load.finished; ) {
      at += load.feed(piece, view, at, this.#rest.pieceEnd(at, piece.length));
      await this.#rest.pause(load.keysLoaded);
      if (!this.#isIn('loading')) return;
    }
  }

  #diskFailed(why: string): void {
    if (this.#isIn('over')) return;
    this.#needs.failed(
      `Write error or short write writing to the DB dump file needed for MASTER <-> REPLICA synchronization: ${why}`,
      why,
    );
  }

  /** A method, since the phase may change during any wait. */
  #isIn(kind: Phase['kind']): boolean {
    return this.#phase.kind === kind;
  }
}

function reasonOf(error: unknown): string {
  if (error instanceof InvariantError || !(error instanceof Error)) throw error;
  return error.message;
}

// A simulated disk: it outlives the process that writes on it, takes its time, and keeps a crash's half-written files.
import type { Files, WritableFile } from '#core/base/ports.ts';
import type { SeededRandom } from '../support/random.ts';
import type { Life, SimulatedTime } from './clock.ts';

/** The longest that one act takes. */
const actMaxMs = 8;

/** What a machine keeps when its process dies. */
export class SimulatedDisk {
  readonly files = new Map<string, Buffer>();
  /** Until then nothing more can be written. */
  fullUntilMs = 0;

  /** Names of what only a running process needs: a clean end leaves none. */
  get temporaryFiles(): string[] {
    return [...this.files.keys()].filter((path) => /(^|\/)temp-/.test(path));
  }

  wipe(): void {
    this.files.clear();
  }
}

/** One process's door to its disk. */
export class ProcessFiles implements Files {
  readonly #disk: SimulatedDisk;
  readonly #time: SimulatedTime;
  readonly #life: Life;
  readonly #random: SeededRandom;
  #open = 0;
  #acting = 0;
  #hasTemporaryFiles = false;

  constructor(disk: SimulatedDisk, time: SimulatedTime, life: Life, random: SeededRandom) {
    this.#disk = disk;
    this.#time = time;
    this.#life = life;
    this.#random = random;
  }

  get open(): number {
    return this.#open;
  }

  /** Somebody may wait for a promise of ours, or of his own that began with one of ours. */
  get isBusy(): boolean {
    return this.#acting > 0 || this.#open > 0 || this.#hasTemporaryFiles;
  }

  exists(path: string): Promise<boolean> {
    return this.#act(() => this.#disk.files.has(path));
  }

  read(path: string): Promise<Buffer> {
    return this.#act(() => Buffer.from(this.#bytes(path)));
  }

  async *readPieces(path: string, pieceBytes: number): AsyncIterable<Buffer> {
    // A file that is removed while it is open can still be read.
    const bytes = await this.#act(() => this.#bytes(path));
    const piece = Buffer.alloc(Math.min(pieceBytes, bytes.length));
    for (let at = 0; at < bytes.length; at += pieceBytes) {
      const length = await this.#act(() => bytes.copy(piece, 0, at, at + pieceBytes));
      yield piece.subarray(0, length);
      piece.fill(0xee);
    }
  }

  async create(path: string): Promise<WritableFile> {
    await this.#act(() => this.#disk.files.set(path, Buffer.alloc(0)));
    this.#open++;
    let inode = this.#bytes(path);
    return {
      write: (bytes) =>
        this.#act(() => {
          if (this.#time.nowMs < this.#disk.fullUntilMs) throw full(path);
          const grown = Buffer.concat([inode, bytes]);
          if (this.#disk.files.get(path) === inode) this.#disk.files.set(path, grown);
          inode = grown;
        }),
      close: () =>
        this.#act(() => {
          this.#open--;
        }),
    };
  }

  rename(from: string, to: string): Promise<void> {
    return this.#act(() => {
      this.#disk.files.set(to, this.#bytes(from));
      this.#disk.files.delete(from);
    });
  }

  remove(path: string): Promise<void> {
    return this.#act(() => {
      if (!this.#disk.files.delete(path)) throw missing(path);
    });
  }

  sizeBytes(path: string): Promise<number> {
    return this.#act(() => this.#bytes(path).length);
  }

  #bytes(path: string): Buffer {
    const bytes = this.#disk.files.get(path);
    if (bytes === undefined) throw missing(path);
    return bytes;
  }

  /** Happens at once on the disk's own time, all of it or, when the process dies before, nothing of it. */
  #act<T>(act: () => T): Promise<T> {
    this.#acting++;
    return new Promise((resolve, reject) => {
      this.#time.after(this.#random.below(actMaxMs * 10) / 10, this.#life, () => {
        this.#acting--;
        try {
          resolve(act());
        } catch (error) {
          reject(error);
        }
        this.#hasTemporaryFiles = this.#disk.temporaryFiles.length > 0;
      });
    });
  }
}

function full(path: string): Error {
  return Object.assign(new Error(`ENOSPC: no space left on device: ${path}`), { code: 'ENOSPC' });
}

function missing(path: string): Error {
  return Object.assign(new Error(`ENOENT: no such file: ${path}`), { code: 'ENOENT' });
}

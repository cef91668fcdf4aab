// The temporary file into which a replica writes a snapshot that it will load when all of it is there.
import type { Files, Random, WritableFile } from '../../../base/ports.ts';

const nameBytes = 8;

export interface SpoolEvents {
  /** All that was given is written. */
  drained(): void;
  /** The disk refused; nothing more is told. */
  failed(why: string): void;
}

/** Writes one piece after the other in the order given, beginning as soon as the file is made. */
export class SpoolFile {
  /** Given and not yet written. */
  waitingBytes = 0;
  readonly #files: Files;
  readonly #directory: string;
  readonly #path: string;
  readonly #events: SpoolEvents;
  readonly #made: Promise<WritableFile>;
  /** The last of the acts that were asked for; each begins when the one before has ended. */
  #acts: Promise<unknown>;
  #closing: Promise<void> | null = null;
  #hasFailed = false;
  #isAbandoned = false;

  /** `directory`: empty for the working directory. */
  constructor({ files, random }: { files: Files; random: Random }, directory: string, events: SpoolEvents) {
    this.#files = files;
    this.#directory = directory;
    this.#events = events;
    this.#path = this.#place(`temp-${Buffer.from(random.bytes(nameBytes)).toString('hex')}.rdb`);
    this.#made = files.create(this.#path);
    this.#acts = this.#made.catch((error: Error) => this.#fail(error));
  }

  /** The bytes must not change any more. */
  write(bytes: Buffer): void {
    if (bytes.length === 0) return;
    this.waitingBytes += bytes.length;
    this.#acts = this.#acts.then(async () => {
      if (this.#isAbandoned || this.#hasFailed) return;
      try {
        await (await this.#made).write(bytes);
      } catch (error) {
        this.#fail(error as Error);
      }
      this.waitingBytes -= bytes.length;
      if (this.waitingBytes === 0 && !this.#isAbandoned && !this.#hasFailed) this.#events.drained();
    });
  }

  /** Flushes what was written; answers where it lies for now. Rejects with the disk's reason. */
  async close(): Promise<string> {
    await this.#acts;
    await this.#closeOnce();
    return this.#path;
  }

  /** Puts the closed file in the place of the one of this name; answers the path. Rejects with the disk's reason. */
  async keepAs(name: string): Promise<string> {
    if (this.#isAbandoned) throw new Error('nobody wants it any more');
    const path = this.#place(name);
    await this.#files.rename(this.#path, path);
    return path;
  }

  /** Nobody wants it any more: it is removed. */
  abandon(): void {
    if (this.#isAbandoned) return;
    this.#isAbandoned = true;
    // Nobody waits for this; a file that was never made, or is renamed already, cannot be removed and need not be.
    void this.#acts
      .then(() => this.#closeOnce())
      .catch(() => {})
      .then(() => this.#files.remove(this.#path))
      .catch(() => {});
  }

  #closeOnce(): Promise<void> {
    this.#closing ??= this.#made.then((file) => file.close());
    return this.#closing;
  }

  #fail(error: Error): void {
    if (this.#isAbandoned || this.#hasFailed) return;
    this.#hasFailed = true;
    this.#events.failed(error.message);
  }

  #place(name: string): string {
    return this.#directory === '' ? name : `${this.#directory}/${name}`;
  }
}

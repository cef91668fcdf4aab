// A folder in memory as the files port, whose disk can be made to fail.
import type { Files, WritableFile } from '#core/base/ports.ts';

export class MemoryFiles implements Files {
  readonly contents = new Map<string, Buffer>();
  /** Which act fails next and ever after, with the system's code; null for none. */
  failing: { readonly act: 'create' | 'write' | 'close' | 'rename'; readonly code: string } | null = null;

  async exists(path: string): Promise<boolean> {
    return this.contents.has(path);
  }

  async read(path: string): Promise<Buffer> {
    const bytes = this.contents.get(path);
    if (bytes === undefined) throw systemError('ENOENT');
    return bytes;
  }

  async *readPieces(path: string, pieceBytes: number): AsyncIterable<Buffer> {
    const bytes = await this.read(path);
    for (let at = 0; at < bytes.length; at += pieceBytes) yield bytes.subarray(at, at + pieceBytes);
  }

  async create(path: string): Promise<WritableFile> {
    this.#mayFail('create');
    this.contents.set(path, Buffer.alloc(0));
    return {
      write: async (bytes) => {
        this.#mayFail('write');
        this.contents.set(path, Buffer.concat([await this.read(path), bytes]));
      },
      close: async () => this.#mayFail('close'),
    };
  }

  async rename(from: string, to: string): Promise<void> {
    this.#mayFail('rename');
    this.contents.set(to, await this.read(from));
    this.contents.delete(from);
  }

  async remove(path: string): Promise<void> {
    if (!this.contents.delete(path)) throw systemError('ENOENT');
  }

  async sizeBytes(path: string): Promise<number> {
    return (await this.read(path)).length;
  }

  #mayFail(act: string): void {
    if (this.failing?.act === act) throw systemError(this.failing.code);
  }
}

function systemError(code: string): Error {
  return Object.assign(new Error(`${code}: the disk said no`), { code });
}

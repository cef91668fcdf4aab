// The files port made of Node: errors carry the system's code.
import { constants } from 'node:fs';
import { access, type FileHandle, open, readFile, rename, stat, unlink } from 'node:fs/promises';
import type { Files, WritableFile } from '../base/ports.ts';

export class NodeFiles implements Files {
  async exists(path: string): Promise<boolean> {
    try {
      await access(path, constants.F_OK);
      return true;
    } catch {
      return false;
    }
  }

  read(path: string): Promise<Buffer> {
    return readFile(path);
  }

  async *readPieces(path: string, pieceBytes: number): AsyncIterable<Buffer> {
    const handle = await open(path, 'r');
    try {
      const piece = Buffer.allocUnsafeSlow(pieceBytes);
      for (;;) {
        const { bytesRead } = await handle.read(piece, 0, pieceBytes, null);
        if (bytesRead === 0) return;
        yield bytesRead === pieceBytes ? piece : piece.subarray(0, bytesRead);
      }
    } finally {
      await handle.close();
    }
  }

  async create(path: string): Promise<WritableFile> {
    return new NodeWritableFile(await open(path, 'w', 0o644));
  }

  rename(from: string, to: string): Promise<void> {
    return rename(from, to);
  }

  remove(path: string): Promise<void> {
    return unlink(path);
  }

  async sizeBytes(path: string): Promise<number> {
    return (await stat(path)).size;
  }
}

class NodeWritableFile implements WritableFile {
  readonly #handle: FileHandle;

  constructor(handle: FileHandle) {
    this.#handle = handle;
  }

  async write(bytes: Uint8Array): Promise<void> {
    await this.#handle.writeFile(bytes);
  }

  async close(): Promise<void> {
    try {
      await this.#handle.sync();
    } finally {
      await this.#handle.close();
    }
  }
}

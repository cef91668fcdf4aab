// The journal: what was done to whom, one JSON line an entry, on the disk before the first command runs.
import { type FileHandle, mkdir, open, readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { JournalEntry } from './journal-entries.ts';

export interface JournalReading {
  readonly entries: readonly JournalEntry[];
  /** Lines that were no whole entry: a torn last line after a crash, or a damaged file. They are skipped. */
  readonly skippedLines: number;
}

const struckOut = '***';

export class Journal {
  readonly path: string;
  #file: FileHandle | null = null;
  #queue: Promise<void> = Promise.resolve();

  /** @param path the file; it and its folder are made when the first entry is written. */
  constructor(path: string) {
    this.path = path;
  }

  /** Resolves when the entry is on the disk. Entries keep the order of the calls. */
  append(entry: JournalEntry): Promise<void> {
    const line = `${JSON.stringify(withoutSecrets(entry))}\n`;
    const written = this.#queue.then(() => this.#write(line));
    this.#queue = written.catch(() => {}); // told to the caller; the next entry is tried all the same
    return written;
  }

  /** All that was written so far, by this Syncline and earlier ones. */
  async read(): Promise<JournalReading> {
    await this.#queue;
    return readJournal(this.path);
  }

  async close(): Promise<void> {
    await this.#queue;
    await this.#file?.close();
    this.#file = null;
  }

  async #write(line: string): Promise<void> {
    this.#file ??= await this.#open();
    await this.#file.appendFile(line, 'utf8');
    await this.#file.datasync();
  }

  /** A last line that was torn by a crash gets its line end, so that it spoils no other entry. */
  async #open(): Promise<FileHandle> {
    await mkdir(dirname(this.path), { recursive: true });
    const file = await open(this.path, 'a+', 0o600);
    const { size } = await file.stat();
    if (size === 0) return file;
    const { buffer } = await file.read(Buffer.alloc(1), 0, 1, size - 1);
    if (buffer.toString('latin1') !== '\n') await file.appendFile('\n');
    return file;
  }
}

/** Reads a journal back. A file that is not there has no entries. */
export async function readJournal(path: string): Promise<JournalReading> {
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return '';
    throw error;
  });
  const lines = text.split('\n').filter((line) => line !== '');
  const entries = lines.flatMap(toEntry);
  return { entries, skippedLines: lines.length - entries.length };
}

function toEntry(line: string): JournalEntry[] {
  try {
    const entry = JSON.parse(line);
    return typeof entry === 'object' && entry !== null && typeof entry.kind === 'string' ? [entry] : [];
  } catch {
    return [];
  }
}

/** The steps come with their secrets struck out already; the act still has the password that a person typed. */
function withoutSecrets(entry: JournalEntry): JournalEntry {
  if (entry.kind !== 'begun' || !('password' in entry.act) || entry.act.password === undefined) return entry;
  return { ...entry, act: { ...entry.act, password: struckOut } };
}

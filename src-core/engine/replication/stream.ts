// The stream of commands for replicas: what propagation appends, once for all of them, and when they are sent it.
// Hot (`append`): guarded by `npm run bench -- throughput`, since every write passes here.
import type { Disposable } from '../../base/lifecycle.ts';
import type { Random, Timers } from '../../base/ports.ts';
import { Backlog, type BacklogReader, type BacklogSlice, type BacklogWindow } from './backlog.ts';
import { branchHistory, type History, newHistoryId, startHistory } from './history.ts';

/** A replica that is sent the stream. */
export interface StreamReader extends BacklogReader {
  /** Sends what the reader has not sent yet. */
  pump(): void;
}

const noDatabase = -1;
const ping = Buffer.from('*1\r\n$4\r\nPING\r\n');
const getAck = Buffer.from('*3\r\n$8\r\nREPLCONF\r\n$6\r\nGETACK\r\n$1\r\n*\r\n');

/**
 * Owns the history, its offset and the backlog. Implements `Propagation` of the commands' services.
 *
 * As with Redis, a master that never had a replica has no backlog and counts no offset; the first replica opens both.
 */
export class ReplicationStream {
  /** False: nobody listens. A plain field, since it is read for every write. */
  active = false;
  readonly #random: Random;
  readonly #timers: Timers;
  readonly #readers = new Set<StreamReader>();
  #history: History;
  #backlog: Backlog | null = null;
  #backlogSizeBytes: number;
  #follows = false;
  #selected = noDatabase;
  /** Appended and not yet copied: neighbours in one buffer merge into one copy. */
  #pending: Buffer | null = null;
  #pendingStart = 0;
  #pendingEnd = 0;
  #pumpSoon: Disposable | null = null;

  constructor(needs: { readonly random: Random; readonly timers: Timers; readonly backlogSizeBytes: number }) {
    this.#random = needs.random;
    this.#timers = needs.timers;
    this.#backlogSizeBytes = needs.backlogSizeBytes;
    this.#history = startHistory(needs.random);
  }

  get history(): History {
    const offset = this.offset;
    return offset === this.#history.offset ? this.#history : { ...this.#history, offset };
  }

  /** `master_repl_offset`: the number of the last byte of the stream. */
  get offset(): number {
    this.#commit();
    return this.#backlog?.offset ?? this.#history.offset;
  }

  /** Null: no backlog, since no replica ever came. */
  get window(): BacklogWindow | null {
    this.#commit();
    return this.#backlog?.window ?? null;
  }

  get backlogSizeBytes(): number {
    return this.#backlogSizeBytes;
  }

  get backlogMemoryBytes(): number {
    return this.#backlog?.memoryBytes ?? 0;
  }

  /** The database that the stream's last SELECT chose; 0 before the first. */
  get selectedDatabase(): number {
    return this.#selected === noDatabase ? 0 : this.#selected;
  }

  /** Appends whole requests. `buffer` must not change before `flush`, and is copied by then. */
  append(databaseIndex: number, buffer: Buffer, start: number, end: number): void {
    if (!this.active) return;
    if (databaseIndex !== this.#selected) {
      this.#commit();
      this.#selected = databaseIndex;
      const select = selectCommand(databaseIndex);
      this.#backlog?.append(select, 0, select.length);
    }
    if (this.#pending === buffer && this.#pendingEnd === start) {
      this.#pendingEnd = end;
      return;
    }
    this.#commit();
    this.#pending = buffer;
    this.#pendingStart = start;
    this.#pendingEnd = end;
    // What is appended outside a readable event, by the expiry of keys, has nobody who would flush it.
    this.#schedulePump();
  }

  /** The end of a readable event: copies what is pending, since its buffer will be read into again. */
  flush(): void {
    this.#commit();
  }

  /** Bytes of the master's stream, as they came: our own replicas get the very same. */
  appendFromMaster(buffer: Buffer, start: number, end: number): void {
    this.#backlog?.append(buffer, start, end);
    if (this.#readers.size > 0) this.#schedulePump();
  }

  /** The master's sign of life. It stands in the stream and counts in the offset, as Redis's does. */
  ping(): void {
    this.#appendOwn(ping);
  }

  /** Asks every replica to acknowledge now. */
  askForAcks(): void {
    this.#appendOwn(getAck);
  }

  /** The next write begins with a SELECT: a new replica knows of none. */
  forgetSelected(): void {
    this.#selected = noDatabase;
  }

  /** Following a master, our own writes go to nobody. */
  setFollowing(follows: boolean): void {
    this.#commit();
    this.#follows = follows;
    this.#updateActive();
  }

  /** Opens the backlog if there is none. True when it was opened now. */
  openBacklog(): boolean {
    if (this.#backlog !== null) return false;
    this.#backlog = new Backlog(this.#backlogSizeBytes, this.#history.offset);
    this.#updateActive();
    return true;
  }

  /** Lets the backlog go. What is written from now on has no number, so a master must change its id as well. */
  closeBacklog(): void {
    this.#history = this.history;
    this.#backlog = null;
    this.#updateActive();
  }

  resizeBacklog(sizeBytes: number): void {
    this.#backlogSizeBytes = sizeBytes;
    this.#backlog?.resize(sizeBytes);
  }

  /** A new random id, and no second one: what was written before cannot be continued from. */
  renewId(): void {
    this.#history = { ...this.history, id: newHistoryId(this.#random), previous: null };
  }

  /** Promotion: a new id, the former one as the second. */
  branch(): void {
    this.#history = branchHistory(this.history, this.#random);
    this.forgetSelected();
  }

  /** A full sync brought another history; nothing of the former one can be continued. */
  adopt(id: string, offset: number): void {
    this.#pending = null;
    this.#history = { id, offset, previous: null };
    this.#backlog = new Backlog(this.#backlogSizeBytes, offset);
    this.#updateActive();
  }

  /** The master was promoted and goes on under a new id; all bytes so far are common to both. */
  continueAs(id: string): void {
    const { id: formerId, offset } = this.history;
    this.#history = { id, offset, previous: { id: formerId, endByte: offset + 1 } };
  }

  addReader(reader: StreamReader): void {
    this.#readers.add(reader);
    this.#backlog?.addReader(reader);
  }

  removeReader(reader: StreamReader): void {
    this.#readers.delete(reader);
    this.#backlog?.removeReader(reader);
  }

  /** The bytes after `offset`, up to the end of their chunk; null when there are none yet. */
  read(offset: number): BacklogSlice | null {
    return this.#backlog?.read(offset) ?? null;
  }

  dispose(): void {
    this.#pumpSoon?.dispose();
    this.#readers.clear();
  }

  #appendOwn(bytes: Buffer): void {
    if (this.#follows || this.#backlog === null) return;
    this.#commit();
    this.#backlog.append(bytes, 0, bytes.length);
    this.#schedulePump();
  }

  #commit(): void {
    if (this.#pending === null) return;
    this.#backlog?.append(this.#pending, this.#pendingStart, this.#pendingEnd);
    this.#pending = null;
  }

  #schedulePump(): void {
    if (this.#pumpSoon !== null) return;
    this.#pumpSoon = this.#timers.soon(() => {
      this.#pumpSoon = null;
      this.#commit();
      for (const reader of [...this.#readers]) reader.pump();
    });
  }

  #updateActive(): void {
    this.active = this.#backlog !== null && !this.#follows;
  }
}

const selectCommands = Array.from({ length: 16 }, (_, database) => encodeSelect(database));

function selectCommand(database: number): Buffer {
  return selectCommands[database] ?? encodeSelect(database);
}

function encodeSelect(database: number): Buffer {
  const index = String(database);
  return Buffer.from(`*2\r\n$6\r\nSELECT\r\n$${index.length}\r\n${index}\r\n`);
}

// The master's snapshot as it arrives: counted or ended by a mark, fed to a loader piece by piece.
import type { SnapshotLoad } from '../replication-host.ts';
import type { SnapshotEnd } from './link-state.ts';

export class BulkReceiver {
  readonly load: SnapshotLoad;
  readonly end: SnapshotEnd;
  readBytes = 0;
  #markSeen = 0;

  constructor(end: SnapshotEnd, load: SnapshotLoad) {
    this.end = end;
    this.load = load;
  }

  /** Null: the master did not say. */
  get totalBytes(): number | null {
    return this.end.kind === 'length' ? this.end.bytes : null;
  }

  /** All of it arrived and was loaded. */
  get finished(): boolean {
    if (!this.load.finished) return false;
    return this.end.kind === 'length' ? this.readBytes === this.end.bytes : this.#markSeen === this.end.mark.length;
  }

  /**
   * Takes bytes of the snapshot, and none behind it; answers how many.
   * @throws Error when they are no snapshot, or it ends elsewhere than the master said.
   */
  feed(buffer: Buffer, view: DataView, start: number, end: number): number {
    const last = this.end.kind === 'length' ? Math.min(end, start + this.end.bytes - this.readBytes) : end;
    let at = start;
    if (!this.load.finished) at += this.load.feed(buffer, view, at, last);
    if (this.load.finished) at = this.end.kind === 'length' ? last : this.#takeMark(this.end.mark, buffer, at, last);
    this.readBytes += at - start;
    if (this.end.kind === 'length' && at === last && this.readBytes === this.end.bytes && !this.load.finished) {
      throw new Error('the snapshot has no end within its length');
    }
    return at - start;
  }

  #takeMark(mark: string, buffer: Buffer, start: number, end: number): number {
    let at = start;
    for (; at < end && this.#markSeen < mark.length; at++, this.#markSeen++) {
      if (buffer[at] !== mark.charCodeAt(this.#markSeen)) throw new Error('Replication stream EOF marker is broken');
    }
    return at;
  }
}

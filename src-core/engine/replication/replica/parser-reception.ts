// A full sync that is loaded as it comes, without a file: in the place of the data, or beside them.
import { InvariantError } from '../../../base/assert.ts';
import { LoadRest } from '../../persistence/load-rest.ts';
import { BulkReceiver } from './bulk-receiver.ts';
import type { SnapshotEnd } from './link-state.ts';
import { beginLoad, finishLoad, type ReceptionNeeds, type SnapshotReception } from './snapshot-reception.ts';

export class ParserReception implements SnapshotReception {
  readonly totalBytes: number | null;
  readonly #needs: ReceptionNeeds;
  readonly #end: SnapshotEnd;
  readonly #way: 'in-place' | 'beside';
  readonly #rest: LoadRest;
  /** From the first byte on: until then the data stay, whatever the way. */
  #receiver: BulkReceiver | null = null;
  #isOver = false;

  constructor(needs: ReceptionNeeds, end: SnapshotEnd, way: 'in-place' | 'beside') {
    this.#needs = needs;
    this.#end = end;
    this.#way = way;
    this.#rest = new LoadRest(needs.settings, needs.ports.timers);
    this.totalBytes = end.kind === 'length' ? end.bytes : null;
  }

  get readBytes(): number {
    return this.#receiver?.readBytes ?? 0;
  }

  take(buffer: Buffer, view: DataView, start: number, end: number): number {
    this.#receiver ??= new BulkReceiver(this.#end, beginLoad(this.#needs, this.#way, this.totalBytes));
    const receiver = this.#receiver;
    const { hold, goOn, failed } = this.#needs;
    let taken: number;
    try {
      taken = receiver.feed(buffer, view, start, this.#rest.pieceEnd(start, end));
    } catch (error) {
      if (error instanceof InvariantError) throw error;
      const why = error instanceof Error ? error.message : String(error);
      failed(`Failed trying to load the MASTER synchronization DB from socket: ${why}`, why);
      return end - start;
    }
    const rests = this.#rest.begin(receiver.load.keysLoaded, () => {
      if (receiver.finished) this.#finish(receiver);
      goOn();
    });
    if (rests) hold();
    else if (receiver.finished) this.#finish(receiver);
    return taken;
  }

  dispose(): void {
    this.#rest.dispose();
    const load = this.#isOver ? undefined : this.#receiver?.load;
    this.#isOver = true;
    if (load === undefined) return;
    load.abandon();
    if (this.#way === 'beside') {
      this.#needs.log('notice', 'MASTER <-> REPLICA sync: Discarding temporary DB in background');
    }
  }

  #finish({ load }: BulkReceiver): void {
    this.#isOver = true;
    finishLoad(this.#needs, this.#way, load);
  }
}

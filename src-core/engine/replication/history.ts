// A replication history: which line of writes a node is on, and how far it has come.
import type { Random } from '../../base/ports.ts';

/** The id that stands for "none": Redis reports it for a master without a second id. */
export const noHistoryId = '0'.repeat(40);

const idBytes = 20;

/** The line of writes that a node continued when it was promoted. */
export interface PreviousHistory {
  readonly id: string;
  /**
   * Redis's `second_repl_offset`: the first byte that is ours alone. A replica of the former line may still ask for
   * this byte, since it then has all that was shared: shared up to byte 107, so `endByte` is 108, and 108 is granted.
   */
  readonly endByte: number;
}

/** Every byte of the stream has a number, from 1; `offset` is the number of the last one taken, 0 for none. */
export interface History {
  readonly id: string;
  readonly offset: number;
  readonly previous: PreviousHistory | null;
}

/** A new line of writes that nobody shares yet. */
export function startHistory(random: Random, offset = 0): History {
  return { id: newHistoryId(random), offset, previous: null };
}

/** What a promotion does: a new id from here on, the former one kept so that its followers may come along. */
export function branchHistory(history: History, random: Random): History {
  return {
    id: newHistoryId(random),
    offset: history.offset,
    previous: { id: history.id, endByte: history.offset + 1 },
  };
}

/** Redis's `CONFIG_RUN_ID_SIZE` random hexadecimal digits. */
export function newHistoryId(random: Random): string {
  return Buffer.from(random.bytes(idBytes)).toString('hex');
}

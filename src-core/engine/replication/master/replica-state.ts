// Where an attached replica stands, as its master sees it.
import { invariant } from '../../../base/assert.ts';

/*
 *   PSYNC, SYNC ── granted from the backlog: > +CONTINUE ─────────────────────────────────┐
 *        │                                                                                │
 *        │ refused: > newlines each second                                                │
 *        v                                                                                │
 *   wait-bgsave-start ── a snapshot begins: > +FULLRESYNC ──> wait-bgsave-end             │
 *                                                               │         │               │
 *                                  diskless: > $EOF:… as it is  │         │ disk: the     │
 *                                  made, all was sent           v         v file is ready │
 *                                                          await-ack   send-bulk: > $n …  │
 *                                                               │         │               │
 *                                               < REPLCONF ACK  v         v all was sent  v
 *                                                             online <────┴───────────────┘
 *
 *   After REPLCONF rdb-only 1 a replica goes from `wait-bgsave-end` or `send-bulk` to `transmitted` instead: it has what
 *   it asked for, and its connection closes when all of it has left.
 *   Every state may end in `gone`: the connection closed, or was too slow, or the snapshot failed.
 */
export type ReplicaState =
  | { readonly kind: 'wait-bgsave-start'; readonly sinceMs: number }
  | { readonly kind: 'wait-bgsave-end' }
  | { readonly kind: 'send-bulk' }
  | { readonly kind: 'await-ack' }
  | { readonly kind: 'transmitted' }
  | { readonly kind: 'online' }
  | { readonly kind: 'gone' };

const moves: Readonly<Record<ReplicaState['kind'], readonly ReplicaState['kind'][]>> = {
  'wait-bgsave-start': ['wait-bgsave-end', 'gone'],
  'wait-bgsave-end': ['send-bulk', 'await-ack', 'transmitted', 'gone'],
  'send-bulk': ['online', 'transmitted', 'gone'],
  transmitted: ['gone'],
  'await-ack': ['online', 'gone'],
  online: ['gone'],
  gone: [],
};

/** @throws InvariantError when the table has no such move. */
export function moveReplica(from: ReplicaState, to: ReplicaState): ReplicaState {
  invariant(moves[from.kind].includes(to.kind), `an attached replica cannot go from ${from.kind} to ${to.kind}`);
  return to;
}

/** Redis's word in INFO replication; null where it leaves the replica out. */
export function infoWord(state: ReplicaState): 'wait_bgsave' | 'send_bulk' | 'online' | null {
  switch (state.kind) {
    case 'wait-bgsave-start':
    case 'wait-bgsave-end':
      return 'wait_bgsave';
    case 'send-bulk':
      return 'send_bulk';
    case 'await-ack':
    case 'online':
      return 'online';
    case 'transmitted':
    case 'gone':
      return null;
  }
}

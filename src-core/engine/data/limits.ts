// Where a small collection stops being packed: Redis's directives, which CONFIG SET may change at any time.

/** The directives by their Redis names. A collection that grew past one is converted at the next write. */
export interface CollectionLimits {
  /** hash-max-listpack-entries */
  readonly hashMaxListpackEntries: number;
  /** hash-max-listpack-value, in bytes. */
  readonly hashMaxListpackValue: number;
  /** set-max-intset-entries */
  readonly setMaxIntsetEntries: number;
  /** zset-max-listpack-entries */
  readonly zsetMaxListpackEntries: number;
  /** zset-max-listpack-value, in bytes. */
  readonly zsetMaxListpackValue: number;
  /** list-max-listpack-size: elements a node if positive; -1 to -5 mean 4, 8, 16, 32 or 64 KB a node. */
  readonly listMaxListpackSize: number;
  /** stream-node-max-bytes; 0: no bound. */
  readonly streamNodeMaxBytes: number;
  /** stream-node-max-entries, deleted ones counted; 0: no bound. */
  readonly streamNodeMaxEntries: number;
  /** hll-sparse-max-bytes: a HyperLogLog that would be longer becomes dense. */
  readonly hllSparseMaxBytes: number;
}

/** What Redis 7.0 starts with. */
export const defaultCollectionLimits: CollectionLimits = {
  hashMaxListpackEntries: 128,
  hashMaxListpackValue: 64,
  setMaxIntsetEntries: 512,
  zsetMaxListpackEntries: 128,
  zsetMaxListpackValue: 64,
  listMaxListpackSize: -2,
  streamNodeMaxBytes: 4096,
  streamNodeMaxEntries: 100,
  hllSparseMaxBytes: 3000,
};

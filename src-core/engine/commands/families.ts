// All command families in one list.
import { aclCommands } from './acl/acl.ts';
import { blockingCommands } from './collections/blocking.ts';
import { geoCommands } from './collections/geo.ts';
import { hashExpiryCommands } from './collections/hash-expiries.ts';
import { hashCommands } from './collections/hashes.ts';
import { listEndCommands } from './collections/list-ends.ts';
import { listCommands } from './collections/lists.ts';
import { setAlgebraCommands } from './collections/set-algebra.ts';
import { setCommands } from './collections/sets.ts';
import { sortCommands } from './collections/sort.ts';
import { sortedSetAlgebraCommands } from './collections/sorted-set-algebra.ts';
import { sortedSetPopCommands } from './collections/sorted-set-pops.ts';
import { sortedSetRangeCommands } from './collections/sorted-set-ranges.ts';
import { sortedSetCommands } from './collections/sorted-sets.ts';
import { databaseCommands } from './keys/databases.ts';
import { expiryCommands } from './keys/expiry.ts';
import { keyCommands } from './keys/keys.ts';
import { memoryCommands } from './keys/memory.ts';
import { persistenceCommands } from './keys/persistence.ts';
import { clientCommands } from './server/client.ts';
import { configCommands } from './server/config.ts';
import { connectionCommands } from './server/connection.ts';
import { debugCommands } from './server/debug.ts';
import { functionCommands } from './server/functions.ts';
import { introspectionCommands } from './server/introspection.ts';
import { observationCommands } from './server/observation.ts';
import { pubsubCommands } from './server/pubsub.ts';
import { replicationCommands } from './server/replication.ts';
import { serverCommands } from './server/server.ts';
import { transactionCommands } from './server/transactions.ts';
import type { CommandRow } from './spec.ts';
import { streamCommands } from './streams/streams.ts';
import { streamClaimCommands } from './streams/streams-claims.ts';
import { streamGroupCommands } from './streams/streams-groups.ts';
import { streamInfoCommands } from './streams/streams-info.ts';
import { streamReadCommands } from './streams/streams-read.ts';
import { bitOperationCommands } from './strings/bit-operations.ts';
import { bitfieldCommands } from './strings/bitfield.ts';
import { bitmapCommands } from './strings/bitmaps.ts';
import { hyperloglogCommands } from './strings/hyperloglog.ts';
import { lcsCommands } from './strings/lcs.ts';
import { stringCounterCommands } from './strings/string-counters.ts';
import { stringCommands } from './strings/strings.ts';
import { CommandTable } from './table.ts';

export const allCommands: readonly CommandRow[] = [
  ...keyCommands,
  ...expiryCommands,
  ...blockingCommands,
  ...databaseCommands,
  ...stringCommands,
  ...stringCounterCommands,
  ...lcsCommands,
  ...bitmapCommands,
  ...bitOperationCommands,
  ...bitfieldCommands,
  ...hyperloglogCommands,
  ...hashCommands,
  ...hashExpiryCommands,
  ...listCommands,
  ...listEndCommands,
  ...setCommands,
  ...setAlgebraCommands,
  ...sortCommands,
  ...sortedSetCommands,
  ...sortedSetPopCommands,
  ...sortedSetRangeCommands,
  ...sortedSetAlgebraCommands,
  ...geoCommands,
  ...streamCommands,
  ...streamReadCommands,
  ...streamGroupCommands,
  ...streamClaimCommands,
  ...streamInfoCommands,
  ...functionCommands,
  ...transactionCommands,
  ...connectionCommands,
  ...aclCommands,
  ...clientCommands,
  ...configCommands,
  ...serverCommands,
  ...observationCommands,
  ...memoryCommands,
  ...debugCommands,
  ...pubsubCommands,
  ...persistenceCommands,
  ...replicationCommands,
];

/** A table of its own for each engine, since it holds the engine's counters. */
export function commandTable(): CommandTable {
  const table: CommandTable = new CommandTable([...allCommands, ...introspectionCommands(() => table)]);
  return table;
}

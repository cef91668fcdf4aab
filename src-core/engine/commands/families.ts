// All command families in one list.
import { aclCommands } from './acl.ts';
import { bitOperationCommands } from './bit-operations.ts';
import { bitfieldCommands } from './bitfield.ts';
import { bitmapCommands } from './bitmaps.ts';
import { blockingCommands } from './blocking.ts';
import { clientCommands } from './client.ts';
import { configCommands } from './config.ts';
import { connectionCommands } from './connection.ts';
import { databaseCommands } from './databases.ts';
import { debugCommands } from './debug.ts';
import { expiryCommands } from './expiry.ts';
import { functionCommands } from './functions.ts';
import { geoCommands } from './geo.ts';
import { hashCommands } from './hashes.ts';
import { hyperloglogCommands } from './hyperloglog.ts';
import { introspectionCommands } from './introspection.ts';
import { keyCommands } from './keys.ts';
import { lcsCommands } from './lcs.ts';
import { listEndCommands } from './list-ends.ts';
import { listCommands } from './lists.ts';
import { memoryCommands } from './memory.ts';
import { observationCommands } from './observation.ts';
import { persistenceCommands } from './persistence.ts';
import { pubsubCommands } from './pubsub.ts';
import { replicationCommands } from './replication.ts';
import { serverCommands } from './server.ts';
import { setAlgebraCommands } from './set-algebra.ts';
import { setCommands } from './sets.ts';
import { sortCommands } from './sort.ts';
import { sortedSetAlgebraCommands } from './sorted-set-algebra.ts';
import { sortedSetPopCommands } from './sorted-set-pops.ts';
import { sortedSetRangeCommands } from './sorted-set-ranges.ts';
import { sortedSetCommands } from './sorted-sets.ts';
import type { CommandRow } from './spec.ts';
import { streamCommands } from './streams.ts';
import { streamClaimCommands } from './streams-claims.ts';
import { streamGroupCommands } from './streams-groups.ts';
import { streamInfoCommands } from './streams-info.ts';
import { streamReadCommands } from './streams-read.ts';
import { stringCounterCommands } from './string-counters.ts';
import { stringCommands } from './strings.ts';
import { CommandTable } from './table.ts';
import { transactionCommands } from './transactions.ts';

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

// All command families in one list.

import { databaseCommands } from './databases.ts';
import { expiryCommands } from './expiry.ts';
import { hashCommands } from './hashes.ts';
import { keyCommands } from './keys.ts';
import { listCommands } from './lists.ts';
import { persistenceCommands } from './persistence.ts';
import { setCommands } from './sets.ts';
import { sortedSetAlgebraCommands } from './sorted-set-algebra.ts';
import { sortedSetRangeCommands } from './sorted-set-ranges.ts';
import { sortedSetCommands } from './sorted-sets.ts';
import type { CommandRow } from './spec.ts';
import { stringCommands } from './strings.ts';
import { transactionCommands } from './transactions.ts';

export const allCommands: readonly CommandRow[] = [
  ...stringCommands,
  ...databaseCommands,
  ...expiryCommands,
  ...hashCommands,
  ...keyCommands,
  ...listCommands,
  ...setCommands,
  ...sortedSetAlgebraCommands,
  ...sortedSetRangeCommands,
  ...sortedSetCommands,
  ...persistenceCommands,
  ...transactionCommands,
];

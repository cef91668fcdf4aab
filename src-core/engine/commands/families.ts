// All command families in one list.
import { persistenceCommands } from './persistence.ts';
import type { CommandRow } from './spec.ts';
import { stringCommands } from './strings.ts';
import { transactionCommands } from './transactions.ts';

export const allCommands: readonly CommandRow[] = [...stringCommands, ...persistenceCommands, ...transactionCommands];

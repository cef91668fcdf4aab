// MEMORY: what a key costs.
import { NO_REF } from '../../keyspace/database.ts';
import { helpReply } from '../help-reply.ts';
import { ReplyError, replyErrors } from '../reply-errors.ts';
import type { CommandContext, CommandRow } from '../spec.ts';

/** MEMORY USAGE key [SAMPLES count]: our own figure, which needs no samples; Redis's differs, as its structures do. */
function memoryUsage({ args, db, reply }: CommandContext): void {
  for (let i = 3; i < args.count; i += 2) {
    if (!args.is(i, 'SAMPLES') || i + 1 >= args.count || args.integer(i + 1) < 0) {
      throw new ReplyError(replyErrors.syntax);
    }
  }
  const ref = db.peek(args, 2);
  if (ref === NO_REF) reply.nullBulk();
  else reply.integer(db.usedBytes(ref));
}

const memoryHelp = [
  'USAGE <key> [SAMPLES <count>]',
  '    Return memory in bytes used by <key> and its value. Nested values are',
  '    sampled up to <count> times (default: 5, 0 means sample all).',
  'HELP',
  '    Prints this help.',
];

export const memoryCommands: readonly CommandRow[] = [
  {
    name: 'memory',
    arity: -2,
    flags: [],
    categories: ['slow'],
    since: '4.0.0',
    summary: 'A container for memory diagnostics commands',
    subcommands: [
      {
        name: 'usage',
        arity: -3,
        flags: ['readonly'],
        keys: { first: 2, last: 2, step: 1 },
        categories: ['read', 'slow'],
        since: '4.0.0',
        summary: 'Estimate the memory usage of a key',
        run: memoryUsage,
      },
      {
        name: 'help',
        arity: 2,
        flags: ['loading', 'stale'],
        categories: ['slow'],
        since: '4.0.0',
        summary: 'Show helpful text about the different subcommands',
        run: ({ reply }) => helpReply(reply, 'MEMORY', memoryHelp),
      },
    ],
  },
];

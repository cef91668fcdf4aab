// MULTI, EXEC, DISCARD, WATCH and UNWATCH.
import { replyErrors } from '../reply-errors.ts';
import type { CommandContext, CommandRow } from '../spec.ts';
import { beginTransaction, forgetTransaction, WatchedKeys } from '../transaction-state.ts';

function multi({ session, reply, args }: CommandContext): void {
  if (session.transaction !== null) {
    reply.error(replyErrors.nestedMulti);
    return;
  }
  session.transaction = beginTransaction(args);
  reply.ok();
}

function exec(context: CommandContext): void {
  const { session, reply } = context;
  const transaction = session.transaction;
  if (transaction === null) {
    reply.error(replyErrors.execWithoutMulti);
    return;
  }
  const watchedChanged = session.watched?.changed ?? false;
  forgetTransaction(session);
  if (transaction.aborted) reply.error(replyErrors.execAborted);
  else if (watchedChanged) reply.nullArray();
  else {
    reply.array(transaction.queue.length);
    for (const request of transaction.queue) context.runQueued(request);
  }
}

function discard({ session, reply }: CommandContext): void {
  if (session.transaction === null) {
    reply.error(replyErrors.discardWithoutMulti);
    return;
  }
  forgetTransaction(session);
  reply.ok();
}

function watch({ args, session, keyspace, reply }: CommandContext): void {
  if (session.transaction !== null) {
    reply.error(replyErrors.watchInsideMulti);
    return;
  }
  session.watched ??= new WatchedKeys(keyspace);
  for (let i = 1; i < args.count; i++) session.watched.add(session.databaseIndex, args.copy(i));
  reply.ok();
}

function unwatch({ session, reply }: CommandContext): void {
  session.watched?.clear();
  session.watched = null;
  reply.ok();
}

const flags = ['noscript', 'loading', 'stale', 'fast'] as const;
const categories = ['fast', 'transaction'] as const;

export const transactionCommands: readonly CommandRow[] = [
  { name: 'multi', arity: 1, flags: [...flags, 'allow_busy'], categories, since: '1.2.0', run: multi },
  {
    name: 'exec',
    arity: 1,
    flags: ['noscript', 'loading', 'stale', 'skip_slowlog'],
    categories: ['slow', 'transaction'],
    since: '1.2.0',
    run: exec,
  },
  { name: 'discard', arity: 1, flags: [...flags, 'allow_busy'], categories, since: '2.0.0', run: discard },
  {
    name: 'watch',
    arity: -2,
    flags: [...flags, 'allow_busy'],
    keys: { first: 1, last: -1, step: 1 },
    categories,
    since: '2.2.0',
    run: watch,
  },
  { name: 'unwatch', arity: 1, flags: [...flags, 'allow_busy'], categories, since: '2.2.0', run: unwatch },
];

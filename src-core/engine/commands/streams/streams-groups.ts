// XGROUP and XACK: groups of consumers, and what they have done with.
import { StreamGroup, UNKNOWN_ENTRIES_READ } from '../../data/stream-group.ts';
import { type StreamId, ZERO_ID } from '../../data/stream-id.ts';
import type { StreamValue } from '../../data/stream-value.ts';
import { helpReply } from '../help-reply.ts';
import { ReplyError, wrongSubcommand } from '../reply-errors.ts';
import type { CommandContext, CommandRow } from '../spec.ts';
import { parseId, parseIdOrEnd } from './streams-arguments.ts';
import { createStream, openStream } from './streams-keys.ts';

const keyMustExist =
  'ERR The XGROUP subcommand requires the key to exist. Note that for CREATE you may want to use the MKSTREAM option to create an empty stream automatically.';

interface GroupOptions {
  readonly makesStream: boolean;
  readonly entriesRead: bigint;
}

/** What follows the id in CREATE and SETID. @throws ReplyError */
function parseOptions({ args }: CommandContext, mayMakeStream: boolean): GroupOptions {
  let makesStream = false;
  let entriesRead = UNKNOWN_ENTRIES_READ;
  for (let i = 5; i < args.count; i++) {
    if (mayMakeStream && args.is(i, 'MKSTREAM')) makesStream = true;
    else if (args.is(i, 'ENTRIESREAD') && i + 1 < args.count) {
      entriesRead = args.int64(++i);
      if (entriesRead < UNKNOWN_ENTRIES_READ) {
        throw new ReplyError('ERR value for ENTRIESREAD must be positive or -1');
      }
    } else throw new ReplyError(wrongSubcommand('xgroup', args.text(1)));
  }
  return { makesStream, entriesRead };
}

/** @throws ReplyError when key or group is not there */
function existing(context: CommandContext): { readonly stream: StreamValue; readonly group: StreamGroup } {
  const { args } = context;
  const stream = openStream(context, 2);
  if (stream === null) throw new ReplyError(keyMustExist);
  const group = stream.groups.get(args.text(3));
  if (group !== undefined) return { stream, group };
  throw new ReplyError(`NOGROUP No such consumer group '${args.text(3)}' for key name '${args.text(2)}'`);
}

/** XGROUP CREATE key group id | $ [MKSTREAM] [ENTRIESREAD n] */
function create(context: CommandContext): void {
  const { args, db, reply } = context;
  const { makesStream, entriesRead } = parseOptions(context, true);
  const found = openStream(context, 2);
  if (found === null && !makesStream) throw new ReplyError(keyMustExist);
  const isLast = args.text(4) === '$';
  const lastId: StreamId = isLast ? (found?.lastId ?? ZERO_ID) : parseId(args, 4);
  const stream = found ?? createStream(context, 2);
  const name = args.text(3);
  if (stream.groups.has(name)) throw new ReplyError('BUSYGROUP Consumer Group name already exists');
  stream.groups.set(name, new StreamGroup(lastId, entriesRead));
  db.modified(args, 2);
  context.changed();
  reply.ok();
}

/** XGROUP SETID key group id | $ [ENTRIESREAD n] */
function setId(context: CommandContext): void {
  const { args, reply } = context;
  const { entriesRead } = parseOptions(context, false);
  const { stream, group } = existing(context);
  group.lastId = args.text(4) === '$' ? stream.lastId : parseIdOrEnd(args, 4);
  group.entriesRead = entriesRead;
  context.changed();
  reply.ok();
}

/** XGROUP DESTROY key group. Who waits to read in the group hears of it, since the key counts as changed. */
function destroy(context: CommandContext): void {
  const { args, db, reply } = context;
  const stream = openStream(context, 2);
  if (stream === null) throw new ReplyError(keyMustExist);
  const isGone = stream.groups.delete(args.text(3));
  if (isGone) {
    db.modified(args, 2);
    context.changed();
  }
  reply.integer(isGone ? 1 : 0);
}

/** XGROUP CREATECONSUMER key group consumer */
function createConsumer(context: CommandContext): void {
  const { args, reply, nowMs } = context;
  const { group } = existing(context);
  const made = group.addConsumer(args.text(4), nowMs);
  if (made !== null) context.changed();
  reply.integer(made === null ? 0 : 1);
}

/** XGROUP DELCONSUMER key group consumer */
function deleteConsumer(context: CommandContext): void {
  const { args, db, reply } = context;
  const { group } = existing(context);
  const consumer = group.consumers.get(args.text(4));
  if (consumer === undefined) {
    reply.integer(0);
    return;
  }
  reply.integer(group.removeConsumer(consumer));
  db.modified(args, 2);
  context.changed();
}

function help({ reply }: CommandContext): void {
  helpReply(reply, 'XGROUP', [
    'CREATE <key> <groupname> <id|$> [option]',
    '    Create a new consumer group. Options are:',
    '    * MKSTREAM',
    '      Create the empty stream if it does not exist.',
    '    * ENTRIESREAD entries_read',
    "      Set the group's entries_read counter (internal use).",
    'CREATECONSUMER <key> <groupname> <consumer>',
    '    Create a new consumer in the specified group.',
    'DELCONSUMER <key> <groupname> <consumer>',
    '    Remove the specified consumer.',
    'DESTROY <key> <groupname>',
    '    Remove the specified group.',
    'SETID <key> <groupname> <id|$> [ENTRIESREAD entries_read]',
    '    Set the current group ID and entries_read counter.',
    'HELP',
    '    Prints this help.',
  ]);
}

/** XACK key group id … */
function xack(context: CommandContext): void {
  const { args, reply } = context;
  const group = openStream(context, 1)?.groups.get(args.text(2));
  if (group === undefined) {
    reply.integer(0);
    return;
  }
  const ids = Array.from({ length: args.count - 3 }, (_, i) => parseId(args, i + 3));
  const acknowledged = ids.filter((id) => group.acknowledge(id)).length;
  if (acknowledged > 0) context.changed(acknowledged);
  reply.integer(acknowledged);
}

const subcommand = {
  flags: ['write'],
  keys: { first: 2, last: 2, step: 1 },
  categories: ['write', 'stream', 'slow'],
  since: '5.0.0',
} as const;

export const streamGroupCommands: readonly CommandRow[] = [
  {
    name: 'xgroup',
    arity: -2,
    flags: [],
    categories: ['slow'],
    since: '5.0.0',
    summary: 'A container for consumer groups commands',
    subcommands: [
      {
        ...subcommand,
        name: 'create',
        arity: -5,
        flags: ['write', 'denyoom'],
        summary: 'Create a consumer group.',
        run: create,
      },
      {
        ...subcommand,
        name: 'createconsumer',
        arity: 5,
        flags: ['write', 'denyoom'],
        since: '6.2.0',
        summary: 'Create a consumer in a consumer group.',
        run: createConsumer,
      },
      {
        ...subcommand,
        name: 'delconsumer',
        arity: 5,
        summary: 'Delete a consumer from a consumer group.',
        run: deleteConsumer,
      },
      { ...subcommand, name: 'destroy', arity: 4, summary: 'Destroy a consumer group.', run: destroy },
      {
        ...subcommand,
        name: 'setid',
        arity: -5,
        summary: 'Set a consumer group to an arbitrary last delivered ID value.',
        run: setId,
      },
      {
        name: 'help',
        arity: 2,
        flags: ['loading', 'stale'],
        categories: ['stream', 'slow'],
        since: '5.0.0',
        summary: 'Show helpful text about the different subcommands',
        run: help,
      },
    ],
  },
  {
    name: 'xack',
    arity: -4,
    flags: ['write', 'fast'],
    keys: { first: 1, last: 1, step: 1 },
    categories: ['write', 'stream', 'fast'],
    since: '5.0.0',
    summary:
      'Marks a pending message as correctly processed, effectively removing it from the pending entries list of the consumer group. Return value of the command is the number of messages successfully acknowledged, that is, the IDs we were actually able to resolve in the PEL.',
    run: xack,
  },
];

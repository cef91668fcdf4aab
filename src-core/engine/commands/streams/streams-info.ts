// XINFO: what a stream, its groups and their consumers say of themselves.
import type { ReplyWriter } from '../../../resp/reply-writer.ts';
import type { PendingEntry, StreamConsumer, StreamGroup } from '../../data/stream-group.ts';
import { UNKNOWN_ENTRIES_READ } from '../../data/stream-group.ts';
import { idBytes, idText, STREAM_ID_BYTES, type StreamId } from '../../data/stream-id.ts';
import type { StreamEntry } from '../../data/stream-node.ts';
import type { StreamValue } from '../../data/stream-value.ts';
import { helpReply } from '../help-reply.ts';
import { ReplyError, replyErrors, wrongSubcommand } from '../reply-errors.ts';
import type { CommandContext, CommandRow } from '../spec.ts';
import { readStream, replyEntries, replyEntry } from './streams-keys.ts';

const DEFAULT_COUNT = 10;

/** @throws ReplyError when the key is not there */
function existing(context: CommandContext): StreamValue {
  const stream = readStream(context, 2);
  if (stream === null) throw new ReplyError(replyErrors.noSuchKey);
  return stream;
}

/** XINFO STREAM key [FULL [COUNT n]] */
function infoStream(context: CommandContext): void {
  const { args, reply } = context;
  const stream = existing(context);
  const options = args.count - 3;
  const isRight = options === 0 || (args.is(3, 'FULL') && (options === 1 || (options === 3 && args.is(4, 'COUNT'))));
  if (!isRight) throw new ReplyError(wrongSubcommand('xinfo', args.text(1)));
  const asked = options === 3 ? args.integer(5) : DEFAULT_COUNT;
  const count = asked < 0 ? DEFAULT_COUNT : asked;
  reply.map(options === 0 ? 10 : 9);
  replyFigures(reply, stream);
  if (options === 0) replyEnds(reply, stream);
  else replyWhole(reply, stream, count);
}

function replyFigures(reply: ReplyWriter, stream: StreamValue): void {
  const figures: readonly (readonly [string, number | bigint | string])[] = [
    ['length', stream.size],
    ['radix-tree-keys', stream.nodeCount],
    ['radix-tree-nodes', radixNodes(Array.from(stream.nodes(), ({ masterId }) => idBytes(masterId)))],
    ['last-generated-id', idText(stream.lastId)],
    ['max-deleted-entry-id', idText(stream.maxDeletedId)],
    ['entries-added', stream.entriesAdded],
    ['recorded-first-entry-id', idText(stream.firstId)],
  ];
  for (const [name, value] of figures) {
    reply.bulkLatin1(name);
    if (typeof value === 'string') reply.bulkLatin1(value);
    else reply.integer(value);
  }
}

function replyEnds(reply: ReplyWriter, stream: StreamValue): void {
  const replyEnd = (entry: StreamEntry | undefined) => {
    if (entry === undefined) reply.nullBulk();
    else replyEntry(reply, entry);
  };
  reply.bulkLatin1('groups');
  reply.integer(stream.groups.size);
  reply.bulkLatin1('first-entry');
  replyEnd(stream.range().next().value);
  reply.bulkLatin1('last-entry');
  replyEnd(stream.reversedRange().next().value);
}

/** Up to `count` of each list; 0: all. */
function replyWhole(reply: ReplyWriter, stream: StreamValue, count: number): void {
  reply.bulkLatin1('entries');
  replyEntries(reply, stream.range(), count);
  reply.bulkLatin1('groups');
  reply.array(stream.groups.size);
  for (const [name, group] of stream.groups.entries()) {
    reply.map(7);
    replyGroupFigures(reply, stream, name, group, ['pel-count', group.pending.size]);
    reply.bulkLatin1('pending');
    replyPending(reply, group.pending.entries(), count, true);
    reply.bulkLatin1('consumers');
    reply.array(group.consumers.size);
    for (const consumer of group.consumers.values()) replyConsumer(reply, consumer, count);
  }
}

/** Name, last id, how many entries were read, lag, and one figure more. */
function replyGroupFigures(
  reply: ReplyWriter,
  stream: StreamValue,
  name: string,
  group: StreamGroup,
  last: readonly [string, number],
): void {
  reply.bulkLatin1('name');
  reply.bulkLatin1(name);
  reply.bulkLatin1('last-delivered-id');
  reply.bulkLatin1(idText(group.lastId));
  replyCounters(reply, stream, group);
  reply.bulkLatin1(last[0]);
  reply.integer(last[1]);
}

function replyCounters(reply: ReplyWriter, stream: StreamValue, group: StreamGroup): void {
  const replyKnown = (value: bigint | null) => {
    if (value === null) reply.nullBulk();
    else reply.integer(value);
  };
  reply.bulkLatin1('entries-read');
  replyKnown(group.entriesRead === UNKNOWN_ENTRIES_READ ? null : group.entriesRead);
  reply.bulkLatin1('lag');
  replyKnown(stream.lagOf(group));
}

function replyPending(
  reply: ReplyWriter,
  pending: Iterable<readonly [StreamId, PendingEntry]>,
  count: number,
  withConsumer: boolean,
): void {
  const place = reply.defer();
  let written = 0;
  for (const [id, entry] of pending) {
    reply.array(withConsumer ? 4 : 3);
    reply.bulkLatin1(idText(id));
    if (withConsumer) reply.bulkLatin1(entry.consumer.name);
    reply.integer(entry.deliveredMs);
    reply.integer(entry.deliveries);
    written++;
    if (written === count) break;
  }
  reply.fillArray(place, written);
}

function replyConsumer(reply: ReplyWriter, { name, seenMs, pending }: StreamConsumer, count: number): void {
  reply.map(4);
  reply.bulkLatin1('name');
  reply.bulkLatin1(name);
  reply.bulkLatin1('seen-time');
  reply.integer(seenMs);
  reply.bulkLatin1('pel-count');
  reply.integer(pending.size);
  reply.bulkLatin1('pending');
  replyPending(reply, pending.entries(), count, false);
}

/** XINFO GROUPS key */
function infoGroups(context: CommandContext): void {
  const { reply } = context;
  const stream = existing(context);
  reply.array(stream.groups.size);
  for (const [name, group] of stream.groups.entries()) {
    reply.map(6);
    reply.bulkLatin1('name');
    reply.bulkLatin1(name);
    reply.bulkLatin1('consumers');
    reply.integer(group.consumers.size);
    reply.bulkLatin1('pending');
    reply.integer(group.pending.size);
    reply.bulkLatin1('last-delivered-id');
    reply.bulkLatin1(idText(group.lastId));
    replyCounters(reply, stream, group);
  }
}

/** XINFO CONSUMERS key group */
function infoConsumers(context: CommandContext): void {
  const { args, reply, nowMs } = context;
  const group = existing(context).groups.get(args.text(3));
  if (group === undefined) {
    throw new ReplyError(`NOGROUP No such consumer group '${args.text(3)}' for key name '${args.text(2)}'`);
  }
  reply.array(group.consumers.size);
  for (const { name, seenMs, pending } of group.consumers.values()) {
    reply.map(3);
    reply.bulkLatin1('name');
    reply.bulkLatin1(name);
    reply.bulkLatin1('pending');
    reply.integer(pending.size);
    reply.bulkLatin1('idle');
    reply.integer(Math.max(0, nowMs - seenMs));
  }
}

/**
 * How many nodes a radix tree of these keys, in order, has, as Redis builds it: a leaf for each key, a node where keys
 * part, and one for each stretch without a parting between two of those.
 */
function radixNodes(keys: readonly Buffer[], depth = 0): number {
  const [first, last] = [keys[0], keys.at(-1)];
  if (first === undefined || last === undefined) return 1;
  if (keys.length === 1) return depth === STREAM_ID_BYTES ? 1 : 2;
  let parting = depth;
  while (first[parting] === last[parting]) parting++;
  let nodes = parting > depth ? 2 : 1;
  for (let start = 0; start < keys.length; ) {
    let end = start + 1;
    while (end < keys.length && keys[end]![parting] === keys[start]![parting]) end++;
    nodes += radixNodes(keys.slice(start, end), parting + 1);
    start = end;
  }
  return nodes;
}

function help({ reply }: CommandContext): void {
  helpReply(reply, 'XINFO', [
    'CONSUMERS <key> <groupname>',
    '    Show consumers of <groupname>.',
    'GROUPS <key>',
    '    Show the stream consumer groups.',
    'STREAM <key> [FULL [COUNT <count>]',
    '    Show information about the stream.',
    'HELP',
    '    Prints this help.',
  ]);
}

const inspection = {
  flags: ['readonly'],
  keys: { first: 2, last: 2, step: 1 },
  categories: ['read', 'stream', 'slow'],
  since: '5.0.0',
} as const;

export const streamInfoCommands: readonly CommandRow[] = [
  {
    name: 'xinfo',
    arity: -2,
    flags: [],
    categories: ['slow'],
    since: '5.0.0',
    summary: 'A container for stream introspection commands',
    subcommands: [
      { ...inspection, name: 'stream', arity: -3, summary: 'Get information about a stream', run: infoStream },
      { ...inspection, name: 'groups', arity: 3, summary: 'List the consumer groups of a stream', run: infoGroups },
      {
        ...inspection,
        name: 'consumers',
        arity: 4,
        summary: 'List the consumers in a consumer group',
        run: infoConsumers,
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
];

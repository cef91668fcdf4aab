// Publish and subscribe. A subscription is answered by messages, not by a reply: one for each channel.
import { globMatches } from '../../../base/glob.ts';
import type { ReplyWriter } from '../../../resp/reply-writer.ts';
import { helpReply } from '../help-reply.ts';
import type { CommandContext, CommandFlag, CommandRow } from '../spec.ts';

function publish(context: CommandContext): void {
  const { args, reply, services } = context;
  reply.integer(services.pubsub.publish(args.copy(1), args.copy(2)));
  // No key has changed, so nothing is counted; but the clients of replicas want the message.
  context.propagateInstead('PUBLISH', args.copy(1), args.copy(2));
}

function subscribe({ args, reply, session, services }: CommandContext): void {
  for (let i = 1; i < args.count; i++) {
    const channel = args.text(i);
    confirm(reply, 'subscribe', channel, services.pubsub.subscribe(session, channel));
  }
}

function psubscribe({ args, reply, session, services }: CommandContext): void {
  for (let i = 1; i < args.count; i++) {
    const pattern = args.text(i);
    confirm(reply, 'psubscribe', pattern, services.pubsub.subscribePattern(session, pattern));
  }
}

function unsubscribe(context: CommandContext): void {
  const { session, services } = context;
  const channels = named(context) ?? services.pubsub.channelsOf(session);
  leave(context, 'unsubscribe', channels, (channel) => services.pubsub.unsubscribe(session, channel));
}

function punsubscribe(context: CommandContext): void {
  const { session, services } = context;
  const patterns = named(context) ?? services.pubsub.patternsOf(session);
  leave(context, 'punsubscribe', patterns, (pattern) => services.pubsub.unsubscribePattern(session, pattern));
}

/** The arguments after the name; null when there are none, which means all. */
function named({ args }: CommandContext): string[] | null {
  if (args.count === 1) return null;
  return Array.from({ length: args.count - 1 }, (_, i) => args.text(i + 1));
}

function leave(
  { reply, session }: CommandContext,
  kind: string,
  names: readonly string[],
  leaveOne: (name: string) => number,
): void {
  for (const name of names) confirm(reply, kind, name, leaveOne(name));
  if (names.length === 0) confirm(reply, kind, null, session.subscriptions);
}

function confirm(reply: ReplyWriter, kind: string, name: string | null, count: number): void {
  reply.push(3);
  reply.bulkLatin1(kind);
  if (name === null) reply.nullBulk();
  else reply.bulkLatin1(name);
  reply.integer(count);
}

function pubsubChannels({ args, reply, services }: CommandContext): void {
  const pattern = args.count > 2 ? args.text(2) : '*';
  const found = [...services.pubsub.channels()].filter((channel) => globMatches(pattern, channel));
  reply.array(found.length);
  for (const channel of found) reply.bulkLatin1(channel);
}

function pubsubNumsub({ args, reply, services }: CommandContext): void {
  reply.array((args.count - 2) * 2);
  for (let i = 2; i < args.count; i++) {
    const channel = args.text(i);
    reply.bulkLatin1(channel);
    reply.integer(services.pubsub.subscribersOf(channel));
  }
}

/** There are no shards without a cluster, so nobody listens. */
function pubsubShardNumsub({ args, reply }: CommandContext): void {
  reply.array((args.count - 2) * 2);
  for (let i = 2; i < args.count; i++) {
    reply.bulkLatin1(args.text(i));
    reply.integer(0);
  }
}

const pubsubHelp = [
  'CHANNELS [<pattern>]',
  "    Return the currently active channels matching a <pattern> (default: '*').",
  'NUMPAT',
  '    Return number of subscriptions to patterns.',
  'NUMSUB [<channel> ...]',
  '    Return the number of subscribers for the specified channels, excluding',
  '    pattern subscriptions(default: no channels).',
  'SHARDCHANNELS [<pattern>]',
  "    Return the currently active shard level channels matching a <pattern> (default: '*').",
  'SHARDNUMSUB [<shardchannel> ...]',
  '    Return the number of subscribers for the specified shard level channel(s)',
  'HELP',
  '    Prints this help.',
];

const subscriberFlags: readonly CommandFlag[] = ['pubsub', 'noscript', 'loading', 'stale'];
const pubsubFlags: readonly CommandFlag[] = ['pubsub', 'loading', 'stale'];

export const pubsubCommands: readonly CommandRow[] = [
  {
    name: 'publish',
    arity: 3,
    flags: ['pubsub', 'loading', 'stale', 'fast', 'may_replicate'],
    categories: ['pubsub', 'fast'],
    since: '2.0.0',
    summary: 'Post a message to a channel',
    run: publish,
  },
  {
    name: 'subscribe',
    arity: -2,
    flags: subscriberFlags,
    categories: ['pubsub', 'slow'],
    since: '2.0.0',
    summary: 'Listen for messages published to the given channels',
    run: subscribe,
  },
  {
    name: 'psubscribe',
    arity: -2,
    flags: subscriberFlags,
    categories: ['pubsub', 'slow'],
    since: '2.0.0',
    summary: 'Listen for messages published to channels matching the given patterns',
    run: psubscribe,
  },
  {
    name: 'unsubscribe',
    arity: -1,
    flags: subscriberFlags,
    categories: ['pubsub', 'slow'],
    since: '2.0.0',
    summary: 'Stop listening for messages posted to the given channels',
    run: unsubscribe,
  },
  {
    name: 'punsubscribe',
    arity: -1,
    flags: subscriberFlags,
    categories: ['pubsub', 'slow'],
    since: '2.0.0',
    summary: 'Stop listening for messages posted to channels matching the given patterns',
    run: punsubscribe,
  },
  {
    name: 'pubsub',
    arity: -2,
    flags: [],
    categories: ['slow'],
    since: '2.8.0',
    summary: 'A container for Pub/Sub commands',
    subcommands: [
      {
        name: 'channels',
        arity: -2,
        flags: pubsubFlags,
        categories: ['pubsub', 'slow'],
        since: '2.8.0',
        summary: 'List active channels',
        run: pubsubChannels,
      },
      {
        name: 'numsub',
        arity: -2,
        flags: pubsubFlags,
        categories: ['pubsub', 'slow'],
        since: '2.8.0',
        summary: 'Get the count of subscribers for channels',
        run: pubsubNumsub,
      },
      {
        name: 'numpat',
        arity: 2,
        flags: pubsubFlags,
        categories: ['pubsub', 'slow'],
        since: '2.8.0',
        summary: 'Get the count of unique patterns pattern subscriptions',
        run: ({ reply, services }) => reply.integer(services.pubsub.patternCount),
      },
      {
        name: 'shardchannels',
        arity: -2,
        flags: pubsubFlags,
        categories: ['pubsub', 'slow'],
        since: '7.0.0',
        summary: 'List active shard channels',
        run: ({ reply }) => reply.array(0),
      },
      {
        name: 'shardnumsub',
        arity: -2,
        flags: pubsubFlags,
        categories: ['pubsub', 'slow'],
        since: '7.0.0',
        summary: 'Get the count of subscribers for shard channels',
        run: pubsubShardNumsub,
      },
      {
        name: 'help',
        arity: 2,
        flags: ['loading', 'stale'],
        categories: ['slow'],
        since: '6.2.0',
        summary: 'Show helpful text about the different subcommands',
        run: ({ reply }) => helpReply(reply, 'PUBSUB', pubsubHelp),
      },
    ],
  },
];

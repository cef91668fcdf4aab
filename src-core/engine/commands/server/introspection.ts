// COMMAND: the commands described by their own rows.
import { globMatches } from '../../../base/glob.ts';
import type { ReplyWriter } from '../../../resp/reply-writer.ts';
import { hasKeys, keyReferences } from '../acl/acl-keys.ts';
import { helpReply } from '../help-reply.ts';
import { ReplyError, replyErrors, unknownSubcommand } from '../reply-errors.ts';
import type { CommandContext, CommandFlag, CommandRow } from '../spec.ts';
import type { Command, CommandTable } from '../table.ts';

/** Flags that Redis keeps to itself. */
const HIDDEN_FLAGS: ReadonlySet<CommandFlag> = new Set(['may_replicate']);

/** The rows of COMMAND. `table` answers the table that they are part of, once it is there. */
export function introspectionCommands(table: () => CommandTable): readonly CommandRow[] {
  return [
    {
      name: 'command',
      arity: -1,
      flags: ['loading', 'stale'],
      categories: ['slow', 'connection'],
      since: '2.8.13',
      summary: 'Get array of Redis command details',
      run: (context) => {
        if (context.args.count > 1) throw new ReplyError(unknownSubcommand('command', context.args.text(1)));
        describeAll(context.reply, table().commands);
      },
      subcommands: [
        sub('count', 2, '2.8.13', 'Get total number of Redis commands', ({ reply }) =>
          reply.integer(table().commands.length),
        ),
        sub(
          'info',
          -2,
          '2.8.13',
          'Get array of specific Redis command details, or all when no argument is given.',
          (context) => info(context, table()),
        ),
        sub('docs', -2, '7.0.0', 'Get array of specific Redis command documentation', (context) =>
          docs(context, table()),
        ),
        sub('list', -2, '7.0.0', 'Get an array of Redis command names', (context) => list(context, table())),
        sub('getkeys', -4, '2.8.13', 'Extract keys given a full Redis command', (context) => getKeys(context, table())),
        sub('help', 2, '5.0.0', 'Show helpful text about the different subcommands', ({ reply }) =>
          helpReply(reply, 'COMMAND', commandHelp),
        ),
      ],
    },
  ];
}

function sub(
  name: string,
  arity: number,
  since: string,
  summary: string,
  run: (context: CommandContext) => void,
): CommandRow {
  return { name, arity, flags: ['loading', 'stale'], categories: ['slow', 'connection'], since, summary, run };
}

function info({ args, reply }: CommandContext, table: CommandTable): void {
  if (args.count === 2) {
    describeAll(reply, table.commands);
    return;
  }
  reply.array(args.count - 2);
  for (let i = 2; i < args.count; i++) describe(reply, table.named(args.text(i)));
}

function describeAll(reply: ReplyWriter, commands: readonly Command[]): void {
  reply.array(commands.length);
  for (const command of commands) describe(reply, command);
}

/** Redis's ten fields. Hints and key specifications are left empty: the three numbers say where the keys are. */
function describe(reply: ReplyWriter, command: Command | null): void {
  if (command === null) {
    reply.nullBulk();
    return;
  }
  const { row } = command;
  const flags = row.flags.filter((flag) => !HIDDEN_FLAGS.has(flag));
  reply.array(10);
  reply.bulkLatin1(command.name);
  reply.integer(row.arity);
  reply.set(flags.length);
  for (const flag of flags) reply.simple(flag);
  reply.integer(row.keys?.first ?? 0);
  reply.integer(row.keys?.last ?? 0);
  reply.integer(row.keys?.step ?? 0);
  reply.set(row.categories.length);
  for (const category of row.categories) reply.simple(`@${category}`);
  reply.array(0);
  reply.array(0);
  describeAll(reply, command.subcommands?.commands ?? []);
}

function docs({ args, reply }: CommandContext, table: CommandTable): void {
  const asked = Array.from({ length: args.count - 2 }, (_, i) => table.named(args.text(i + 2)));
  const commands = asked.length === 0 ? table.commands : asked.filter((command) => command !== null);
  reply.map(commands.length);
  for (const command of commands) document(reply, command);
}

function document(reply: ReplyWriter, command: Command): void {
  const { row } = command;
  const subcommands = command.subcommands?.commands ?? [];
  reply.bulkLatin1(command.name);
  reply.map(subcommands.length > 0 ? 4 : 3);
  reply.bulkLatin1('summary');
  reply.bulkText(row.summary ?? '');
  reply.bulkLatin1('since');
  reply.bulkLatin1(row.since);
  reply.bulkLatin1('group');
  reply.bulkLatin1(groupOf(row));
  if (subcommands.length === 0) return;
  reply.bulkLatin1('subcommands');
  reply.map(subcommands.length);
  for (const subcommand of subcommands) document(reply, subcommand);
}

const GROUPS = {
  string: 'string',
  list: 'list',
  hash: 'hash',
  set: 'set',
  sortedset: 'sorted-set',
  bitmap: 'bitmap',
  hyperloglog: 'hyperloglog',
  geo: 'geo',
  stream: 'stream',
  scripting: 'scripting',
  pubsub: 'pubsub',
  transaction: 'transactions',
  connection: 'connection',
  keyspace: 'generic',
} as const;

function groupOf(row: CommandRow): string {
  for (const category of row.categories) if (category in GROUPS) return GROUPS[category as keyof typeof GROUPS];
  return 'server';
}

/** COMMAND LIST [FILTERBY MODULE name | ACLCAT category | PATTERN pattern] */
function list({ args, reply }: CommandContext, table: CommandTable): void {
  let wanted: (command: Command) => boolean = () => true;
  if (args.count === 5 && args.is(2, 'FILTERBY')) {
    const text = args.text(4).toLowerCase();
    if (args.is(3, 'MODULE')) wanted = () => false;
    else if (args.is(3, 'ACLCAT')) wanted = ({ row }) => row.categories.some((category) => category === text);
    else if (args.is(3, 'PATTERN')) wanted = ({ name }) => globMatches(text, name, true);
    else throw new ReplyError(replyErrors.syntax);
  } else if (args.count !== 2) throw new ReplyError(replyErrors.syntax);
  const names = table.commands.flatMap((command) => [command, ...(command.subcommands?.commands ?? [])]).filter(wanted);
  reply.array(names.length);
  for (const { name } of names) reply.bulkLatin1(name);
}

/** COMMAND GETKEYS command argument …: its keys. */
function getKeys({ args, reply }: CommandContext, table: CommandTable): void {
  const request = args.tail(2);
  const command = table.requested(request);
  if (command === null) throw new ReplyError('ERR Invalid command specified');
  if (!hasKeys(command.name)) throw new ReplyError('ERR The command has no key arguments');
  if (!command.takes(request.count)) throw new ReplyError('ERR Invalid number of arguments specified for command');
  const found = keyReferences(command.name, request);
  if (found.length === 0 && !command.has('no_mandatory_keys')) {
    throw new ReplyError('ERR Invalid arguments specified for command');
  }
  reply.array(found.length);
  for (const { index } of found) reply.bulkLatin1(request.text(index));
}

const commandHelp = [
  '(no subcommand)',
  '    Return details about all Redis commands.',
  'COUNT',
  '    Return the total number of commands in this Redis server.',
  'LIST',
  '    Return a list of all commands in this Redis server.',
  'INFO [<command-name> ...]',
  '    Return details about multiple Redis commands.',
  '    If no command names are given, documentation details for all',
  '    commands are returned.',
  'DOCS [<command-name> ...]',
  '    Return documentation details about multiple Redis commands.',
  '    If no command names are given, documentation details for all',
  '    commands are returned.',
  'GETKEYS <full-command>',
  '    Return the keys from a full Redis command.',
  'HELP',
  '    Prints this help.',
];

// ACL: users, what they may do, and what was denied to them.

import type { ReplyWriter } from '../../../resp/reply-writer.ts';
import { answerLater } from '../answer-later.ts';
import type { Args } from '../args.ts';
import { helpReply } from '../help-reply.ts';
import { ReplyError, wrongArity } from '../reply-errors.ts';
import type { CommandContext, CommandFlag, CommandRow } from '../spec.ts';
import { denialOf, denialSentence } from './acl-check.ts';
import { aclCategories } from './acl-commands.ts';
import { AclRuleError } from './acl-rule-error.ts';
import type { AclSelector } from './acl-selector.ts';
import { mergedSelectors, UnmatchedParenthesis } from './acl-user.ts';

const DEFAULT_USER = 'default';
const PASSWORD_BITS = 256;
const PASSWORD_BITS_MAX = 4096;
const LOG_ENTRIES_SHOWN = 10;
const noAclFile =
  'ERR This Redis instance is not configured to use an ACL file. You may want to specify users via the ACL SETUSER command and then issue a CONFIG REWRITE (assuming you have a Redis configuration file set) in order to store users in the Redis configuration.';

function replyTexts({ reply }: CommandContext, texts: readonly string[]): void {
  reply.array(texts.length);
  for (const text of texts) reply.bulkLatin1(text);
}

function setuser({ args, reply, services }: CommandContext): void {
  const name = args.text(2);
  if (/[\s\0]/.test(name)) throw new ReplyError("ERR Usernames can't contain spaces or null characters");
  const rules = Array.from({ length: args.count - 3 }, (_, i) => args.text(i + 3));
  try {
    services.acl.setUser(name, mergedSelectors(rules));
  } catch (error) {
    if (error instanceof UnmatchedParenthesis) throw new ReplyError(`ERR ${error.message}`);
    if (!(error instanceof AclRuleError)) throw error;
    throw new ReplyError(`ERR Error in ACL SETUSER modifier '${error.rule}': ${error.message}`);
  }
  reply.ok();
}

function getuser({ args, reply, services }: CommandContext): void {
  const user = services.acl.find(args.text(2));
  if (user === null) {
    reply.nullBulk();
    return;
  }
  reply.map(6);
  reply.bulkLatin1('flags');
  reply.set(user.flags.length);
  for (const flag of user.flags) reply.bulkLatin1(flag);
  reply.bulkLatin1('passwords');
  reply.array(user.passwords.length);
  for (const hash of user.passwords) reply.bulkLatin1(hash);
  const [root, ...more] = user.selectors;
  replySelector(reply, root!);
  reply.bulkLatin1('selectors');
  reply.array(more.length);
  for (const selector of more) {
    reply.map(3);
    replySelector(reply, selector);
  }
}

function replySelector(reply: ReplyWriter, selector: AclSelector): void {
  reply.bulkLatin1('commands');
  reply.bulkLatin1(selector.commands.describe());
  reply.bulkLatin1('keys');
  reply.bulkLatin1(selector.keyText);
  reply.bulkLatin1('channels');
  reply.bulkLatin1(selector.channelText);
}

function deluser({ args, reply, session, services }: CommandContext): void {
  const names = Array.from({ length: args.count - 2 }, (_, i) => args.text(i + 2));
  if (names.includes(DEFAULT_USER)) throw new ReplyError("ERR The 'default' user cannot be removed");
  reply.integer(names.filter((name) => services.acl.deleteUser(name, session)).length);
}

function cat(context: CommandContext): void {
  const { args, services } = context;
  if (args.count === 2) {
    replyTexts(context, aclCategories);
    return;
  }
  if (args.count > 3) throw tooManyWords(args);
  const found = services.acl.commands.inCategory(args.text(2).toLowerCase());
  if (found === null) throw new ReplyError(`ERR Unknown category '${args.text(2)}'`);
  replyTexts(
    context,
    found.filter(({ isHere }) => isHere).map(({ name }) => name),
  );
}

/** ACL DRYRUN user command [argument …] */
function dryrun({ args, reply, services }: CommandContext): void {
  const user = services.acl.find(args.text(2));
  if (user === null) throw new ReplyError(`ERR User '${args.text(2)}' not found`);
  const inner = args.tail(3);
  const command = services.acl.commandOf(inner);
  if (command === null) throw new ReplyError(`ERR Command '${args.text(3)}' not found`);
  if (!command.takes(inner.count)) throw new ReplyError(wrongArity(command.name));
  const denial = denialOf(user, command, inner);
  if (denial === null) reply.ok();
  else reply.bulkLatin1(denialSentence(denial));
}

/** ACL LOG [count | RESET] */
function log({ args, reply, services }: CommandContext): void {
  if (args.count > 3) throw tooManyWords(args);
  if (args.count === 3 && args.is(2, 'RESET')) {
    services.acl.clearLog();
    reply.ok();
    return;
  }
  const count = args.count === 3 ? Math.max(0, args.integer(2)) : LOG_ENTRIES_SHOWN;
  const entries = services.acl.log.slice(0, count);
  const nowMs = services.ports.clock.nowMs();
  reply.array(entries.length);
  for (const entry of entries) {
    reply.map(7);
    reply.bulkLatin1('count');
    reply.integer(entry.count);
    for (const field of ['reason', 'context', 'object', 'username'] as const) {
      reply.bulkLatin1(field);
      reply.bulkLatin1(entry[field]);
    }
    reply.bulkLatin1('age-seconds');
    reply.double((nowMs - entry.atMs) / 1000);
    reply.bulkLatin1('client-info');
    reply.bulkText(entry.client);
  }
}

function genpass({ args, reply, services }: CommandContext): void {
  if (args.count > 3) throw tooManyWords(args);
  const refusal =
    'ERR ACL GENPASS argument must be the number of bits for the output password, a positive number up to 4096';
  const bits = args.count === 3 ? args.integer(2) : PASSWORD_BITS;
  if (bits <= 0 || bits > PASSWORD_BITS_MAX) throw new ReplyError(refusal);
  const digits = Math.ceil(bits / 4);
  const hex = Buffer.from(services.ports.random.bytes(Math.ceil(digits / 2))).toString('hex');
  reply.bulkLatin1(hex.slice(0, digits));
}

function load(context: CommandContext): void {
  const done = context.services.acl.loadFile(context.session);
  if (done === null) throw new ReplyError(noAclFile);
  answerLater(context, done, (error) => `ERR ${error.message}`);
}

function save(context: CommandContext): void {
  const done = context.services.acl.saveFile();
  if (done === null) throw new ReplyError(noAclFile);
  answerLater(
    context,
    done,
    () => 'ERR There was an error trying to save the ACLs. Please check the server logs for more information',
  );
}

function tooManyWords(args: Args): ReplyError {
  return new ReplyError(`ERR unknown subcommand or wrong number of arguments for '${args.text(1)}'. Try ACL HELP.`);
}

const aclHelp = [
  'CAT [<category>]',
  '    List all commands that belong to <category>, or all command categories',
  '    when no category is specified.',
  'DELUSER <username> [<username> ...]',
  '    Delete a list of users.',
  'DRYRUN <username> <command> [<arg> ...]',
  '    Returns whether the user can execute the given command without executing the command.',
  'GETUSER <username>',
  "    Get the user's details.",
  'GENPASS [<bits>]',
  '    Generate a secure 256-bit user password. The optional `bits` argument can',
  '    be used to specify a different size.',
  'LIST',
  '    Show users details in config file format.',
  'LOAD',
  '    Reload users from the ACL file.',
  'LOG [<count> | RESET]',
  '    Show the ACL log entries.',
  'SAVE',
  '    Save the current config to the ACL file.',
  'SETUSER <username> <attribute> [<attribute> ...]',
  '    Create or modify a user with the specified attributes.',
  'USERS',
  '    List all the registered usernames.',
  'WHOAMI',
  '    Return the current connection username.',
  'HELP',
  '    Prints this help.',
];

const openFlags: readonly CommandFlag[] = ['noscript', 'loading', 'stale'];
const adminFlags: readonly CommandFlag[] = ['admin', 'noscript', 'loading', 'stale'];

/** Whom it may concern: anybody, or those who keep the users. */
function row(who: 'all' | 'admin', name: string, arity: number, since: string, run: NonNullable<CommandRow['run']>) {
  return {
    name,
    arity,
    flags: who === 'admin' ? adminFlags : name === 'help' ? openFlags.slice(1) : openFlags,
    categories: who === 'admin' ? (['admin', 'slow', 'dangerous'] as const) : (['slow'] as const),
    since,
    run,
  } satisfies CommandRow;
}

export const aclCommands: readonly CommandRow[] = [
  {
    name: 'acl',
    arity: -2,
    flags: [],
    categories: ['slow'],
    since: '6.0.0',
    summary: 'A container for Access List Control commands',
    subcommands: [
      row('all', 'cat', -2, '6.0.0', cat),
      row('admin', 'deluser', -3, '6.0.0', deluser),
      row('admin', 'dryrun', -4, '7.0.0', dryrun),
      row('all', 'genpass', -2, '6.0.0', genpass),
      row('admin', 'getuser', 3, '6.0.0', getuser),
      row('admin', 'list', 2, '6.0.0', (context) =>
        replyTexts(
          context,
          context.services.acl.users.map((user) => user.describe()),
        ),
      ),
      row('admin', 'load', 2, '6.0.0', load),
      row('admin', 'log', -2, '6.0.0', log),
      row('admin', 'save', 2, '6.0.0', save),
      row('admin', 'setuser', -3, '6.0.0', setuser),
      row('admin', 'users', 2, '6.0.0', (context) =>
        replyTexts(
          context,
          context.services.acl.users.map(({ name }) => name),
        ),
      ),
      row('all', 'whoami', 2, '6.0.0', ({ reply, session }) => reply.bulkLatin1(session.user)),
      row('all', 'help', 2, '6.0.0', ({ reply }) => helpReply(reply, 'ACL', aclHelp)),
    ],
  },
];

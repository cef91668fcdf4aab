// CLIENT: who is connected, and what one connection wants to be treated like.

import { helpReply } from '../help-reply.ts';
import { ReplyError, replyErrors, wrongArity } from '../reply-errors.ts';
import type { ClientType, Session } from '../services.ts';
import type { CommandContext, CommandFlag, CommandRow } from '../spec.ts';
import { isClientName } from './connection.ts';

function clientSetname({ args, reply, session }: CommandContext): void {
  const name = args.text(2);
  if (!isClientName(name)) {
    throw new ReplyError('ERR Client names cannot contain spaces, newlines or special characters.');
  }
  session.name = name;
  reply.ok();
}

function clientGetname({ reply, session }: CommandContext): void {
  if (session.name === '') reply.nullBulk();
  else reply.bulkLatin1(session.name);
}

function clientInfo({ reply, session, services }: CommandContext): void {
  reply.verbatim(`${services.clients.describe(session)}\n`);
}

/** CLIENT LIST [TYPE type] [ID id …] */
function clientList({ args, reply, services }: CommandContext): void {
  let wanted: (session: Session) => boolean = () => true;
  if (args.count === 4 && args.is(2, 'TYPE')) {
    const type = clientType(args.text(3));
    wanted = (session) => services.clients.typeOf(session) === type;
  } else if (args.count > 3 && args.is(2, 'ID')) {
    const ids = new Set<number>();
    for (let i = 3; i < args.count; i++) ids.add(args.integer(i, 'ERR Invalid client ID'));
    wanted = (session) => ids.has(session.id);
  } else if (args.count !== 2) throw new ReplyError(replyErrors.syntax);
  let text = '';
  for (const session of services.clients.sessions)
    if (wanted(session)) text += `${services.clients.describe(session)}\n`;
  reply.verbatim(text);
}

/** @throws ReplyError for a word that is no type. */
function clientType(word: string): ClientType {
  const type = word.toLowerCase();
  if (type === 'slave') return 'replica';
  if (type === 'normal' || type === 'master' || type === 'replica' || type === 'pubsub') return type;
  throw new ReplyError(`ERR Unknown client type '${word}'`);
}

/** CLIENT KILL in its old form, `ip:port`, and its new one, filters that must all hold. */
function clientKill(context: CommandContext): void {
  const { args, reply, session, services } = context;
  if (args.count === 3) {
    const victims = [...services.clients.sessions].filter((other) => other.remoteAddress === args.text(2));
    if (victims.length === 0) throw new ReplyError('ERR No such client');
    for (const victim of victims.slice(0, 1)) services.clients.kill(victim, session);
    reply.ok();
    return;
  }
  const { tests, skipMe } = killFilters(context);
  const victims = [...services.clients.sessions].filter(
    (other) => !(skipMe && other === session) && tests.every((test) => test(other)),
  );
  for (const victim of victims) services.clients.kill(victim, session);
  reply.integer(victims.length);
}

interface KillFilters {
  readonly tests: readonly ((session: Session) => boolean)[];
  readonly skipMe: boolean;
}

/** @throws ReplyError in Redis's order: the first wrong word is told. */
function killFilters({ args, services }: CommandContext): KillFilters {
  const tests: ((session: Session) => boolean)[] = [];
  let skipMe = true;
  for (let i = 2; i < args.count; i += 2) {
    if (i + 1 >= args.count) throw new ReplyError(replyErrors.syntax);
    const text = args.text(i + 1);
    if (args.is(i, 'ID')) {
      const id = args.integer(i + 1, 'ERR client-id should be greater than 0');
      if (id < 1) throw new ReplyError('ERR client-id should be greater than 0');
      tests.push((session) => session.id === id);
    } else if (args.is(i, 'TYPE')) {
      const type = clientType(text);
      tests.push((session) => services.clients.typeOf(session) === type);
    } else if (args.is(i, 'ADDR')) tests.push((session) => session.remoteAddress === text);
    else if (args.is(i, 'LADDR')) tests.push((session) => session.localAddress === text);
    else if (args.is(i, 'USER')) {
      if (services.acl.find(text) === null) throw new ReplyError(`ERR No such user '${text}'`);
      tests.push((session) => session.kind !== 'master' && session.authenticated && session.user === text);
    } else if (args.is(i, 'SKIPME') && (args.is(i + 1, 'YES') || args.is(i + 1, 'NO'))) skipMe = args.is(i + 1, 'YES');
    else throw new ReplyError(replyErrors.syntax);
  }
  return { tests, skipMe };
}

function clientReply({ args, reply, session }: CommandContext): void {
  if (args.is(2, 'ON')) {
    session.replyMode = 'on';
    reply.ok();
  } else if (args.is(2, 'OFF')) session.replyMode = 'off';
  else if (args.is(2, 'SKIP')) {
    if (session.replyMode !== 'off') session.replyMode = 'skip-next';
  } else throw new ReplyError(replyErrors.syntax);
}

function clientNoEvict({ args, reply, session }: CommandContext): void {
  if (!args.is(2, 'ON') && !args.is(2, 'OFF')) throw new ReplyError(replyErrors.syntax);
  session.noEvict = args.is(2, 'ON');
  reply.ok();
}

/** CLIENT PAUSE timeout [WRITE|ALL] */
function clientPause({ args, reply, services }: CommandContext): void {
  if (args.count > 4) throw new ReplyError(replyErrors.syntax);
  if (args.count === 4 && !args.is(3, 'WRITE') && !args.is(3, 'ALL')) {
    throw new ReplyError('ERR CLIENT PAUSE mode must be WRITE or ALL');
  }
  const durationMs = args.integer(2, 'ERR timeout is not an integer or out of range');
  if (durationMs < 0) throw new ReplyError('ERR timeout is negative');
  services.clients.pause(durationMs, args.count === 4 && args.is(3, 'WRITE') ? 'write' : 'all');
  reply.ok();
}

function clientUnpause({ reply, services }: CommandContext): void {
  services.clients.unpause();
  reply.ok();
}

/** CLIENT UNBLOCK id [TIMEOUT|ERROR] */
function clientUnblock({ args, reply, services }: CommandContext): void {
  if (args.count > 4) throw new ReplyError(wrongArity('client|unblock'));
  if (args.count === 4 && !args.is(3, 'TIMEOUT') && !args.is(3, 'ERROR')) {
    throw new ReplyError('ERR CLIENT UNBLOCK reason should be TIMEOUT or ERROR');
  }
  const id = args.integer(2);
  const session = [...services.clients.sessions].find((other) => other.id === id);
  const how = args.count === 4 && args.is(3, 'ERROR') ? 'error' : 'timeout';
  reply.integer(session !== undefined && services.clients.interrupt(session, how) ? 1 : 0);
}

/** There is no tracking, so it is off. */
function clientTrackinginfo({ reply }: CommandContext): void {
  reply.map(3);
  reply.bulkLatin1('flags');
  reply.set(1);
  reply.bulkLatin1('off');
  reply.bulkLatin1('redirect');
  reply.integer(-1);
  reply.bulkLatin1('prefixes');
  reply.array(0);
}

const clientHelp = [
  'GETREDIR',
  '    Return the client ID we are redirecting to when tracking is enabled.',
  'GETNAME',
  '    Return the name of the current connection.',
  'ID',
  '    Return the ID of the current connection.',
  'INFO',
  '    Return information about the current client connection.',
  'KILL <ip:port>',
  '    Kill connection made from <ip:port>.',
  'KILL <option> <value> [<option> <value> [...]]',
  '    Kill connections. Options are:',
  '    * ADDR (<ip:port>|<unixsocket>:0)',
  '      Kill connections made from the specified address',
  '    * LADDR (<ip:port>|<unixsocket>:0)',
  '      Kill connections made to specified local address',
  '    * TYPE (NORMAL|MASTER|REPLICA|PUBSUB)',
  '      Kill connections by type.',
  '    * USER <username>',
  '      Kill connections authenticated by <username>.',
  '    * SKIPME (YES|NO)',
  '      Skip killing current connection (default: yes).',
  'LIST [options ...]',
  '    Return information about client connections. Options:',
  '    * TYPE (NORMAL|MASTER|REPLICA|PUBSUB)',
  '      Return clients of specified type.',
  'UNPAUSE',
  '    Stop the current client pause, resuming traffic.',
  'UNBLOCK <clientid> [TIMEOUT|ERROR]',
  '    Unblock the specified blocked client.',
  'PAUSE <timeout> [WRITE|ALL]',
  '    Suspend all, or just write, clients for <timeout> milliseconds.',
  'REPLY (ON|OFF|SKIP)',
  '    Control the replies sent to the current connection.',
  'SETNAME <name>',
  '    Assign the name <name> to the current connection.',
  'TRACKINGINFO',
  '    Report tracking status for the current connection.',
  'NO-EVICT (ON|OFF)',
  '    Protect current client connection from eviction.',
  'HELP',
  '    Prints this help.',
];

const ownFlags: readonly CommandFlag[] = ['noscript', 'loading', 'stale'];
const adminFlags: readonly CommandFlag[] = ['admin', 'noscript', 'loading', 'stale'];

/** A subcommand about the caller's own connection. */
function own(
  name: string,
  arity: number,
  since: string,
  summary: string,
  run: (context: CommandContext) => void,
): CommandRow {
  return { name, arity, flags: ownFlags, categories: ['slow', 'connection'], since, summary, run };
}

/** A subcommand about other connections too. */
function admin(
  name: string,
  arity: number,
  since: string,
  summary: string,
  run: (context: CommandContext) => void,
): CommandRow {
  return {
    name,
    arity,
    flags: adminFlags,
    categories: ['admin', 'slow', 'dangerous', 'connection'],
    since,
    summary,
    run,
  };
}

export const clientCommands: readonly CommandRow[] = [
  {
    name: 'client',
    arity: -2,
    flags: [],
    categories: ['slow'],
    since: '2.4.0',
    summary: 'A container for client connection commands',
    subcommands: [
      own('id', 2, '5.0.0', 'Returns the client ID for the current connection', ({ reply, session }) =>
        reply.integer(session.id),
      ),
      own('info', 2, '6.2.0', 'Returns information about the current client connection.', clientInfo),
      own('setname', 3, '2.6.9', 'Set the current connection name', clientSetname),
      own('getname', 2, '2.6.9', 'Get the current connection name', clientGetname),
      own('reply', 3, '3.2.0', 'Instruct the server whether to reply to commands', clientReply),
      own('getredir', 2, '6.0.0', 'Get tracking notifications redirection client ID if any', ({ reply }) =>
        reply.integer(-1),
      ),
      own(
        'trackinginfo',
        2,
        '6.2.0',
        'Return information about server assisted client side caching for the current connection',
        clientTrackinginfo,
      ),
      admin('list', -2, '2.4.0', 'Get the list of client connections', clientList),
      admin('kill', -3, '2.4.0', 'Kill the connection of a client', clientKill),
      admin('pause', -3, '2.9.50', 'Stop processing commands from clients for some time', clientPause),
      admin('unpause', 2, '6.2.0', 'Resume processing of clients that were paused', clientUnpause),
      admin(
        'unblock',
        -3,
        '5.0.0',
        'Unblock a client blocked in a blocking command from a different connection',
        clientUnblock,
      ),
      admin('no-evict', 3, '7.0.0', 'Set client eviction mode for the current connection', clientNoEvict),
      {
        name: 'help',
        arity: 2,
        flags: ['loading', 'stale'],
        categories: ['slow', 'connection'],
        since: '5.0.0',
        summary: 'Show helpful text about the different subcommands',
        run: ({ reply }) => helpReply(reply, 'CLIENT', clientHelp),
      },
    ],
  },
];

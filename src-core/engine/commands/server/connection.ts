// Commands about the connection itself: PING, ECHO, AUTH, HELLO, SELECT, QUIT, RESET.
import { ReplyError, replyErrors } from '../reply-errors.ts';
import type { CommandContext, CommandRow } from '../spec.ts';
import { forgetTransaction } from '../transaction-state.ts';

const DEFAULT_USER = 'default';

const wrongPassword = 'WRONGPASS invalid username-password pair or user is disabled.';
const noPasswordSet =
  'ERR AUTH <password> called without any password configured for the default user. Are you sure your configuration is correct?';
const helloNeedsAuth =
  'NOAUTH HELLO must be called with the client already authenticated, otherwise the HELLO AUTH <user> <pass> option can be used to authenticate the client and select the RESP protocol version at the same time';
const badClientName = 'ERR Client names cannot contain spaces, newlines or special characters.';

function ping({ args, reply, session }: CommandContext): void {
  if (args.count > 2) throw new ReplyError("ERR wrong number of arguments for 'ping' command");
  if (session.subscriptions > 0 && session.protocol === 2) {
    reply.array(2);
    reply.bulkLatin1('pong');
    if (args.count === 2) reply.bulkRange(args.buffer, args.view, args.start(1), args.end(1));
    else reply.bulkLatin1('');
  } else if (args.count === 2) reply.bulkRange(args.buffer, args.view, args.start(1), args.end(1));
  else reply.simple('PONG');
}

function echo({ args, reply }: CommandContext): void {
  reply.bulkRange(args.buffer, args.view, args.start(1), args.end(1));
}

function auth(context: CommandContext): void {
  const { args, reply, services } = context;
  if (args.count > 3) throw new ReplyError(replyErrors.syntax);
  const named = args.count === 3;
  if (!named && services.acl.isOpen) throw new ReplyError(noPasswordSet);
  logIn(context, named ? args.text(1) : DEFAULT_USER, args.text(named ? 2 : 1));
  reply.ok();
}

/** @throws ReplyError when they do not fit. */
function logIn({ args, services, session }: CommandContext, user: string, password: string): void {
  if (!services.acl.logIn(session, user, password, args.text(0))) throw new ReplyError(wrongPassword);
}

/** HELLO [version [AUTH user password] [SETNAME name]]: all of it is checked before any of it is done. */
function hello(context: CommandContext): void {
  const { args, reply, session } = context;
  const asked = args.count > 1 ? args.integer(1, 'ERR Protocol version is not an integer or out of range') : null;
  if (asked !== null && asked !== 2 && asked !== 3) throw new ReplyError('NOPROTO unsupported protocol version');
  let name: string | null = null;
  for (let at = 2; at < args.count; at++) {
    const left = args.count - 1 - at;
    if (args.is(at, 'AUTH') && left >= 2) {
      logIn(context, args.text(at + 1), args.text(at + 2));
      at += 2;
    } else if (args.is(at, 'SETNAME') && left >= 1) {
      name = args.text(at + 1);
      if (!isClientName(name)) throw new ReplyError(badClientName);
      at++;
    } else throw new ReplyError(`ERR Syntax error in HELLO option '${args.text(at)}'`);
  }
  if (!session.authenticated) throw new ReplyError(helloNeedsAuth);
  if (name !== null) session.name = name;
  if (asked !== null) {
    session.protocol = asked;
    reply.protocol = asked;
  }
  introduce(context);
}

function introduce({ reply, session, services }: CommandContext): void {
  reply.map(7);
  reply.bulkLatin1('server');
  reply.bulkLatin1('redis');
  reply.bulkLatin1('version');
  reply.bulkLatin1(services.server.redisVersion);
  reply.bulkLatin1('proto');
  reply.integer(session.protocol);
  reply.bulkLatin1('id');
  reply.integer(session.id);
  reply.bulkLatin1('mode');
  reply.bulkLatin1('standalone');
  reply.bulkLatin1('role');
  reply.bulkLatin1(services.server.role);
  reply.bulkLatin1('modules');
  reply.array(0);
}

/** Printable ASCII without spaces, or nothing. */
export function isClientName(name: string): boolean {
  return /^[!-~]*$/.test(name);
}

const INT_MAX = 2147483647;

function select({ args, reply, session, keyspace }: CommandContext): void {
  const index = args.integer(1);
  if (index > INT_MAX || index < -INT_MAX - 1) {
    throw new ReplyError(`ERR value is out of range, value must between ${-INT_MAX - 1} and ${INT_MAX}`);
  }
  if (index < 0 || index >= keyspace.databases.length) throw new ReplyError(replyErrors.databaseIndexOutOfRange);
  session.databaseIndex = index;
  reply.ok();
}

function quit({ reply, session }: CommandContext): void {
  reply.ok();
  session.closeAfterReply = true;
}

/** Back to what the connection was when it was accepted. */
function reset({ reply, session, services }: CommandContext): void {
  if (session.isReplica || session.kind === 'master') {
    throw new ReplyError('ERR can only reset normal client connections');
  }
  forgetTransaction(session);
  services.pubsub.forget(session);
  services.observation.forget(session);
  session.databaseIndex = 0;
  session.protocol = 2;
  reply.protocol = 2;
  services.acl.enter(session);
  session.name = '';
  session.noEvict = false;
  session.replyMode = 'on';
  reply.simple('RESET');
}

export const connectionCommands: readonly CommandRow[] = [
  {
    name: 'ping',
    arity: -1,
    flags: ['fast'],
    categories: ['fast', 'connection'],
    since: '1.0.0',
    summary: 'Ping the server',
    run: ping,
  },
  {
    name: 'echo',
    arity: 2,
    flags: ['loading', 'stale', 'fast'],
    categories: ['fast', 'connection'],
    since: '1.0.0',
    summary: 'Echo the given string',
    run: echo,
  },
  {
    name: 'auth',
    arity: -2,
    flags: ['noscript', 'loading', 'stale', 'fast', 'no_auth', 'allow_busy'],
    categories: ['fast', 'connection'],
    since: '1.0.0',
    summary: 'Authenticate to the server',
    run: auth,
  },
  {
    name: 'hello',
    arity: -1,
    flags: ['noscript', 'loading', 'stale', 'fast', 'no_auth', 'allow_busy'],
    categories: ['fast', 'connection'],
    since: '6.0.0',
    summary: 'Handshake with Redis',
    run: hello,
  },
  {
    name: 'select',
    arity: 2,
    flags: ['loading', 'stale', 'fast'],
    categories: ['fast', 'connection'],
    since: '1.0.0',
    summary: 'Change the selected database for the current connection',
    run: select,
  },
  {
    name: 'quit',
    arity: -1,
    flags: ['noscript', 'loading', 'stale', 'fast', 'no_auth', 'allow_busy'],
    categories: ['fast', 'connection'],
    since: '1.0.0',
    summary: 'Close the connection',
    run: quit,
  },
  {
    name: 'reset',
    arity: 1,
    flags: ['noscript', 'loading', 'stale', 'fast', 'no_auth', 'allow_busy'],
    categories: ['fast', 'connection'],
    since: '6.2.0',
    summary: 'Reset the connection',
    run: reset,
  },
];

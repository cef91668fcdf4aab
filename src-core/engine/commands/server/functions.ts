// Libraries of functions are kept, listed and passed on; scripts are not run here, and that is what EVAL and FCALL answer.
import { globMatches } from '../../../base/glob.ts';
import type { ReplyWriter } from '../../../resp/reply-writer.ts';
import { type FunctionLibrary, FunctionLibraryError, readLibrary } from '../../data/function-library.ts';
import { isPayloadIntact } from '../../persistence/rdb/dump.ts';
import { RdbError } from '../../persistence/rdb/format.ts';
import { dumpLibraries, readLibraryPayload } from '../../persistence/rdb/library-payload.ts';
import { helpReply } from '../help-reply.ts';
import { ReplyError, wrongSubcommand } from '../reply-errors.ts';
import type { CommandContext, CommandRow } from '../spec.ts';

const runsNoScripts =
  'ERR This engine runs no scripts. Run it on a Redis or Valkey server: what it changes there comes here by replication.';
const nothingRuns = 'NOTBUSY No scripts in execution right now.';

/** EVAL, EVALSHA, FCALL and their read-only kin. */
function refuseToRun(): never {
  throw new ReplyError(runsNoScripts);
}

/** The library that a source makes. @throws ReplyError */
function parsed(source: Buffer): FunctionLibrary {
  return refused(() => readLibrary(source));
}

/** Runs what may find that something is no library. @throws ReplyError */
function refused<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (error instanceof FunctionLibraryError || error instanceof RdbError)
      throw new ReplyError(`ERR ${error.message}`);
    throw error;
  }
}

/** FUNCTION LOAD [REPLACE] source */
function load(context: CommandContext): void {
  const { args, keyspace, reply } = context;
  const last = args.count - 1;
  const replaces = last > 2 && args.is(2, 'REPLACE');
  if (last > (replaces ? 3 : 2)) throw new ReplyError(`ERR Unknown option given: ${args.text(replaces ? 3 : 2)}`);
  const library = parsed(args.copy(last));
  if (!replaces && keyspace.libraries.has(library.name)) throw alreadyThere(library);
  keyspace.libraries.set(library.name, library);
  context.changed();
  reply.bulkLatin1(library.name);
}

function alreadyThere({ name }: FunctionLibrary): ReplyError {
  return new ReplyError(`ERR Library '${name}' already exists`);
}

/** FUNCTION DELETE name */
function remove(context: CommandContext): void {
  const { args, keyspace, reply } = context;
  if (!keyspace.libraries.delete(args.text(2))) throw new ReplyError('ERR Library not found');
  context.changed();
  reply.ok();
}

/** FUNCTION FLUSH [ASYNC | SYNC] */
function flush(context: CommandContext): void {
  const { args, keyspace, reply } = context;
  if (args.count > 3) throw new ReplyError(wrongSubcommand('function', args.text(1)));
  if (args.count === 3 && !args.is(2, 'ASYNC') && !args.is(2, 'SYNC')) {
    throw new ReplyError('ERR FUNCTION FLUSH only supports SYNC|ASYNC option');
  }
  keyspace.libraries.clear();
  context.changed();
  reply.ok();
}

function dump({ keyspace, reply, services }: CommandContext): void {
  reply.bulk(dumpLibraries(keyspace.libraries.values(), services.config.flag('rdbcompression')));
}

/** FUNCTION RESTORE payload [FLUSH | APPEND | REPLACE] */
function restore(context: CommandContext): void {
  const { args, keyspace, reply } = context;
  if (args.count > 4) throw new ReplyError(wrongSubcommand('function', args.text(1)));
  const policy = ['APPEND', 'FLUSH', 'REPLACE'].find((word) => args.count === 3 || args.is(3, word));
  if (policy === undefined) {
    throw new ReplyError('ERR Wrong restore policy given, value should be either FLUSH, APPEND or REPLACE.');
  }
  const payload = args.copy(2);
  if (!isPayloadIntact(payload)) throw new ReplyError('ERR DUMP payload version or checksum are wrong');
  const restored = refused(() => readLibraryPayload(payload));
  const there = policy === 'FLUSH' ? new Map<string, FunctionLibrary>() : new Map(keyspace.libraries);
  for (const library of restored) {
    if (policy === 'APPEND' && there.has(library.name)) throw alreadyThere(library);
    there.set(library.name, library);
  }
  keyspace.libraries = there;
  context.changed();
  reply.ok();
}

/** FUNCTION LIST [LIBRARYNAME pattern] [WITHCODE] */
function list({ args, keyspace, reply }: CommandContext): void {
  let pattern: string | null = null;
  let withCode = false;
  for (let i = 2; i < args.count; i++) {
    if (!withCode && args.is(i, 'WITHCODE')) withCode = true;
    else if (pattern === null && args.is(i, 'LIBRARYNAME')) {
      if (i + 1 === args.count) throw new ReplyError('ERR library name argument was not given');
      pattern = args.text(++i);
    } else throw new ReplyError(`ERR Unknown argument ${args.text(i)}`);
  }
  const libraries = [...keyspace.libraries.values()].filter(
    ({ name }) => pattern === null || globMatches(pattern, name, true),
  );
  reply.array(libraries.length);
  for (const library of libraries) replyLibrary(reply, library, withCode);
}

function replyLibrary(reply: ReplyWriter, { name, source, functions }: FunctionLibrary, withCode: boolean): void {
  reply.map(withCode ? 4 : 3);
  reply.bulkLatin1('library_name');
  reply.bulkLatin1(name);
  reply.bulkLatin1('engine');
  reply.bulkLatin1('LUA');
  reply.bulkLatin1('functions');
  reply.array(functions.length);
  for (const one of functions) {
    reply.map(3);
    reply.bulkLatin1('name');
    reply.bulkLatin1(one.name);
    reply.bulkLatin1('description');
    if (one.description === null) reply.nullBulk();
    else reply.bulkLatin1(one.description);
    reply.bulkLatin1('flags');
    reply.set(one.flags.length);
    for (const flag of one.flags) reply.simple(flag);
  }
  if (!withCode) return;
  reply.bulkLatin1('library_code');
  reply.bulk(source);
}

function stats({ keyspace, reply }: CommandContext): void {
  const libraries = [...keyspace.libraries.values()];
  reply.map(2);
  reply.bulkLatin1('running_script');
  reply.nullBulk();
  reply.bulkLatin1('engines');
  reply.map(1);
  reply.bulkLatin1('LUA');
  reply.map(2);
  reply.bulkLatin1('libraries_count');
  reply.integer(libraries.length);
  reply.bulkLatin1('functions_count');
  reply.integer(libraries.reduce((sum, { functions }) => sum + functions.length, 0));
}

/** FUNCTION KILL and SCRIPT KILL. */
function kill(): never {
  throw new ReplyError(nothingRuns);
}

/** SCRIPT LOAD. Redis before 7 tells its replicas of it, and they need not know. */
function loadScript({ reply, session }: CommandContext): void {
  if (session.kind !== 'master') refuseToRun();
  reply.ok();
}

/** SCRIPT EXISTS sha …: none is here. */
function scriptExists({ args, reply }: CommandContext): void {
  reply.array(args.count - 2);
  for (let i = 2; i < args.count; i++) reply.integer(0);
}

function scriptFlush({ args, reply }: CommandContext): void {
  if (args.count > 3 || (args.count === 3 && !args.is(2, 'ASYNC') && !args.is(2, 'SYNC'))) {
    throw new ReplyError('ERR SCRIPT FLUSH only support SYNC|ASYNC option');
  }
  reply.ok();
}

function functionHelp({ reply }: CommandContext): void {
  helpReply(reply, 'FUNCTION', [
    'LOAD [REPLACE] <FUNCTION CODE>',
    '    Create a new library with the given library name and code.',
    'DELETE <LIBRARY NAME>',
    '    Delete the given library.',
    'LIST [LIBRARYNAME PATTERN] [WITHCODE]',
    '    Return the libraries, with the functions that their code names.',
    'STATS',
    '    Return how many libraries and functions there are. None is ever run here.',
    'FLUSH [ASYNC|SYNC]',
    '    Delete all the libraries.',
    'DUMP',
    '    Return a serialized payload representing the current libraries, can be restored using FUNCTION RESTORE command',
    'RESTORE <PAYLOAD> [FLUSH|APPEND|REPLACE]',
    '    Restore the libraries represented by the given payload.',
    'HELP',
    '    Prints this help.',
  ]);
}

const script = {
  arity: -3,
  flags: ['noscript', 'stale', 'skip_monitor', 'may_replicate', 'no_mandatory_keys', 'movablekeys'],
  categories: ['slow', 'scripting'],
  run: refuseToRun,
} as const;
const readOnlyScript = {
  ...script,
  flags: ['readonly', 'noscript', 'stale', 'skip_monitor', 'no_mandatory_keys', 'movablekeys'],
} as const;
const administration = { flags: ['noscript'], categories: ['slow', 'scripting'], since: '7.0.0' } as const;
const change = {
  ...administration,
  flags: ['write', 'noscript'],
  categories: ['write', 'slow', 'scripting'],
} as const;
const growth = { ...change, flags: ['write', 'denyoom', 'noscript'] } as const;
const help = { arity: 2, flags: ['loading', 'stale'], categories: ['slow', 'scripting'] } as const;

const functionSubcommands: readonly CommandRow[] = [
  { ...growth, name: 'load', arity: -3, run: load },
  { ...change, name: 'delete', arity: 3, run: remove },
  { ...change, name: 'flush', arity: -2, run: flush },
  { ...administration, name: 'dump', arity: 2, run: dump },
  { ...growth, name: 'restore', arity: -3, run: restore },
  { ...administration, name: 'list', arity: -2, run: list },
  { ...administration, name: 'stats', arity: 2, flags: ['noscript', 'allow_busy'], run: stats },
  { ...administration, name: 'kill', arity: 2, flags: ['noscript', 'allow_busy'], run: kill },
  { ...help, name: 'help', since: '7.0.0', run: functionHelp },
];

const scriptSubcommands: readonly CommandRow[] = [
  { ...administration, name: 'load', arity: 3, flags: ['noscript', 'stale'], since: '2.6.0', run: loadScript },
  { ...administration, name: 'exists', arity: -3, since: '2.6.0', run: scriptExists },
  { ...administration, name: 'flush', arity: -2, since: '2.6.0', run: scriptFlush },
  { ...administration, name: 'kill', arity: 2, flags: ['noscript', 'allow_busy'], since: '2.6.0', run: kill },
];

export const functionCommands: readonly CommandRow[] = [
  {
    name: 'function',
    arity: -2,
    flags: [],
    categories: ['slow'],
    since: '7.0.0',
    summary: 'A container for function commands',
    subcommands: functionSubcommands,
  },
  {
    name: 'script',
    arity: -2,
    flags: [],
    categories: ['slow'],
    since: '2.6.0',
    summary: 'A container for Lua scripts management commands',
    subcommands: scriptSubcommands,
  },
  { ...script, name: 'eval', since: '2.6.0', summary: 'Execute a Lua script server side' },
  { ...script, name: 'evalsha', since: '2.6.0', summary: 'Execute a Lua script server side' },
  { ...readOnlyScript, name: 'eval_ro', since: '7.0.0', summary: 'Execute a read-only Lua script server side' },
  { ...readOnlyScript, name: 'evalsha_ro', since: '7.0.0', summary: 'Execute a read-only Lua script server side' },
  { ...script, name: 'fcall', since: '7.0.0', summary: 'Invoke a function' },
  { ...readOnlyScript, name: 'fcall_ro', since: '7.0.0', summary: 'Invoke a read-only function' },
];

// DEBUG: what tests and people with a question use. Behind `enable-debug-command`.

import { encodeRequest } from '../../../resp/request-decoder.ts';
import { NO_REF } from '../../keyspace/database.ts';
import { encoding, valueType } from '../../keyspace/record.ts';
import { SingleKey } from '../../keyspace/single-key.ts';
import { dumpValue } from '../../persistence/rdb/dump.ts';
import { answerLater } from '../answer-later.ts';
import { listKind, viewCollection } from '../collections/collection-keys.ts';
import { helpReply } from '../help-reply.ts';
import { datasetDigest, valueDigest } from '../keys/digest.ts';
import { encodingName } from '../keys/stored-values.ts';
import { ReplyError, replyErrors, wrongSubcommand } from '../reply-errors.ts';
import type { CommandContext, CommandRow } from '../spec.ts';

const notAllowed =
  'ERR DEBUG command not allowed. If the enable-debug-command option is set to "local", you can run it from a local connection, otherwise you need to set this option in the configuration file, and then restart the server.';

const debugHelp = [
  'CHANGE-REPL-ID',
  '    Change the replication IDs of the instance.',
  '    Dangerous: should be used only for testing the replication subsystem.',
  'DIGEST',
  '    Output a hex signature representing the current DB content.',
  'DIGEST-VALUE <key> [<key> ...]',
  '    Output a hex signature of the values of all the specified keys.',
  'REPLICATE <string>',
  '    Replicates the provided string to replicas, allowing data divergence.',
  'OBJECT <key>',
  '    Show low level info about `key` and associated value.',
  'POPULATE <count> [<prefix>] [<size>]',
  '    Create <count> string keys named key:<num>. If <prefix> is specified then',
  "    it is used instead of the 'key' prefix. These are not propagated to",
  '    replicas.',
  'RELOAD [option ...]',
  '    Save the RDB on disk and reload it back to memory. Valid <option> values:',
  '    * MERGE: conflicting keys will be loaded from RDB.',
  '    * NOFLUSH: the existing database will not be removed before load, but',
  '      conflicting keys will generate an error.',
  '    * NOSAVE: the database will be loaded from an existing RDB file.',
  'SET-ACTIVE-EXPIRE <0|1>',
  '    Setting it to 0 disables expiring keys in background when they are not',
  '    accessed (otherwise the Redis behavior). Setting it to 1 reenables back the',
  '    default.',
  'SLEEP <seconds>',
  '    Stop the server for <seconds>. Decimals allowed.',
  'HELP',
  '    Prints this help.',
];

interface DebugSubcommand {
  /** How many words there may be, DEBUG and its own name included. */
  readonly words: readonly [least: number, most: number];
  readonly run: (context: CommandContext) => void;
}

const anyNumber = Number.POSITIVE_INFINITY;

const subcommands: Readonly<Record<string, DebugSubcommand>> = {
  'change-repl-id': { words: [2, 2], run: changeReplicationId },
  digest: { words: [2, 2], run: ({ keyspace, reply }) => reply.simple(datasetDigest(keyspace)) },
  'digest-value': { words: [2, anyNumber], run: digestValues },
  help: { words: [2, 2], run: ({ reply }) => helpReply(reply, 'DEBUG', debugHelp) },
  object: { words: [3, 4], run: describeObject },
  populate: { words: [3, 5], run: populate },
  reload: { words: [2, anyNumber], run: reload },
  replicate: { words: [3, anyNumber], run: replicate },
  'set-active-expire': { words: [3, 3], run: setActiveExpire },
  sleep: { words: [3, 3], run: sleep },
};

function debug(context: CommandContext): void {
  const { args, session, services } = context;
  if (!services.server.debugAllowed(session)) throw new ReplyError(notAllowed);
  const subcommand = subcommands[args.text(1).toLowerCase()];
  if (subcommand === undefined || args.count < subcommand.words[0] || args.count > subcommand.words[1]) {
    throw new ReplyError(wrongSubcommand('debug', args.text(1)));
  }
  subcommand.run(context);
}

/** Keys past their time count too, as long as they are not deleted. */
function digestValues({ args, db, keyspace, reply }: CommandContext): void {
  const { expiryMode } = keyspace;
  keyspace.expiryMode = 'ignore';
  reply.array(args.count - 2);
  for (let i = 2; i < args.count; i++) reply.simple(valueDigest(db, db.peek(args, i)));
  keyspace.expiryMode = expiryMode;
}

/** Replicas keep what they have, and no longer fit: the next of them gets everything. */
function changeReplicationId({ reply, services }: CommandContext): void {
  services.log.warning('Changing replication IDs after receiving DEBUG change-repl-id');
  services.replication.stream.renewId();
  reply.ok();
}

/** Into the stream as it is said, without a change of our own data. */
function replicate({ args, reply, services }: CommandContext): void {
  const words: Buffer[] = [];
  for (let i = 2; i < args.count; i++) words.push(args.copy(i));
  const request = encodeRequest(words);
  services.propagation.append(services.replication.stream.selectedDatabase, request, 0, request.length);
  reply.ok();
}

/** More keys than anybody fills in by one command; a slip of the keyboard shall not fill the memory. */
const POPULATE_MAX = 100_000_000;

/** DEBUG POPULATE count [prefix] [size]: keys that are there stay; nothing of it goes to replicas. */
function populate(context: CommandContext): void {
  const { args, db, reply } = context;
  const count = positive(context, 2);
  const prefix = args.count > 3 ? args.text(3) : 'key';
  const sizeBytes = args.count > 4 ? positive(context, 4) : 0;
  for (let i = 0; i < count; i++) {
    const key = new SingleKey(Buffer.from(`${prefix}:${i}`, 'latin1'));
    if (db.lookupWrite(key, 0) !== NO_REF) continue;
    const text = Buffer.from(`value:${i}`, 'latin1');
    const value = sizeBytes === 0 ? text : Buffer.concat([text], sizeBytes);
    db.storeInline(key, 0, valueType.string, encoding.plain, value, 0, value.length, false);
  }
  reply.ok();
}

function positive({ args }: CommandContext, i: number): number {
  const value = args.integer(i, replyErrors.mustBePositive);
  if (value < 0 || value > POPULATE_MAX) throw new ReplyError(replyErrors.mustBePositive);
  return value;
}

/** The address is the record's; its length in an RDB is without the byte of the type, as Redis counts it. */
function describeObject({ args, db, reply, services, nowMs }: CommandContext): void {
  const ref = db.peek(args, 2);
  if (ref === NO_REF) throw new ReplyError(replyErrors.noSuchKey);
  const dumpExtraBytes = 1 + 2 + 8;
  const savedBytes = dumpValue(db, ref, services.config.flag('rdbcompression')).length - dumpExtraBytes;
  const lru = Math.floor(nowMs / 1000) & 0xffffff;
  let text = `Value at:0x${ref.toString(16)} refcount:1 encoding:${encodingName(db, ref)} serializedlength:${savedBytes}`;
  text += ` lru:${lru} lru_seconds_idle:0`;
  if (db.type(ref) === valueType.list) {
    const list = viewCollection(db, ref, listKind);
    const nodes = [...list.nodes()];
    const bytes = nodes.reduce((sum, node) => sum + node.sizeBytes, 0);
    const average = (list.size / nodes.length).toFixed(2);
    const perNode = services.limits.listMaxListpackSize;
    text += ` ql_nodes:${nodes.length} ql_avg_node:${average} ql_listpack_max:${perNode}`;
    text += ` ql_compressed:0 ql_uncompressed_size:${bytes}`;
  }
  reply.simple(text);
}

/** DEBUG RELOAD [MERGE] [NOFLUSH] [NOSAVE]: the data go to the disk and come back. What others change in between is lost. */
function reload(context: CommandContext): void {
  const { args, services } = context;
  const how = { saves: true, flushes: true, merges: false };
  for (let i = 2; i < args.count; i++) {
    if (args.is(i, 'MERGE')) how.merges = true;
    else if (args.is(i, 'NOFLUSH')) how.flushes = false;
    else if (args.is(i, 'NOSAVE')) how.saves = false;
    else throw new ReplyError('ERR DEBUG RELOAD only supports the MERGE, NOFLUSH and NOSAVE options.');
  }
  const done = services.persistence.reload(how).then(() => services.log.warning('DB reloaded by DEBUG RELOAD'));
  answerLater(context, done, () => 'ERR Error trying to load the RDB dump');
}

function setActiveExpire({ args, reply, services }: CommandContext): void {
  services.server.setActiveExpire(Number.parseInt(args.text(2), 10) !== 0);
  reply.ok();
}

/** Longer than anybody waits: a slip of the keyboard shall not stop a server for ever. */
const SLEEP_MAX_MS = 600_000;

/** Stands still, with the whole thread: that is what it is for. */
function sleep({ args, reply }: CommandContext): void {
  const seconds = Number.parseFloat(args.text(2));
  if (seconds > 0) {
    const never = new Int32Array(new SharedArrayBuffer(4));
    Atomics.wait(never, 0, 0, Math.min(seconds * 1000, SLEEP_MAX_MS));
  }
  reply.ok();
}

export const debugCommands: readonly CommandRow[] = [
  {
    name: 'debug',
    arity: -2,
    flags: ['admin', 'noscript', 'loading', 'stale'],
    categories: ['admin', 'slow', 'dangerous'],
    since: '1.0.0',
    summary: 'A container for debugging commands',
    run: debug,
  },
];

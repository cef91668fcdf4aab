// Saving, and single values on their way between servers: SAVE, BGSAVE, LASTSAVE, DUMP, RESTORE.
import { dumpValue, isPayloadIntact, readPayload } from '../../persistence/rdb/dump.ts';
import { RdbError } from '../../persistence/rdb/format.ts';
import type { LoadedValue } from '../../persistence/rdb/loaded-value.ts';
import { ReplyError, replyErrors } from '../reply-errors.ts';
import type { CommandContext, CommandRow } from '../spec.ts';

const alreadySaving = 'ERR Background save already in progress';

/** Answers when the file is there. Other clients go on meanwhile; what they change is not in it. */
function save({ session, services }: CommandContext): void {
  const { persistence } = services;
  if (persistence.snapshotRunning) throw new ReplyError(alreadySaving);
  session.block();
  const answer = (line: string) => {
    session.push(Buffer.from(line));
    session.unblock();
  };
  persistence.save().then(
    () => answer('+OK\r\n'),
    (error: Error) => {
      services.log.warning(`Error saving the DB on disk: ${error.message}`);
      answer('-ERR\r\n');
    },
  );
}

/** BGSAVE [SCHEDULE] */
function backgroundSave({ args, reply, services }: CommandContext): void {
  const { persistence } = services;
  const schedule = args.count > 1;
  if (schedule && !(args.count === 2 && args.is(1, 'SCHEDULE'))) throw new ReplyError(replyErrors.syntax);
  if (!persistence.snapshotRunning) {
    persistence.backgroundSave();
    reply.simple('Background saving started');
  } else if (schedule) {
    persistence.scheduleBackgroundSave();
    reply.simple('Background saving scheduled');
  } else {
    throw new ReplyError(alreadySaving);
  }
}

function lastSave({ reply, services }: CommandContext): void {
  reply.integer(services.persistence.lastSaveSeconds);
}

function dump({ args, db, reply, services }: CommandContext): void {
  const ref = db.lookupRead(args, 1);
  if (ref === 0) reply.nullBulk();
  else reply.bulk(dumpValue(db, ref, services.config.flag('rdbcompression')));
}

/** RESTORE key ttl payload [REPLACE] [ABSTTL] [IDLETIME seconds] [FREQ frequency] */
function restore(context: CommandContext): void {
  const { args, db, reply, services, nowMs } = context;
  const options = parseRestore(context);
  if (db.lookupWrite(args, 1) !== 0 && !options.replace) {
    throw new ReplyError('BUSYKEY Target key name already exists.');
  }
  if (options.ttlMs < 0) throw new ReplyError('ERR Invalid TTL value, must be >= 0');
  const payload = args.copy(3);
  if (!isPayloadIntact(payload)) throw new ReplyError('ERR DUMP payload version or checksum are wrong');
  let value: LoadedValue;
  try {
    value = readPayload(payload, services.limits);
  } catch (error) {
    if (!(error instanceof RdbError)) throw error;
    throw new ReplyError('ERR Bad data format');
  }
  const present = db.lookupWrite(args, 1);
  if (present !== 0) db.remove(present);
  const expiresAtMs = options.ttlMs === 0 ? 0 : options.ttlMs + (options.isAbsolute ? 0 : nowMs);
  if (expiresAtMs !== 0 && expiresAtMs <= nowMs) {
    if (present !== 0) {
      context.propagateInstead('DEL', args.copy(1));
      context.changed();
    }
    reply.ok();
    return;
  }
  store(context, value, expiresAtMs);
  context.changed();
  if (expiresAtMs !== 0 && !options.isAbsolute) {
    context.propagateInstead('RESTORE', args.copy(1), String(expiresAtMs), payload, 'REPLACE', 'ABSTTL');
  }
  reply.ok();
}

function store({ args, db }: CommandContext, value: LoadedValue, expiresAtMs: number): void {
  const { type, encoding: how } = value;
  const ref =
    value.kind === 'object'
      ? db.storeObject(args, 1, type, how, value.object, false)
      : db.storeInline(args, 1, type, how, value.bytes, 0, value.bytes.length, false);
  if (expiresAtMs !== 0) db.setExpiry(ref, expiresAtMs);
}

interface RestoreOptions {
  readonly replace: boolean;
  readonly isAbsolute: boolean;
  readonly ttlMs: number;
}

function parseRestore({ args }: CommandContext): RestoreOptions {
  let replace = false;
  let isAbsolute = false;
  for (let i = 4; i < args.count; i++) {
    const hasMore = i + 1 < args.count;
    if (args.is(i, 'REPLACE')) replace = true;
    else if (args.is(i, 'ABSTTL')) isAbsolute = true;
    else if (args.is(i, 'IDLETIME') && hasMore) {
      if (args.integer(++i) < 0) throw new ReplyError('ERR Invalid IDLETIME value, must be >= 0');
    } else if (args.is(i, 'FREQ') && hasMore) {
      const frequency = args.integer(++i);
      if (frequency < 0 || frequency > 255) throw new ReplyError('ERR Invalid FREQ value, must be >= 0 and <= 255');
    } else throw new ReplyError(replyErrors.syntax);
  }
  return { replace, isAbsolute, ttlMs: args.integer(2) };
}

export const persistenceCommands: readonly CommandRow[] = [
  {
    name: 'save',
    arity: 1,
    flags: ['admin', 'noscript', 'no_async_loading', 'no_multi'],
    categories: ['admin', 'slow', 'dangerous'],
    since: '1.0.0',
    summary: 'Synchronously save the dataset to disk',
    run: save,
  },
  {
    name: 'bgsave',
    arity: -1,
    flags: ['admin', 'noscript', 'no_async_loading'],
    categories: ['admin', 'slow', 'dangerous'],
    since: '1.0.0',
    summary: 'Asynchronously save the dataset to disk',
    run: backgroundSave,
  },
  {
    name: 'lastsave',
    arity: 1,
    flags: ['loading', 'stale', 'fast'],
    categories: ['admin', 'fast', 'dangerous'],
    since: '1.0.0',
    summary: 'Get the UNIX time stamp of the last successful save to disk',
    run: lastSave,
  },
  {
    name: 'dump',
    arity: 2,
    flags: ['readonly'],
    keys: { first: 1, last: 1, step: 1 },
    categories: ['keyspace', 'read', 'slow'],
    since: '2.6.0',
    summary: 'Return a serialized version of the value stored at the specified key.',
    run: dump,
  },
  {
    name: 'restore',
    arity: -4,
    flags: ['write', 'denyoom'],
    keys: { first: 1, last: 1, step: 1 },
    categories: ['keyspace', 'write', 'slow', 'dangerous'],
    since: '2.6.0',
    summary: 'Create a key using the provided serialized value, previously obtained using DUMP.',
    run: restore,
  },
];

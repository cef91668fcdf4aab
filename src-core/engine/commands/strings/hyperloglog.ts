// The HyperLogLog commands: about how many different elements were added, in 12 KB at the most.

import type { Ref } from '../../data/arena.ts';
import { cardinalityOf, HyperLogLog, REGISTERS } from '../../data/hyperloglog.ts';
import { HyperLogLogError } from '../../data/hyperloglog-sparse.ts';
import { encoding, valueType } from '../../keyspace/record.ts';
import { gate } from '../gates.ts';
import { ReplyError, replyErrors } from '../reply-errors.ts';
import type { CommandContext, CommandRow } from '../spec.ts';

const notOne = 'WRONGTYPE Key is not a valid HyperLogLog string value.';
const corrupted = 'INVALIDOBJ Corrupted HLL object detected';

/** A copy of what is there; null without a key. @throws ReplyError */
function readFrom({ db }: CommandContext, ref: Ref): HyperLogLog | null {
  if (ref === 0) return null;
  if (db.type(ref) !== valueType.string) throw new ReplyError(replyErrors.wrongType);
  const found = HyperLogLog.of(db.inlineBytes(ref));
  if (found === null) throw new ReplyError(notOne);
  return found;
}

function store({ args, db }: CommandContext, ref: Ref, { bytes }: HyperLogLog): void {
  if (ref === 0) db.storeInline(args, 1, valueType.string, encoding.raw, bytes, 0, bytes.length, false);
  else db.replaceInline(ref, encoding.raw, bytes, 0, bytes.length);
}

/** Runs what reads registers; corrupt ones are the key's fault. @throws ReplyError */
function guarded<T>(run: () => T): T {
  try {
    return run();
  } catch (error) {
    if (error instanceof HyperLogLogError) throw new ReplyError(corrupted);
    throw error;
  }
}

/** PFADD key [element …] */
function pfadd(context: CommandContext): void {
  const { args, db, reply, services } = context;
  const ref = db.lookupWrite(args, 1);
  const value = readFrom(context, ref) ?? HyperLogLog.empty();
  const { hllSparseMaxBytes } = services.limits;
  let changes = ref === 0 ? 1 : 0;
  guarded(() => {
    for (let i = 2; i < args.count; i++) if (value.add(args.slice(i), hllSparseMaxBytes)) changes++;
  });
  if (changes > 0) {
    value.forgetCardinality();
    store(context, ref, value);
    context.changed(changes);
  }
  reply.integer(changes > 0 ? 1 : 0);
}

/** The greatest of each register over all keys from argument `from` on, and whether one of them is dense. */
function merged(context: CommandContext, from: number): { readonly registers: Uint8Array; readonly isDense: boolean } {
  const { args, db } = context;
  const registers = new Uint8Array(REGISTERS);
  let isDense = false;
  for (let i = from; i < args.count; i++) {
    const value = readFrom(context, db.lookupRead(args, i));
    if (value === null) continue;
    if (value.isDense) isDense = true;
    guarded(() => value.registers()).forEach((register, index) => {
      if (register > registers[index]!) registers[index] = register;
    });
  }
  return { registers, isDense };
}

/**
 * PFCOUNT key [key …]. Of one key the count is kept in the value, and that change goes to replicas. On a replica it is
 * not kept when a client asks, though Redis does: the value stays what it is on the master.
 */
function pfcount(context: CommandContext): void {
  const { args, db, reply, services, session } = context;
  if (args.count > 2) {
    reply.integer(cardinalityOf(merged(context, 1).registers));
    return;
  }
  const keeps = session.kind === 'master' || !services.gates.has(gate.readOnly);
  const ref = keeps ? db.lookupWrite(args, 1) : db.lookupRead(args, 1);
  const value = readFrom(context, ref);
  const known = value === null ? 0 : value.cachedCardinality;
  if (known !== null) {
    reply.integer(known);
    return;
  }
  const cardinality = cardinalityOf(guarded(() => value!.registers()));
  if (keeps) {
    value!.keepCardinality(cardinality);
    store(context, ref, value!);
    context.changed();
  }
  reply.integer(cardinality);
}

/** PFMERGE target [source …]; what the target holds is merged too. */
function pfmerge(context: CommandContext): void {
  const { args, db, reply, services } = context;
  const { registers, isDense } = merged(context, 1);
  const ref = db.lookupWrite(args, 1);
  const value = readFrom(context, ref) ?? HyperLogLog.empty();
  guarded(() => {
    if (isDense) value.makeDense();
    registers.forEach((register, index) => {
      if (register > 0) value.raise(index, register, services.limits.hllSparseMaxBytes);
    });
  });
  value.forgetCardinality();
  store(context, ref, value);
  context.changed();
  reply.ok();
}

export const hyperloglogCommands: readonly CommandRow[] = [
  {
    name: 'pfadd',
    arity: -2,
    flags: ['write', 'denyoom', 'fast'],
    keys: { first: 1, last: 1, step: 1 },
    categories: ['write', 'hyperloglog', 'fast'],
    since: '2.8.9',
    summary: 'Adds the specified elements to the specified HyperLogLog.',
    run: pfadd,
  },
  {
    name: 'pfcount',
    arity: -2,
    flags: ['readonly', 'may_replicate'],
    keys: { first: 1, last: -1, step: 1 },
    categories: ['read', 'hyperloglog', 'slow'],
    since: '2.8.9',
    summary: 'Return the approximated cardinality of the set(s) observed by the HyperLogLog at key(s).',
    run: pfcount,
  },
  {
    name: 'pfmerge',
    arity: -2,
    flags: ['write', 'denyoom'],
    keys: { first: 1, last: -1, step: 1 },
    categories: ['write', 'hyperloglog', 'slow'],
    since: '2.8.9',
    summary: 'Merge N different HyperLogLogs into a single one.',
    run: pfmerge,
  },
];

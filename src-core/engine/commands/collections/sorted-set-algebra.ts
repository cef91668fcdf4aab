// Unions, intersections and differences of sorted sets, which may be mixed with plain sets whose scores are all 1.
import type { CollectionLimits } from '../../data/limits.ts';
import type { SetValue } from '../../data/set-value.ts';
import { SortedSetValue } from '../../data/sorted-set-value.ts';
import { NO_REF } from '../../keyspace/database.ts';
import { valueType } from '../../keyspace/record.ts';
import { ReplyError, replyErrors, tooFewInputKeys } from '../reply-errors.ts';
import type { CommandContext, CommandRow } from '../spec.ts';
import { setKind, sortedSetKind, storeResult, viewCollection } from './collection-keys.ts';
import { parseCardLimit } from './set-algebra.ts';

type Operation = 'union' | 'inter' | 'diff';
type Aggregate = (left: number, right: number) => number;

/** One input, whichever of the two types it is. */
interface Source {
  readonly size: number;
  /** Its score of a member, undefined if it has none. */
  score(member: string): number | undefined;
  forEach(visit: (score: number, member: string) => void): void;
  weight: number;
}

// C's comparisons, so that a NaN on the right is passed over.
const aggregates: Readonly<Record<'SUM' | 'MIN' | 'MAX', Aggregate>> = {
  SUM: (left, right) => zeroForNaN(left + right),
  MIN: (left, right) => (right < left ? right : left),
  MAX: (left, right) => (right > left ? right : left),
};

/** Infinity minus infinity, and zero times infinity, count as zero. */
function zeroForNaN(score: number): number {
  return Number.isNaN(score) ? 0 : score;
}

const absent: Omit<Source, 'weight'> = { size: 0, score: () => undefined, forEach: () => {} };

function sourceOf(context: CommandContext, i: number): Source {
  const { db, args } = context;
  const ref = db.lookupRead(args, i);
  if (ref === NO_REF) return { ...absent, weight: 1 };
  const type = db.type(ref);
  if (type === valueType.zset) return fromSortedSet(viewCollection(db, ref, sortedSetKind));
  if (type === valueType.set) return fromSet(viewCollection(db, ref, setKind));
  throw new ReplyError(replyErrors.wrongType);
}

function fromSortedSet(set: SortedSetValue): Source {
  return {
    size: set.size,
    score: (member) => set.score(member),
    forEach: (visit) => set.forEach(visit),
    weight: 1,
  };
}

function fromSet(set: SetValue): Source {
  return {
    size: set.size,
    score: (member) => (set.has(member) ? 1 : undefined),
    forEach: (visit) => {
      for (const member of set.members()) visit(1, member);
    },
    weight: 1,
  };
}

interface Request {
  readonly sources: Source[];
  readonly aggregate: Aggregate;
  readonly withScores: boolean;
}

/** The keys counted by argument `countIndex`, and the options after them. @throws ReplyError */
function parseRequest(context: CommandContext, name: string, operation: Operation, countIndex: number): Request {
  const { args } = context;
  const storing = countIndex === 2;
  const { sources, optionsAt } = parseSources(context, name, countIndex);
  let aggregate = aggregates.SUM;
  let withScores = false;
  for (let i = optionsAt; i < args.count; ) {
    const left = args.count - i - 1;
    if (operation !== 'diff' && args.is(i, 'WEIGHTS') && left >= sources.length) {
      for (const [index, source] of sources.entries())
        source.weight = args.float(i + 1 + index, replyErrors.weightNotFloat);
      i += 1 + sources.length;
    } else if (operation !== 'diff' && args.is(i, 'AGGREGATE') && left >= 1) {
      const word = (['SUM', 'MIN', 'MAX'] as const).find((candidate) => args.is(i + 1, candidate));
      if (word === undefined) throw new ReplyError(replyErrors.syntax);
      aggregate = aggregates[word];
      i += 2;
    } else if (!storing && args.is(i, 'WITHSCORES')) {
      withScores = true;
      i++;
    } else throw new ReplyError(replyErrors.syntax);
  }
  return { sources, aggregate, withScores };
}

function parseSources(
  context: CommandContext,
  name: string,
  countIndex: number,
): { sources: Source[]; optionsAt: number } {
  const { args } = context;
  const keyCount = args.integer(countIndex);
  if (keyCount < 1) throw new ReplyError(tooFewInputKeys(name));
  const optionsAt = countIndex + 1 + keyCount;
  if (optionsAt > args.count) throw new ReplyError(replyErrors.syntax);
  const sources: Source[] = [];
  for (let i = countIndex + 1; i < optionsAt; i++) sources.push(sourceOf(context, i));
  return { sources, optionsAt };
}

type Scores = Map<string, number>;

/** Smallest first, as Redis does: the order decides how sums of floats are rounded. */
function bySize(sources: readonly Source[]): Source[] {
  return [...sources].sort((a, b) => a.size - b.size);
}

function union(sources: readonly Source[], aggregate: Aggregate): Scores {
  const scores: Scores = new Map();
  for (const source of bySize(sources)) {
    source.forEach((score, member) => {
      const weighted = zeroForNaN(source.weight * score);
      const before = scores.get(member);
      scores.set(member, before === undefined ? weighted : aggregate(before, weighted));
    });
  }
  return scores;
}

function intersection(sources: readonly Source[], aggregate: Aggregate): Scores {
  const scores: Scores = new Map();
  const [smallest, ...others] = bySize(sources);
  smallest!.forEach((score, member) => {
    let total = zeroForNaN(smallest!.weight * score);
    for (const other of others) {
      const more = other.score(member);
      if (more === undefined) return;
      total = aggregate(total, more * other.weight);
    }
    scores.set(member, total);
  });
  return scores;
}

function difference(sources: readonly Source[]): Scores {
  const scores: Scores = new Map();
  const [first, ...others] = sources;
  first!.forEach((score, member) => {
    if (others.every((other) => other.score(member) === undefined)) scores.set(member, score);
  });
  return scores;
}

function combine(operation: Operation, { sources, aggregate }: Request): Scores {
  if (operation === 'union') return union(sources, aggregate);
  return operation === 'inter' ? intersection(sources, aggregate) : difference(sources);
}

function replyCommand(name: string, operation: Operation): (context: CommandContext) => void {
  return (context) => {
    const { reply } = context;
    const request = parseRequest(context, name, operation, 1);
    const entries = [...combine(operation, request)].sort(([a, x], [b, y]) =>
      x !== y ? (x < y ? -1 : 1) : a < b ? -1 : 1,
    );
    const nested = request.withScores && reply.protocol === 3;
    reply.array(request.withScores && !nested ? entries.length * 2 : entries.length);
    for (const [member, score] of entries) {
      if (nested) reply.array(2);
      reply.bulkLatin1(member);
      if (request.withScores) reply.double(score);
    }
  };
}

/** The form is chosen for the whole: on the way through the packed one, a score of -0 would lose its sign. */
export function collected(scores: Scores, limits: CollectionLimits): SortedSetValue {
  let longest = 0;
  for (const member of scores.keys()) longest = Math.max(longest, member.length);
  if (scores.size > limits.zsetMaxListpackEntries || longest > limits.zsetMaxListpackValue) {
    return SortedSetValue.large(scores);
  }
  const packed = sortedSetKind.empty();
  for (const [member, score] of scores) packed.set(member, score, limits);
  return packed;
}

/** The target is replaced whatever it was; an empty result deletes it. */
function storeCommand(name: string, operation: Operation): (context: CommandContext) => void {
  return (context) => {
    const scores = combine(operation, parseRequest(context, name, operation, 2));
    storeResult(context, 1, sortedSetKind, collected(scores, context.services.limits));
  };
}

const zunion = replyCommand('zunion', 'union');
const zinter = replyCommand('zinter', 'inter');
const zdiff = replyCommand('zdiff', 'diff');
const zunionstore = storeCommand('zunionstore', 'union');
const zinterstore = storeCommand('zinterstore', 'inter');
const zdiffstore = storeCommand('zdiffstore', 'diff');

function zintercard(context: CommandContext): void {
  const { sources, optionsAt } = parseSources(context, 'zintercard', 1);
  const limit = parseCardLimit(context, optionsAt);
  context.reply.integer(Math.min(limit, intersection(sources, aggregates.SUM).size));
}

export const sortedSetAlgebraCommands: readonly CommandRow[] = [
  {
    name: 'zunion',
    arity: -3,
    flags: ['readonly', 'movablekeys'],
    categories: ['read', 'sortedset', 'slow'],
    since: '6.2.0',
    summary: 'Add multiple sorted sets',
    run: zunion,
  },
  {
    name: 'zinter',
    arity: -3,
    flags: ['readonly', 'movablekeys'],
    categories: ['read', 'sortedset', 'slow'],
    since: '6.2.0',
    summary: 'Intersect multiple sorted sets',
    run: zinter,
  },
  {
    name: 'zdiff',
    arity: -3,
    flags: ['readonly', 'movablekeys'],
    categories: ['read', 'sortedset', 'slow'],
    since: '6.2.0',
    summary: 'Subtract multiple sorted sets',
    run: zdiff,
  },
  {
    name: 'zunionstore',
    arity: -4,
    flags: ['write', 'denyoom', 'movablekeys'],
    keys: { first: 1, last: 1, step: 1 },
    categories: ['write', 'sortedset', 'slow'],
    since: '2.0.0',
    summary: 'Add multiple sorted sets and store the resulting sorted set in a new key',
    run: zunionstore,
  },
  {
    name: 'zinterstore',
    arity: -4,
    flags: ['write', 'denyoom', 'movablekeys'],
    keys: { first: 1, last: 1, step: 1 },
    categories: ['write', 'sortedset', 'slow'],
    since: '2.0.0',
    summary: 'Intersect multiple sorted sets and store the resulting sorted set in a new key',
    run: zinterstore,
  },
  {
    name: 'zdiffstore',
    arity: -4,
    flags: ['write', 'denyoom', 'movablekeys'],
    keys: { first: 1, last: 1, step: 1 },
    categories: ['write', 'sortedset', 'slow'],
    since: '6.2.0',
    summary: 'Subtract multiple sorted sets and store the resulting sorted set in a new key',
    run: zdiffstore,
  },
  {
    name: 'zintercard',
    arity: -3,
    flags: ['readonly', 'movablekeys'],
    categories: ['read', 'sortedset', 'slow'],
    since: '7.0.0',
    summary: 'Intersect multiple sorted sets and return the cardinality of the result',
    run: zintercard,
  },
];

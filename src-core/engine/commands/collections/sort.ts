// SORT: the elements of a list, set or sorted set in an order of their own or of other keys, or what other keys say of them.
import { type Database, NO_REF } from '../../keyspace/database.ts';
import { valueType } from '../../keyspace/record.ts';
import { SingleKey } from '../../keyspace/single-key.ts';
import { mayReadAnyKey } from '../acl/acl-check.ts';
import { parseFloatStrictly } from '../args.ts';
import { removeKey } from '../keys/stored-values.ts';
import { ReplyError, replyErrors } from '../reply-errors.ts';
import type { CommandContext, CommandRow } from '../spec.ts';
import { hashKind, listKind, setKind, sortedSetKind, storeCollection, viewCollection } from './collection-keys.ts';

interface SortOptions {
  readonly descending: boolean;
  readonly byText: boolean;
  /** Where to look for the weight of an element; null: it is its own. Without a star nothing is sorted. */
  readonly weightPattern: string | null;
  readonly resultPatterns: readonly string[];
  readonly offset: number;
  /** Negative: no limit. */
  readonly limit: number;
  /** Argument index of the key to store in, 0 for none. */
  readonly storeIndex: number;
}

/** @throws ReplyError */
function parseSortOptions(context: CommandContext, mayStore: boolean): SortOptions {
  const { args } = context;
  const resultPatterns: string[] = [];
  let [descending, byText, offset, limit, storeIndex] = [false, false, 0, -1, 0];
  let weightPattern: string | null = null;
  for (let i = 2; i < args.count; i++) {
    const left = args.count - 1 - i;
    if (args.is(i, 'ASC')) descending = false;
    else if (args.is(i, 'DESC')) descending = true;
    else if (args.is(i, 'ALPHA')) byText = true;
    else if (args.is(i, 'LIMIT') && left >= 2) {
      offset = args.integer(++i);
      limit = args.integer(++i);
    } else if (mayStore && args.is(i, 'STORE') && left >= 1) storeIndex = ++i;
    else if (args.is(i, 'BY') && left >= 1) {
      weightPattern = args.text(++i);
      if (weightPattern.includes('*')) mustReadAnyKey(context, mayStore, 'BY');
    } else if (args.is(i, 'GET') && left >= 1) {
      mustReadAnyKey(context, mayStore, 'GET');
      resultPatterns.push(args.text(++i));
    } else throw new ReplyError(replyErrors.syntax);
  }
  return { descending, byText, weightPattern, resultPatterns, offset, limit, storeIndex };
}

/** The keys that a pattern leads to are known too late to ask for each of them. @throws ReplyError */
function mustReadAnyKey({ args, session }: CommandContext, mayStore: boolean, option: 'BY' | 'GET'): void {
  const user = session.restriction;
  if (user === null || mayReadAnyKey(user, mayStore ? 'sort' : 'sort_ro', args)) return;
  throw new ReplyError(`ERR ${option} option of SORT denied due to insufficient ACL permissions.`);
}

interface Source {
  readonly type: number;
  /** In the order that the type has. */
  readonly elements: string[];
}

/** @throws ReplyError when the key is of a type that has no elements. */
function readSource({ db, args }: CommandContext): Source {
  const ref = db.lookupRead(args, 1);
  if (ref === NO_REF) return { type: valueType.list, elements: [] };
  const type = db.type(ref);
  const elements: string[] = [];
  if (type === valueType.list) {
    const list = viewCollection(db, ref, listKind);
    list.forEach(0, list.size, (text) => elements.push(text) > 0);
  } else if (type === valueType.set) elements.push(...viewCollection(db, ref, setKind).members());
  else if (type === valueType.zset) {
    viewCollection(db, ref, sortedSetKind).forEach((_, member) => void elements.push(member));
  } else throw new ReplyError(replyErrors.wrongType);
  return { type, elements };
}

/**
 * What a pattern finds for an element: the star stands for the element, `->` leads to a field of a hash, and `#` is the
 * element itself. Null if there is nothing, or something of another type.
 */
function lookUp(db: Database, pattern: string, element: string): string | null {
  if (pattern === '#') return element;
  const star = pattern.indexOf('*');
  if (star === -1) return null;
  const arrow = pattern.indexOf('->', star + 1);
  const field = arrow === -1 || arrow + 2 === pattern.length ? null : pattern.slice(arrow + 2);
  const name = pattern.slice(0, star) + element + pattern.slice(star + 1, field === null ? undefined : arrow);
  const ref = db.lookupRead(new SingleKey(Buffer.from(name, 'latin1')), 0);
  if (ref === NO_REF) return null;
  if (field === null) return db.type(ref) === valueType.string ? db.inlineBytes(ref).latin1Slice() : null;
  return db.type(ref) === valueType.hash
    ? (viewCollection(db, ref, hashKind).getVisible(field, db.space.nowMs) ?? null)
    : null;
}

/** As C's `strtod` reads a whole text: blanks before it are passed over, nothing at all is 0. @throws ReplyError */
function numericWeight(text: string | null): number {
  const digits = (text ?? '').replace(/^[ \t\n\v\f\r]+/, '');
  const weight = digits === '' ? 0 : parseFloatStrictly(digits);
  if (Number.isNaN(weight)) throw new ReplyError(replyErrors.sortNotFloat);
  return weight;
}

/** What is not there comes first. */
function compareTexts(left: string | null, right: string | null): number {
  if (left === right) return 0;
  if (left === null) return -1;
  if (right === null) return 1;
  return left < right ? -1 : 1;
}

function sorted(db: Database, elements: readonly string[], byText: boolean, options: SortOptions): string[] {
  const { weightPattern, descending } = options;
  const sign = descending ? -1 : 1;
  const weights = elements.map((element) => (weightPattern === null ? element : lookUp(db, weightPattern, element)));
  if (byText) {
    const entries = elements.map((element, i) => ({ element, weight: weights[i]! }));
    return entries.sort((a, b) => sign * compareTexts(a.weight, b.weight)).map(({ element }) => element);
  }
  const entries = elements.map((element, i) => ({ element, weight: numericWeight(weights[i]!) }));
  // Equal weights are told apart by the elements, so that the order is always the same.
  entries.sort((a, b) => sign * (a.weight - b.weight || compareTexts(a.element, b.element)));
  return entries.map(({ element }) => element);
}

function inOrder(db: Database, { type, elements }: Source, options: SortOptions): string[] {
  const isSorted = options.weightPattern === null || options.weightPattern.includes('*');
  // What is stored must be the same everywhere, and a set has no order of its own.
  const isSet = type === valueType.set && options.storeIndex !== 0;
  if (!isSorted && isSet) return sorted(db, elements, true, { ...options, weightPattern: null });
  if (isSorted) return sorted(db, elements, options.byText, options);
  return options.descending && type !== valueType.set ? elements.reverse() : elements;
}

/** The elements that LIMIT leaves. */
function cut(elements: string[], { offset, limit }: SortOptions): string[] {
  const from = Math.max(0, offset);
  return elements.slice(from, limit < 0 ? undefined : from + limit);
}

function sortCommand(mayStore: boolean): (context: CommandContext) => void {
  return (context) => {
    const { db, reply } = context;
    const options = parseSortOptions(context, mayStore);
    const elements = cut(inOrder(db, readSource(context), options), options);
    const patterns = options.resultPatterns.length === 0 ? ['#'] : options.resultPatterns;
    const results = elements.flatMap((element) => patterns.map((pattern) => lookUp(db, pattern, element)));
    if (options.storeIndex !== 0) {
      store(context, options.storeIndex, results);
      return;
    }
    reply.array(results.length);
    for (const result of results) {
      if (result === null) reply.nullBulk();
      else reply.bulkLatin1(result);
    }
  };
}

/** The target is replaced whatever it was; nothing to store deletes it. What was not found is stored as an empty text. */
function store(context: CommandContext, keyIndex: number, results: readonly (string | null)[]): void {
  const { args, db, reply } = context;
  const list = listKind.empty();
  for (const result of results) list.pushTail(result ?? '', context.services.limits);
  if (list.size > 0) {
    storeCollection(db, args, keyIndex, listKind, list, false);
    context.changed(list.size);
  } else if (removeKey(db, args, keyIndex)) context.changed();
  reply.integer(list.size);
}

const sort = sortCommand(true);
const sortReadOnly = sortCommand(false);

export const sortCommands: readonly CommandRow[] = [
  {
    name: 'sort',
    arity: -2,
    flags: ['write', 'denyoom', 'movablekeys'],
    keys: { first: 1, last: 1, step: 1 },
    categories: ['write', 'set', 'sortedset', 'list', 'slow', 'dangerous'],
    since: '1.0.0',
    summary: 'Sort the elements in a list, set or sorted set',
    run: sort,
  },
  {
    name: 'sort_ro',
    arity: -2,
    flags: ['readonly', 'movablekeys'],
    keys: { first: 1, last: 1, step: 1 },
    categories: ['read', 'set', 'sortedset', 'list', 'slow', 'dangerous'],
    since: '7.0.0',
    summary: 'Sort the elements in a list, set or sorted set. Read-only variant of SORT.',
    run: sortReadOnly,
  },
];

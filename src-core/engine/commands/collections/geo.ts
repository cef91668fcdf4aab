// The commands on places: sorted sets whose scores are geohashes.
import { longDoubleText, parseLongDouble } from '../../../base/long-double.ts';
import type { ReplyWriter } from '../../../resp/reply-writer.ts';
import { cellsOf, distanceInside, distanceMeters } from '../../data/geo-area.ts';
import { geohashText, type Place, placeOf, scoreOf, scoresIn } from '../../data/geohash.ts';
import { ReplyError, replyErrors } from '../reply-errors.ts';
import type { CommandContext, CommandRow } from '../spec.ts';
import { sortedSetKind, storeResult } from './collection-keys.ts';
import { type Form, parsePlace, parseSearch, parseUnit, readPlaces, type Search } from './geo-search.ts';
import { collected } from './sorted-set-algebra.ts';
import { ranksByScore } from './sorted-set-range.ts';
import { type AddOptions, addMembers } from './sorted-sets.ts';

/** GEOADD key [NX | XX] [CH] longitude latitude member …; replicas are told the scores. */
function geoadd(context: CommandContext): void {
  const { args } = context;
  const words = { NX: false, XX: false, CH: false };
  let first = 2;
  for (; first < args.count; first++) {
    const word = (Object.keys(words) as (keyof typeof words)[]).find((name) => args.is(first, name));
    if (word === undefined) break;
    words[word] = true;
  }
  const count = (args.count - first) / 3;
  if (!Number.isInteger(count) || (words.NX && words.XX)) throw new ReplyError(replyErrors.syntax);
  const scores = Array.from({ length: count }, (_, i) => scoreOf(parsePlace(args, first + i * 3))!);
  if (count === 0) throw new ReplyError(replyErrors.syntax);
  const options: AddOptions = {
    onlyNew: words.NX,
    onlyExisting: words.XX,
    onlyGreater: false,
    onlyLess: false,
    increment: false,
    countChanged: words.CH,
    firstScore: first,
  };
  const memberIndex = (i: number) => first + i * 3 + 2;
  if (!addMembers(context, options, { scores, memberIndex })) return;
  const given = Array.from({ length: first - 1 }, (_, i) => args.slice(i + 1));
  const pairs = scores.flatMap((score, i) => [String(BigInt(score)), args.slice(memberIndex(i))]);
  context.propagateInstead('zadd', ...given, ...pairs);
}

/** A number as people write it, 17 decimals at the most: a bulk string, in RESP3 a double. */
function replyDegrees(reply: ReplyWriter, degrees: number): void {
  const text = longDoubleText(parseLongDouble(degrees.toFixed(25))!);
  if (reply.protocol === 3) reply.raw(Buffer.from(`,${text}\r\n`, 'latin1'));
  else reply.bulkLatin1(text);
}

function replyPlace(reply: ReplyWriter, { longitude, latitude }: Place): void {
  reply.array(2);
  replyDegrees(reply, longitude);
  replyDegrees(reply, latitude);
}

function replyDistance(reply: ReplyWriter, distance: number): void {
  reply.bulkLatin1(distance.toFixed(4));
}

function geopos(context: CommandContext): void {
  const { args, reply } = context;
  const places = readPlaces(context, 1);
  reply.array(args.count - 2);
  for (let i = 2; i < args.count; i++) {
    const score = places?.score(args.text(i));
    if (score === undefined) reply.nullArray();
    else replyPlace(reply, placeOf(score));
  }
}

function geohash(context: CommandContext): void {
  const { args, reply } = context;
  const places = readPlaces(context, 1);
  reply.array(args.count - 2);
  for (let i = 2; i < args.count; i++) {
    const score = places?.score(args.text(i));
    if (score === undefined) reply.nullBulk();
    else reply.bulkLatin1(geohashText(score));
  }
}

/** GEODIST key member member [unit] */
function geodist(context: CommandContext): void {
  const { args, reply } = context;
  const metersPerUnit = args.count === 5 ? parseUnit(args, 4) : 1;
  if (args.count > 5) throw new ReplyError(replyErrors.syntax);
  const places = readPlaces(context, 1);
  const [from, to] = [places?.score(args.text(2)), places?.score(args.text(3))];
  if (from === undefined || to === undefined) reply.nullBulk();
  else replyDistance(reply, distanceMeters(placeOf(from), placeOf(to)) / metersPerUnit);
}

interface Found {
  readonly member: string;
  readonly score: number;
  /** In the search's unit. */
  readonly distance: number;
}

/** The members inside the area, sorted and cut as it was asked. */
function find({ places, area, order, count, any }: Search): Found[] {
  const found: Found[] = [];
  if (places === null || area === null) return found;
  const limit = any ? count : Number.POSITIVE_INFINITY;
  for (const cell of cellsOf(area)) {
    const { min, max } = scoresIn(cell);
    const range = { min: { value: min, exclusive: false }, max: { value: max, exclusive: true } };
    const { from, to } = ranksByScore(places, range);
    places.forEach(
      (score, member) => {
        if (found.length >= limit) return;
        const meters = distanceInside(area, placeOf(score));
        if (meters !== null) found.push({ member, score, distance: meters / area.metersPerUnit });
      },
      from,
      to,
    );
  }
  if (order !== null) found.sort((a, b) => (order === 'asc' ? a.distance - b.distance : b.distance - a.distance));
  return count === 0 ? found : found.slice(0, count);
}

function replyFound({ reply }: CommandContext, search: Search, found: readonly Found[]): void {
  const { withDistance, withHash, withPlace } = search;
  const extras = [withDistance, withHash, withPlace].filter(Boolean).length;
  reply.array(found.length);
  for (const { member, score, distance } of found) {
    if (extras > 0) reply.array(extras + 1);
    reply.bulkLatin1(member);
    if (withDistance) replyDistance(reply, distance);
    if (withHash) reply.integer(Math.trunc(score));
    if (withPlace) replyPlace(reply, placeOf(score));
  }
}

function searchCommand(form: Form, mayStore: boolean): (context: CommandContext) => void {
  return (context) => {
    const search = parseSearch(context, form, mayStore);
    const found = find(search);
    if (search.storeIndex === 0) {
      replyFound(context, search, found);
      return;
    }
    const scores = new Map(
      found.map(({ member, score, distance }) => [member, search.storesDistance ? distance : score]),
    );
    storeResult(context, search.storeIndex, sortedSetKind, collected(scores, context.services.limits));
  };
}

const first = { first: 1, last: 1, step: 1 } as const;
const reads = {
  flags: ['readonly'],
  keys: first,
  categories: ['read', 'geo', 'slow'],
  since: '3.2.0',
} as const;
const mayStore = {
  flags: ['write', 'denyoom', 'movablekeys'],
  keys: first,
  categories: ['write', 'geo', 'slow'],
  since: '3.2.0',
} as const;

export const geoCommands: readonly CommandRow[] = [
  {
    ...mayStore,
    name: 'geoadd',
    arity: -5,
    flags: ['write', 'denyoom'],
    summary: 'Add one or more geospatial items in the geospatial index represented using a sorted set',
    run: geoadd,
  },
  {
    ...reads,
    name: 'geodist',
    arity: -4,
    summary: 'Returns the distance between two members of a geospatial index',
    run: geodist,
  },
  {
    ...reads,
    name: 'geohash',
    arity: -2,
    summary: 'Returns members of a geospatial index as standard geohash strings',
    run: geohash,
  },
  {
    ...reads,
    name: 'geopos',
    arity: -2,
    summary: 'Returns longitude and latitude of members of a geospatial index',
    run: geopos,
  },
  {
    ...mayStore,
    name: 'georadius',
    arity: -6,
    summary:
      'Query a sorted set representing a geospatial index to fetch members matching a given maximum distance from a point',
    run: searchCommand('radius', true),
  },
  {
    ...reads,
    name: 'georadius_ro',
    arity: -6,
    since: '3.2.10',
    summary: 'A read-only variant for GEORADIUS',
    run: searchCommand('radius', false),
  },
  {
    ...mayStore,
    name: 'georadiusbymember',
    arity: -5,
    summary:
      'Query a sorted set representing a geospatial index to fetch members matching a given maximum distance from a member',
    run: searchCommand('member', true),
  },
  {
    ...reads,
    name: 'georadiusbymember_ro',
    arity: -5,
    since: '3.2.10',
    summary: 'A read-only variant for GEORADIUSBYMEMBER',
    run: searchCommand('member', false),
  },
  {
    ...reads,
    name: 'geosearch',
    arity: -7,
    since: '6.2.0',
    summary: 'Query a sorted set representing a geospatial index to fetch members inside an area of a box or a circle.',
    run: searchCommand('search', false),
  },
  {
    ...mayStore,
    name: 'geosearchstore',
    arity: -8,
    flags: ['write', 'denyoom'],
    keys: { first: 1, last: 2, step: 1 },
    since: '6.2.0',
    summary:
      'Query a sorted set representing a geospatial index to fetch members inside an area of a box or a circle, and store the result in another key.',
    run: searchCommand('store', false),
  },
];

// The commands on places: sorted sets whose scores are geohashes.
import { longDoubleText, parseLongDouble } from '../../base/long-double.ts';
import type { ReplyWriter } from '../../resp/reply-writer.ts';
import { type Area, type AreaShape, cellsOf, distanceInside, distanceMeters, isStorable } from '../data/geo-area.ts';
import { geohashText, type Place, placeOf, scoreOf, scoresIn } from '../data/geohash.ts';
import type { SortedSetValue } from '../data/sorted-set-value.ts';
import type { Args } from './args.ts';
import { readCollection, sortedSetKind, storeResult } from './collection-keys.ts';
import { ReplyError, replyErrors } from './reply-errors.ts';
import { collected } from './sorted-set-algebra.ts';
import { ranksByScore } from './sorted-set-range.ts';
import { type AddOptions, addMembers } from './sorted-sets.ts';
import type { CommandContext, CommandRow } from './spec.ts';

const metersOfUnit: Readonly<Record<string, number>> = { M: 1, KM: 1000, FT: 0.3048, MI: 1609.34 };
const noSuchMember = 'ERR could not decode requested zset member';

/** @throws ReplyError */
function parseUnit(args: Args, i: number): number {
  const meters = metersOfUnit[args.text(i).toUpperCase()];
  if (meters === undefined) throw new ReplyError('ERR unsupported unit provided. please use M, KM, FT, MI');
  return meters;
}

/** Longitude and latitude in arguments `i` and `i + 1`. @throws ReplyError */
function parsePlace(args: Args, i: number): Place {
  const place = { longitude: args.float(i), latitude: args.float(i + 1) };
  if (isStorable(place)) return place;
  const [longitude, latitude] = [place.longitude, place.latitude].map((degrees) =>
    Number.isFinite(degrees) ? degrees.toFixed(6) : String(degrees).replace('Infinity', 'inf'),
  );
  throw new ReplyError(`ERR invalid longitude,latitude pair ${longitude},${latitude}`);
}

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

function readPlaces({ db, args }: CommandContext, i: number): SortedSetValue | null {
  return readCollection(db, args, i, sortedSetKind);
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

interface Search {
  readonly places: SortedSetValue | null;
  /** Null where it stands on a member of a key that is not there. */
  readonly area: Area | null;
  readonly order: 'asc' | 'desc' | null;
  /** 0: all. */
  readonly count: number;
  /** The first so many that are found will do. */
  readonly any: boolean;
  readonly withDistance: boolean;
  readonly withHash: boolean;
  readonly withPlace: boolean;
  /** Argument index of the key to store in, 0 for none. */
  readonly storeIndex: number;
  readonly storesDistance: boolean;
}

type Form = 'radius' | 'member' | 'search' | 'store';

/** What may be said in any order, as it is read. */
interface Draft {
  center: Place | null;
  /** FROMMEMBER or FROMLONLAT was said. */
  from: 'member' | 'place' | null;
  shape: AreaShape | null;
  metersPerUnit: number;
  order: Search['order'];
  count: number;
  any: boolean;
  withDistance: boolean;
  withHash: boolean;
  withPlace: boolean;
  storeIndex: number;
  storesDistance: boolean;
}

/** Radius and unit. @throws ReplyError */
function takeRadius(draft: Draft, args: Args, i: number): void {
  const radius = args.float(i, 'ERR need numeric radius');
  if (radius < 0) throw new ReplyError('ERR radius cannot be negative');
  draft.metersPerUnit = parseUnit(args, i + 1);
  draft.shape = { kind: 'circle', radius };
}

/** Width, height and unit. @throws ReplyError */
function takeBox(draft: Draft, args: Args, i: number): void {
  const width = args.float(i, 'ERR need numeric width');
  const height = args.float(i + 1, 'ERR need numeric height');
  if (width < 0 || height < 0) throw new ReplyError('ERR height or width cannot be negative');
  draft.metersPerUnit = parseUnit(args, i + 2);
  draft.shape = { kind: 'box', width, height };
}

/** @throws ReplyError when it is not there */
function takeMember(draft: Draft, places: SortedSetValue | null, member: string): void {
  if (places === null) return;
  const score = places.score(member);
  if (score === undefined) throw new ReplyError(noSuchMember);
  draft.center = placeOf(score);
}

/** One option at `i`; answers how many arguments it takes, 0 when it is none. @throws ReplyError */
function takeOption(draft: Draft, args: Args, i: number, mayStore: boolean): number {
  const hasValue = i + 1 < args.count;
  if (args.is(i, 'WITHDIST')) draft.withDistance = true;
  else if (args.is(i, 'WITHHASH')) draft.withHash = true;
  else if (args.is(i, 'WITHCOORD')) draft.withPlace = true;
  else if (args.is(i, 'ANY')) draft.any = true;
  else if (args.is(i, 'ASC')) draft.order = 'asc';
  else if (args.is(i, 'DESC')) draft.order = 'desc';
  else if (args.is(i, 'COUNT') && hasValue) {
    draft.count = args.integer(i + 1);
    if (draft.count <= 0) throw new ReplyError('ERR COUNT must be > 0');
    return 2;
  } else if (mayStore && hasValue && (args.is(i, 'STORE') || args.is(i, 'STOREDIST'))) {
    draft.storeIndex = i + 1;
    draft.storesDistance = args.is(i, 'STOREDIST');
    return 2;
  } else return 0;
  return 1;
}

/** One option of GEOSEARCH and GEOSEARCHSTORE alone. As `takeOption`. */
function takeSearchOption(draft: Draft, args: Args, i: number, places: SortedSetValue | null, form: Form): number {
  const left = args.count - 1 - i;
  if (args.is(i, 'FROMMEMBER') && left >= 1 && draft.from !== 'place') {
    takeMember(draft, places, args.text(i + 1));
    draft.from = 'member';
    return 2;
  }
  if (args.is(i, 'FROMLONLAT') && left >= 2 && draft.from !== 'member') {
    draft.center = parsePlace(args, i + 1);
    draft.from = 'place';
    return 3;
  }
  if (args.is(i, 'BYRADIUS') && left >= 2 && draft.shape?.kind !== 'box') {
    takeRadius(draft, args, i + 1);
    return 3;
  }
  if (args.is(i, 'BYBOX') && left >= 3 && draft.shape?.kind !== 'circle') {
    takeBox(draft, args, i + 1);
    return 4;
  }
  if (form !== 'store' || !args.is(i, 'STOREDIST')) return 0;
  draft.storesDistance = true;
  return 1;
}

/** Where the options of a form begin. */
const optionsAt: Readonly<Record<Form, number>> = { radius: 6, member: 5, search: 2, store: 3 };

/** @throws ReplyError */
function parseSearch(context: CommandContext, form: Form, mayStore: boolean): Search {
  const { args } = context;
  const places = readPlaces(context, form === 'store' ? 2 : 1);
  const draft: Draft = {
    center: null,
    from: null,
    shape: null,
    metersPerUnit: 1,
    order: null,
    count: 0,
    any: false,
    withDistance: false,
    withHash: false,
    withPlace: false,
    storeIndex: form === 'store' ? 1 : 0,
    storesDistance: false,
  };
  if (form === 'radius') {
    draft.center = parsePlace(args, 2);
    takeRadius(draft, args, 4);
  } else if (form === 'member' && places !== null) {
    takeMember(draft, places, args.text(2));
    takeRadius(draft, args, 3);
  }
  const searches = form === 'search' || form === 'store';
  for (let i = optionsAt[form]; i < args.count; ) {
    const taken =
      takeOption(draft, args, i, mayStore && !searches) ||
      (searches ? takeSearchOption(draft, args, i, places, form) : 0);
    if (taken === 0) throw new ReplyError(replyErrors.syntax);
    i += taken;
  }
  checkDraft(draft, args, form);
  const { center, shape, metersPerUnit } = draft;
  const area = center === null || shape === null ? null : { center, shape, metersPerUnit };
  return { ...draft, places, area, order: draft.order ?? (draft.count > 0 && !draft.any ? 'asc' : null) };
}

/** @throws ReplyError */
function checkDraft(draft: Draft, args: Args, form: Form): void {
  const shows = draft.withDistance || draft.withHash || draft.withPlace;
  if (draft.storeIndex !== 0 && shows) {
    const what = form === 'store' ? 'GEOSEARCHSTORE' : 'STORE option in GEORADIUS';
    throw new ReplyError(`ERR ${what} is not compatible with WITHDIST, WITHHASH and WITHCOORD options`);
  }
  const searches = form === 'search' || form === 'store';
  if (searches && draft.from === null) {
    throw new ReplyError(`ERR exactly one of FROMMEMBER or FROMLONLAT can be specified for ${args.text(0)}`);
  }
  if (searches && draft.shape === null) {
    throw new ReplyError(`ERR exactly one of BYRADIUS and BYBOX can be specified for ${args.text(0)}`);
  }
  if (draft.any && draft.count === 0) throw new ReplyError('ERR the ANY argument requires COUNT argument');
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

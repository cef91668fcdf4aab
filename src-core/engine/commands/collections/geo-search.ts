// What a search of places is asked for: the arguments of GEORADIUS, GEOSEARCH and their kin.
import { type Area, type AreaShape, isStorable } from '../../data/geo-area.ts';
import { type Place, placeOf } from '../../data/geohash.ts';
import type { SortedSetValue } from '../../data/sorted-set-value.ts';
import type { Args } from '../args.ts';
import { ReplyError, replyErrors } from '../reply-errors.ts';
import type { CommandContext } from '../spec.ts';
import { readCollection, sortedSetKind } from './collection-keys.ts';

const metersOfUnit: Readonly<Record<string, number>> = { M: 1, KM: 1000, FT: 0.3048, MI: 1609.34 };
const noSuchMember = 'ERR could not decode requested zset member';

/** @throws ReplyError */
export function parseUnit(args: Args, i: number): number {
  const meters = metersOfUnit[args.text(i).toUpperCase()];
  if (meters === undefined) throw new ReplyError('ERR unsupported unit provided. please use M, KM, FT, MI');
  return meters;
}

/** Longitude and latitude in arguments `i` and `i + 1`. @throws ReplyError */
export function parsePlace(args: Args, i: number): Place {
  const place = { longitude: args.float(i), latitude: args.float(i + 1) };
  if (isStorable(place)) return place;
  const [longitude, latitude] = [place.longitude, place.latitude].map((degrees) =>
    Number.isFinite(degrees) ? degrees.toFixed(6) : String(degrees).replace('Infinity', 'inf'),
  );
  throw new ReplyError(`ERR invalid longitude,latitude pair ${longitude},${latitude}`);
}

export function readPlaces({ db, args }: CommandContext, i: number): SortedSetValue | null {
  return readCollection(db, args, i, sortedSetKind);
}

/** What is asked for. */
export interface Search {
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

export type Form = 'radius' | 'member' | 'search' | 'store';

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
export function parseSearch(context: CommandContext, form: Form, mayStore: boolean): Search {
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

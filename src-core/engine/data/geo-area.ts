// Areas of a search on the earth: whether a place lies inside, how far it is, and which cells have to be looked through.
import { roundedArcsine, roundedCosine, roundedSine } from '../../base/rounded-trigonometry.ts';
import { boundsOf, type Cell, cellOf, neighbour, type Place, storable } from './geohash.ts';

export const EARTH_RADIUS_METERS = 6372797.560856;
const RADIANS_PER_DEGREE = Math.PI / 180;
/** Half of the way round the earth on a Mercator map. */
const MERCATOR_MAX_METERS = 20037726.37;
const FINEST_STEP = 26;

export type AreaShape =
  | { readonly kind: 'circle'; readonly radius: number }
  | { readonly kind: 'box'; readonly width: number; readonly height: number };

/** Around a place. Lengths are in a unit of so many meters. */
export interface Area {
  readonly center: Place;
  readonly shape: AreaShape;
  readonly metersPerUnit: number;
}

const radians = (degrees: number): number => degrees * RADIANS_PER_DEGREE;
const degrees = (angle: number): number => angle / RADIANS_PER_DEGREE;

function latitudeDistance(first: number, second: number): number {
  return EARTH_RADIUS_METERS * Math.abs(radians(second) - radians(first));
}

/** Meters, on a ball, by the haversine formula. */
export function distanceMeters(from: Place, to: Place): number {
  const sineOfLongitudes = roundedSine((radians(to.longitude) - radians(from.longitude)) / 2);
  if (sineOfLongitudes === 0) return latitudeDistance(from.latitude, to.latitude);
  const [first, second] = [radians(from.latitude), radians(to.latitude)];
  const sineOfLatitudes = roundedSine((second - first) / 2);
  const a =
    sineOfLatitudes * sineOfLatitudes +
    roundedCosine(first) * roundedCosine(second) * sineOfLongitudes * sineOfLongitudes;
  return 2 * EARTH_RADIUS_METERS * roundedArcsine(Math.sqrt(a));
}

/** The distance in meters of a place that lies inside, null for one that does not. */
export function distanceInside({ center, shape, metersPerUnit }: Area, place: Place): number | null {
  if (shape.kind === 'circle') {
    const distance = distanceMeters(center, place);
    return distance > shape.radius * metersPerUnit ? null : distance;
  }
  if (latitudeDistance(place.latitude, center.latitude) > (shape.height * metersPerUnit) / 2) return null;
  const sideways = distanceMeters(place, { longitude: center.longitude, latitude: place.latitude });
  if (sideways > (shape.width * metersPerUnit) / 2) return null;
  return distanceMeters(center, place);
}

interface Edges {
  readonly west: number;
  readonly east: number;
  readonly south: number;
  readonly north: number;
}

/** The degrees between which the area lies; at the side nearer to a pole, where a degree is shorter. */
function edgesOf({ center, shape, metersPerUnit }: Area): Edges {
  const { longitude, latitude } = center;
  const height = metersPerUnit * (shape.kind === 'circle' ? shape.radius : shape.height / 2);
  const width = metersPerUnit * (shape.kind === 'circle' ? shape.radius : shape.width / 2);
  const up = degrees(height / EARTH_RADIUS_METERS);
  const nearPole = latitude < 0 ? latitude - up : latitude + up;
  const sideways = degrees(width / EARTH_RADIUS_METERS / Math.cos(radians(nearPole)));
  return { west: longitude - sideways, east: longitude + sideways, south: latitude - up, north: latitude + up };
}

/** How fine the cells may be for nine of them to hold the area. */
function stepFor(meters: number, latitude: number): number {
  if (meters === 0) return FINEST_STEP;
  let step = 1;
  for (let range = meters; range < MERCATOR_MAX_METERS; range *= 2) step++;
  step -= 2;
  if (Math.abs(latitude) > 66) step--;
  if (Math.abs(latitude) > 80) step--;
  return Math.min(FINEST_STEP, Math.max(1, step));
}

/** East and north of the cells around one, in the order in which they are searched. */
const around: readonly (readonly [number, number])[] = [
  [0, 0],
  [0, 1],
  [0, -1],
  [1, 0],
  [-1, 0],
  [1, 1],
  [-1, 1],
  [1, -1],
  [-1, -1],
];

/** The cells that hold the area, in Redis's order, which is that of an unsorted answer. */
export function cellsOf(area: Area): Cell[] {
  const { center, shape, metersPerUnit } = area;
  const reach =
    shape.kind === 'circle'
      ? shape.radius
      : Math.sqrt((shape.width / 2) * (shape.width / 2) + (shape.height / 2) * (shape.height / 2));
  const edges = edgesOf(area);
  let step = stepFor(reach * metersPerUnit, center.latitude);
  let middle = cellOf(center, step)!;
  if (step > 1 && leavesOut(middle, edges)) {
    step--;
    middle = cellOf(center, step)!;
  }
  const cells = around
    .filter(([east, north]) => step < 2 || !isBeyond(middle, edges, east, north))
    .map(([east, north]) => neighbour(middle, east, north));
  // With few cells the same one is on several sides; only one that follows itself is left out, as in Redis.
  const isRepeated = (cell: Cell, i: number) => i > 1 && cells[i - 1]!.x === cell.x && cells[i - 1]!.y === cell.y;
  return cells.filter((cell, i) => !isRepeated(cell, i));
}

/** Whether the area reaches beyond the cells next to the middle one. */
function leavesOut(middle: Cell, edges: Edges): boolean {
  return (
    boundsOf(neighbour(middle, 0, 1)).north < edges.north ||
    boundsOf(neighbour(middle, 0, -1)).south > edges.south ||
    boundsOf(neighbour(middle, 1, 0)).east < edges.east ||
    boundsOf(neighbour(middle, -1, 0)).west > edges.west
  );
}

/** Whether the area ends inside the middle cell on this side. */
function isBeyond(middle: Cell, edges: Edges, east: number, north: number): boolean {
  const bounds = boundsOf(middle);
  return (
    (north < 0 && bounds.south < edges.south) ||
    (north > 0 && bounds.north > edges.north) ||
    (east < 0 && bounds.west < edges.west) ||
    (east > 0 && bounds.east > edges.east)
  );
}

/** Whether a place is one that can be stored. */
export function isStorable({ longitude, latitude }: Place): boolean {
  const isEast = longitude >= storable.west && longitude <= storable.east;
  return isEast && latitude >= storable.south && latitude <= storable.north;
}

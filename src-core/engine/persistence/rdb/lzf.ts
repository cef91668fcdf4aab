// LZF, the small fast compression that RDB files use for strings (format of LibLZF 3.x, Marc Lehmann).
//
// A compressed string is a row of runs; a run's first byte says what it is:
//   000LLLLL <L+1 bytes>             literal: 1 to 32 bytes as they are
//   LLLooooo oooooooo                back: L+2 bytes (L = 1..6) from o+1 bytes behind
//   111ooooo LLLLLLLL oooooooo       back: L+9 bytes from o+1 bytes behind

/** The most that one compressed byte can stand for: 264 bytes from three. Bounds what a forged length may ask for. */
export const lzfExpansionMax = 88;

const literalBytesMax = 32;
const backDistanceMax = 1 << 13;
const backBytesMin = 3;
const backBytesMax = 264;
const shortBackLengthMax = 6;
const longBackMark = 7;
const hashBitsMin = 8;
const hashBitsMax = 14;
const hashMultiplier = 0x9e3779b1;
/** After 2^5 places without a match every second place is tried, after 2^6 every third: what has none is soon passed. */
const missesPerSkip = 5;

/** Calls count their places on from one another, so that those of earlier calls need no clearing; here they start again. */
const placesMax = 2 ** 30;

/** Where the last three equal bytes stood, counted from `firstPlace`; what is below it was seen by an earlier call. */
const lastSeen = new Int32Array(1 << hashBitsMax);
let firstPlace = 1;

/**
 * Compresses `source[start, end)` into `target` from `targetStart`, and answers how many bytes that took,
 * or 0 if it would take more than `limitBytes`. `view` looks at the memory of `source`; `target` must have room.
 * Hot: a snapshot tries it on every string of some length, most often in vain.
 */
export function lzfCompress(
  source: Uint8Array,
  view: DataView,
  start: number,
  end: number,
  target: Uint8Array,
  targetStart: number,
  limitBytes: number,
): number {
  const hashBits = Math.min(hashBitsMax, Math.max(hashBitsMin, 32 - Math.clz32(end - start)));
  const shift = 32 - hashBits;
  if (firstPlace > placesMax) {
    lastSeen.fill(0);
    firstPlace = 1;
  }
  // A place is `at` plus this. What an earlier call saw then comes out before `start`.
  const toPlace = firstPlace - start;
  firstPlace += end - start;
  const limit = targetStart + limitBytes;
  const lastWord = end - 4;
  let out = targetStart;
  let literalStart = start;
  let at = start;
  let misses = 0;
  while (at <= lastWord) {
    // Three bytes make a match; they are read as four, of which the shift drops the last.
    const three = view.getInt32(at, true) << 8;
    const slot = Math.imul(three, hashMultiplier) >>> shift;
    const seen = lastSeen[slot] - toPlace;
    lastSeen[slot] = at + toPlace;
    const distance = at - seen - 1;
    if (seen < start || distance >= backDistanceMax || view.getInt32(seen, true) << 8 !== three) {
      at += 1 + (misses++ >>> missesPerSkip);
      continue;
    }
    let length = backBytesMin;
    const lengthMax = Math.min(backBytesMax, end - at);
    while (length < lengthMax && source[seen + length] === source[at + length]) length++;
    out = writeLiterals(source, literalStart, at, target, out, limit);
    if (out < 0 || out + 3 > limit) return 0;
    out = writeBack(target, out, distance, length - 2);
    at += length;
    literalStart = at;
    misses = 0;
  }
  if (literalStart === start && limitBytes <= end - start) return 0;
  out = writeLiterals(source, literalStart, end, target, out, limit);
  return out < 0 ? 0 : out - targetStart;
}

/** Answers the new end of the output, or -1 if it would pass `limit`. */
function writeLiterals(
  source: Uint8Array,
  start: number,
  end: number,
  target: Uint8Array,
  outStart: number,
  limit: number,
): number {
  let out = outStart;
  for (let at = start; at < end; ) {
    const runEnd = Math.min(end, at + literalBytesMax);
    if (out + 1 + runEnd - at > limit) return -1;
    target[out++] = runEnd - at - 1;
    while (at < runEnd) target[out++] = source[at++];
  }
  return out;
}

function writeBack(target: Uint8Array, outStart: number, distance: number, length: number): number {
  let out = outStart;
  if (length <= shortBackLengthMax) {
    target[out++] = (length << 5) | (distance >>> 8);
  } else {
    target[out++] = (longBackMark << 5) | (distance >>> 8);
    target[out++] = length - longBackMark;
  }
  target[out++] = distance & 255;
  return out;
}

/**
 * Expands `source[start, end)` into exactly `target[targetStart, targetStart + length)`.
 * Answers false, never throws and never writes outside, if the runs do not come out at that length.
 */
export function lzfExpand(
  source: Uint8Array,
  start: number,
  end: number,
  target: Uint8Array,
  targetStart: number,
  length: number,
): boolean {
  const outEnd = targetStart + length;
  let out = targetStart;
  let at = start;
  while (at < end) {
    const first = source[at++];
    if (first < literalBytesMax) {
      const runEnd = at + first + 1;
      if (runEnd > end || out + first + 1 > outEnd) return false;
      while (at < runEnd) target[out++] = source[at++];
      continue;
    }
    let run = (first >>> 5) + 2;
    if (first >>> 5 === longBackMark) {
      if (at >= end) return false;
      run += source[at++];
    }
    if (at >= end) return false;
    let from = out - ((first & 31) << 8) - source[at++] - 1;
    if (from < targetStart || out + run > outEnd) return false;
    for (const runEnd = out + run; out < runEnd; ) target[out++] = target[from++];
  }
  return out === outEnd;
}

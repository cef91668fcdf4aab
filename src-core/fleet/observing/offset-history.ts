// The sampled offsets of one node over time: gives its write rate, and the age of any byte by interpolation.
import { Ring } from './ring.ts';

interface OffsetSample {
  readonly atMs: number;
  readonly offset: number;
}

/** Enough for five minutes at one sample a second and for a minute at four. */
const samplesMax = 400;
/** The rate is the growth over at most this long, so that it follows a change within seconds. */
const rateWindowMs = 5000;
/** Over less than this a rate is noise. */
const rateLeastMs = 800;
/** A load that has just begun shows in so short a time first. */
const burstWindowMs = 1500;

export class OffsetHistory {
  readonly #samples = new Ring<OffsetSample>(samplesMax);
  #lineage: string | null = null;

  /** An offset that goes back, or another history, begins anew: ages across such a break mean nothing. */
  add(atMs: number, offset: number, lineage: string | null): void {
    const last = this.#samples.last;
    if (lineage !== this.#lineage || (last !== null && offset < last.offset)) this.#samples.clear();
    this.#lineage = lineage;
    this.#samples.push({ atMs, offset });
  }

  /** Whether there are samples enough for a rate: without, 0 says nothing. */
  get isMeasured(): boolean {
    const [first, last] = [this.#samples.at(0), this.#samples.last];
    return !!first && !!last && last.atMs - first.atMs >= rateLeastMs;
  }

  /** Growth in bytes per second over the last seconds; 0 until two samples are there. */
  bytesPerSecond(): number {
    return this.#growth(rateWindowMs, 0);
  }

  /** The same, or the growth over the last second or so where that is more: what must have room must have it for bursts. */
  burstBytesPerSecond(): number {
    return Math.max(this.bytesPerSecond(), this.#growth(burstWindowMs, rateLeastMs));
  }

  /** Since the oldest sample in the window; 0 where there is none, or none that is old enough. */
  #growth(windowMs: number, leastMs: number): number {
    const last = this.#samples.last;
    if (!last) return 0;
    for (let index = 0; index < this.#samples.length; index++) {
      const sample = this.#samples.at(index);
      if (!sample || sample === last || last.atMs - sample.atMs > windowMs) continue;
      const spanMs = last.atMs - sample.atMs;
      return spanMs < leastMs ? 0 : ((last.offset - sample.offset) * 1000) / Math.max(1, spanMs);
    }
    return 0;
  }

  /**
   * How long before `nowMs` this node stood at `offset`, in seconds. Null when it stood there before the samples begin.
   * Example: samples (10 s, 1 000) and (11 s, 3 000); offset 2 000 was passed at 10.5 s; at 11 s its age is 0.5 s.
   * An offset that the node has not passed yet (or just reached) has age 0.
   */
  ageSeconds(offset: number, nowMs: number): number | null {
    const last = this.#samples.last;
    if (!last) return null;
    if (offset >= last.offset) return 0;
    for (let index = this.#samples.length - 1; index > 0; index--) {
      const later = this.#samples.at(index);
      const earlier = this.#samples.at(index - 1);
      if (!later || !earlier || earlier.offset > offset) continue;
      const share = (offset - earlier.offset) / (later.offset - earlier.offset);
      const passedAtMs = earlier.atMs + share * (later.atMs - earlier.atMs);
      return Math.max(0, nowMs - passedAtMs) / 1000;
    }
    return null;
  }
}

// Watches the full syncs of one replica, look by look: how long each took, how many bytes came, and how fast. Pure.
import type { LinkReading, NodeReading } from './reading.ts';

/** Shorter looks at a transfer give no rate. */
const rateLeastMs = 400;
const rateLeastBytes = 1_000_000;
/** Begin and end lie between two looks each. A sync that is not so many times longer than that is not timed. */
const timesOfDoubt = 3;

/** A full sync that came to its good end. */
export interface SeenSync {
  /** Null where the looks were too far apart to say. */
  readonly seconds: number | null;
  /** Of the snapshot; null where the master did not say. */
  readonly totalBytes: number | null;
  /** Of the snapshot, as far as it was seen to come. */
  readonly readBytes: number;
  /** Null where it was too short to say. */
  readonly bytesPerSecond: number | null;
}

/** Times of a clock that never steps, milliseconds. */
interface RunningSync {
  /** The process of the replica, and its master. */
  readonly between: string;
  /** Between the look before it and its first one. */
  readonly beganMs: number;
  readonly doubtMs: number;
  lastLookMs: number;
  totalBytes: number;
  first: { readonly atMs: number; readonly bytes: number } | null;
  last: { readonly atMs: number; readonly bytes: number } | null;
}

export class SyncWatch {
  #running: RunningSync | null = null;
  #lastLookMs: number | null = null;
  #seen: SeenSync | null = null;

  /** The last one; another object each time. */
  get seen(): SeenSync | null {
    return this.#seen;
  }

  take(reading: NodeReading): void {
    const { link, monotonicMs, runId } = reading;
    const between = `${runId} ${link?.masterAddress.host}:${link?.masterAddress.port}`;
    if (this.#running?.between !== between) this.#running = null;
    if (link?.syncInProgress) this.#goOn(link, between, monotonicMs);
    else {
      if (this.#running && link?.up) this.#seen = toSeen(this.#running, monotonicMs);
      this.#running = null;
    }
    this.#lastLookMs = monotonicMs;
  }

  #goOn(link: LinkReading, between: string, nowMs: number): void {
    const bytes = link.syncReadBytes;
    // One that was cut off began again between two looks.
    if (bytes < (this.#running?.last?.bytes ?? 0)) this.#running = null;
    this.#running ??= begin(between, this.#lastLookMs ?? Number.NEGATIVE_INFINITY, nowMs);
    const running = this.#running;
    running.lastLookMs = nowMs;
    running.totalBytes = Math.max(running.totalBytes, link.syncTotalBytes);
    if (bytes <= (running.last?.bytes ?? 0)) return;
    running.last = { atMs: nowMs, bytes };
    running.first ??= running.last;
  }
}

/** Looks at 1.0 s and 1.2 s, the second of which sees it: it began at 1.1 s, give or take 0.1 s. */
function begin(between: string, lastLookMs: number, nowMs: number): RunningSync {
  const doubtMs = (nowMs - lastLookMs) / 2;
  return { between, beganMs: nowMs - doubtMs, doubtMs, lastLookMs: nowMs, totalBytes: 0, first: null, last: null };
}

function toSeen({ beganMs, doubtMs, lastLookMs, totalBytes, first, last }: RunningSync, nowMs: number): SeenSync {
  const endDoubtMs = (nowMs - lastLookMs) / 2;
  const lastedMs = nowMs - endDoubtMs - beganMs;
  const isTimed = Number.isFinite(lastedMs) && lastedMs >= timesOfDoubt * (doubtMs + endDoubtMs);
  const rateMs = first && last ? last.atMs - first.atMs : 0;
  const rateBytes = first && last ? last.bytes - first.bytes : 0;
  return {
    seconds: isTimed ? lastedMs / 1000 : null,
    totalBytes: totalBytes > 0 ? totalBytes : null,
    readBytes: last?.bytes ?? 0,
    bytesPerSecond: rateMs >= rateLeastMs && rateBytes >= rateLeastBytes ? (rateBytes / rateMs) * 1000 : null,
  };
}

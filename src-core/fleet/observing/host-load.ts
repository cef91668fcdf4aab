// What looking at all nodes costs this host: looks and bytes a second, and how busy its own thread is.
import { type EventLoopUtilization, performance } from 'node:perf_hooks';
import type { ObservingView } from '../../contract/surroundings.ts';

/** The figures are means over at least this long, so that they hold still. */
const windowMs = 5000;

export type HostCost = Omit<ObservingView, 'isProbing'>;

export class HostLoad {
  #looks = 0;
  #bytes = 0;
  #sinceMs = performance.now();
  #loop: EventLoopUtilization = performance.eventLoopUtilization();
  #view: HostCost = { looksPerSecond: 0, bytesPerSecond: 0, hostShare: 0 };

  get view(): HostCost {
    return this.#view;
  }

  /** One look more. */
  add(bytes: number): void {
    this.#looks++;
    this.#bytes += bytes;
  }

  /** Makes figures of what came since the last time, once that is long enough ago. */
  roll(nowMs: number): void {
    const seconds = (nowMs - this.#sinceMs) / 1000;
    if (seconds * 1000 < windowMs) return;
    const loop = performance.eventLoopUtilization();
    this.#view = {
      looksPerSecond: this.#looks / seconds,
      bytesPerSecond: this.#bytes / seconds,
      hostShare: performance.eventLoopUtilization(loop, this.#loop).utilization,
    };
    this.#looks = 0;
    this.#bytes = 0;
    this.#sinceMs = nowMs;
    this.#loop = loop;
  }
}

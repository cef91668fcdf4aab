// Memory over time: what each server holds at each look, and whether it grows by more than it may.

import { residentBytes } from '../bench/process-usage.ts';
import { info } from '../support/replication.ts';
import type { ServerProcess } from '../support/server-process.ts';

export interface MemorySample {
  readonly atMs: number;
  /** In RAM; null where the system does not tell. */
  readonly residentBytes: number | null;
  /** What the server counts itself: for ours the arena with all that stands beside it. */
  readonly usedBytes: number;
}

/** What comes before this part of the time is warming up: heaps and buffers find their size. */
const warmUpShare = 0.4;
/** With fewer samples after the warm-up a slope is noise. */
const samplesMin = 10;

export async function sampleMemory(server: ServerProcess, atMs: number): Promise<MemorySample> {
  const client = server.client();
  const { used_memory: used } = await info(client, 'memory');
  client.disconnect();
  return { atMs, residentBytes: residentBytes(server.pid), usedBytes: Number(used) };
}

/** Bytes per minute by which the figure grows after the warm-up, by least squares; null with too few samples. */
export function growthPerMinute(
  samples: readonly MemorySample[],
  figure: 'residentBytes' | 'usedBytes',
): number | null {
  const judged = samples.slice(Math.floor(samples.length * warmUpShare));
  const points = judged.flatMap((sample) => {
    const bytes = sample[figure];
    return bytes === null ? [] : [{ x: sample.atMs / 60_000, y: bytes }];
  });
  if (points.length < samplesMin) return null;
  const mean = (of: (point: { x: number; y: number }) => number) =>
    points.reduce((sum, point) => sum + of(point), 0) / points.length;
  const [meanX, meanY] = [mean(({ x }) => x), mean(({ y }) => y)];
  return mean(({ x, y }) => (x - meanX) * (y - meanY)) / mean(({ x }) => (x - meanX) ** 2);
}

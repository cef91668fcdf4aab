// The narrowest case of the rule, which chance alone would hardly ever meet: the first byte that the backlog still holds.
import { trimStepBytes } from '#core/engine/replication/backlog.ts';
import { encodeRequest } from '#core/resp/request-decoder.ts';
import type { SeededRandom } from '../support/random.ts';
import type { Cluster } from './cluster.ts';

const key = 'load:edge';
const pushedBytes = 1500;
/** Enough for the backlog to let go one more step, and not two. */
const beyondEdgeBytes = trimStepBytes + trimStepBytes / 2;
const smallBacklog = '16384';

/**
 * A replica in sync loses its link just where its master's backlog will begin, or one byte before; then the master
 * writes on until it does begin there. The one may come back by a partial resync, the other may not.
 */
export async function leaveAtEdge(cluster: Cluster, name: string, random: SeededRandom): Promise<void> {
  const { master, engine } = cluster.machine(name);
  const stream = master?.engine?.replication.stream;
  if (master === null || stream === undefined || engine === null || !engine.replication.isLinkUp) return;
  cluster.set(master.name, 'repl-backlog-size', smallBacklog);
  cluster.command(master.name, 'SET', key, 'x');
  await cluster.pass(200);
  const window = stream.window;
  const before = stream.offset;
  if (window === null || engine.replication.stream.offset !== before) return;
  const steps = Math.ceil((before + pushedBytes - window.firstByte) / trimStepBytes);
  const edge = window.firstByte + steps * trimStepBytes;
  // It will ask for the byte behind what it has: byte `edge`, or the one before, which will be gone.
  const last = edge - 1 - random.below(2);
  const value = valueFor(last - before);
  if (value === null) return;
  cluster.command(master.name, 'SET', key, value);
  await cluster.pass(0);
  if (stream.offset !== last) return;
  for (let bytes = 0; bytes < beyondEdgeBytes; bytes += pushedBytes) {
    cluster.command(master.name, 'SET', key, 'y'.repeat(pushedBytes));
  }
  // In the middle of the request that follows: what is not whole does not count.
  cluster.cut(name, last - before + pushedBytes / 2);
  await cluster.pass(100);
}

/** What makes a SET of so many bytes in all; null where no length does. */
function valueFor(bytes: number): string | null {
  for (let digits = 1; digits <= 5; digits++) {
    const length = bytes - (encodeRequest(['SET', key, '']).length - 1) - digits;
    if (length > 0 && String(length).length === digits) return 'x'.repeat(length);
  }
  return null;
}

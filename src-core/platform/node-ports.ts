// The engine's ports made of Node: clock, timers, random numbers, files and sockets.
import { randomFillSync, randomInt } from 'node:crypto';
import type { Clock, Ports, Random, Timers } from '../base/ports.ts';
import { beatMs, eachBeat } from './beat.ts';
import { NodeFiles } from './files.ts';
import { SocketTransport } from './transport.ts';

/** A set of ports of its own; several engines of a thread may share one. */
export function nodePorts(): Ports {
  return { clock, timers, random, transport: new SocketTransport(), files: new NodeFiles() };
}

const clock: Clock = {
  nowMs: () => Date.now(),
  monotonicMs: () => performance.now(),
};

const timers: Timers = {
  after: (delayMs, run) => {
    const timer = setTimeout(run, delayMs);
    return { dispose: () => clearTimeout(timer) };
  },
  every: (intervalMs, run) => {
    if (intervalMs === beatMs) return eachBeat(run);
    const timer = setInterval(run, intervalMs);
    return { dispose: () => clearInterval(timer) };
  },
  soon: (run) => {
    const immediate = setImmediate(run);
    return { dispose: () => clearImmediate(immediate) };
  },
};

const random: Random = {
  bytes: (count) => randomFillSync(new Uint8Array(count)),
  integer: (below) => randomInt(below),
};

// The load of the benchmarks: redis-benchmark for what is measured, and a plain fill of known keys before it.
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { connect } from 'node:net';
import { promisify } from 'node:util';
import type { ServerProcess } from '../support/server-process.ts';
import { cpuSeconds } from './process-usage.ts';
import type { Run } from './row.ts';

export interface Load {
  readonly command: 'SET' | 'GET';
  readonly clients: number;
  readonly pipeline: number;
  readonly requests: number;
  readonly keys: number;
}

/** Keys of 16 and values of 64 bytes; redis-benchmark names its keys so. */
export const valueBytes = 64;
export const keyOf = (index: number) => `key:${String(index).padStart(12, '0')}`;
const fillBatch = 1000;

/** Runs redis-benchmark once against the server: commands a second, and server CPU for one in microseconds. */
export async function runLoad(server: ServerProcess, load: Load): Promise<Run> {
  const cpuBefore = cpuSeconds(server.pid);
  const words = {
    '-h': server.host,
    '-p': server.port,
    '-t': load.command.toLowerCase(),
    '-c': load.clients,
    '-P': load.pipeline,
    '-n': load.requests,
    '-r': load.keys,
    '-d': valueBytes,
  };
  const flags = Object.entries(words).flatMap(([name, value]) => [name, String(value)]);
  const { stdout } = await promisify(execFile)('redis-benchmark', [...flags, '--csv']);
  const cpuAfter = cpuSeconds(server.pid);
  const perSecond = Number(new RegExp(`^"${load.command}","([\\d.]+)"`, 'm').exec(stdout)?.[1]);
  if (!(perSecond > 0)) throw new Error(`redis-benchmark gave no figure for ${server.name}: ${stdout}`);
  const cpu = cpuBefore === null || cpuAfter === null ? null : ((cpuAfter - cpuBefore) / load.requests) * 1e6;
  return { figure: perSecond, cpu };
}

/** Sixty-four bytes like those of a token: none of them repeats, so that nothing is gained by compressing it. */
export function randomValues(seed: number): (index: number) => string {
  let state = seed;
  const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
  const pool = Array.from({ length: 2 ** 16 }, () => {
    // The multiplier and increment of Numerical Recipes; its highest bits are the random ones.
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return letters[state >>> 26];
  }).join('');
  return (index) => {
    const from = Math.imul(index, 40503) & (2 ** 15 - 1);
    return pool.slice(from, from + valueBytes);
  };
}

const sameValue = 'v'.repeat(valueBytes);

/** Writes each of `keys` once, so that a random GET always finds one. */
export async function fillKeys(
  server: ServerProcess,
  keys: number,
  valueAt: (index: number) => string = () => sameValue,
): Promise<void> {
  const socket = connect({ host: server.host, port: server.port, noDelay: true });
  await once(socket, 'connect');
  for (let first = 0; first < keys; first += fillBatch) {
    const count = Math.min(fillBatch, keys - first);
    const commands = Array.from({ length: count }, (_, index) => {
      const key = keyOf(first + index);
      const value = valueAt(first + index);
      return `*3\r\n$3\r\nSET\r\n$${key.length}\r\n${key}\r\n$${value.length}\r\n${value}\r\n`;
    });
    socket.write(commands.join(''));
    for (let wanted = count * '+OK\r\n'.length; wanted > 0; ) {
      const [chunk] = (await once(socket, 'data')) as [Buffer];
      if (chunk[0] === 45) throw new Error(`${server.name} refused the fill: ${chunk.toString('utf8', 0, 200)}`);
      wanted -= chunk.length;
    }
  }
  socket.destroy();
}

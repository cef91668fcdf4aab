// The load of the benchmarks: redis-benchmark for what is measured, and a plain fill of known keys before it.
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { connect } from 'node:net';
import { promisify } from 'node:util';
import type { ServerProcess } from '../support/server-process.ts';
import { cpuSeconds } from './process-usage.ts';

export interface Load {
  readonly command: 'SET' | 'GET';
  readonly clients: number;
  readonly pipeline: number;
  readonly requests: number;
  readonly keys: number;
}

export interface LoadResult {
  readonly perSecond: number;
  /** Server CPU for one command, in microseconds; null where the system does not tell. */
  readonly cpuMicroseconds: number | null;
}

/** Keys of 16 and values of 64 bytes; redis-benchmark names its keys so. */
export const valueBytes = 64;
const keyOf = (index: number) => `key:${String(index).padStart(12, '0')}`;
const fillBatch = 1000;

/** Runs redis-benchmark once against the server. */
export async function runLoad(server: ServerProcess, load: Load): Promise<LoadResult> {
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
  return { perSecond, cpuMicroseconds: cpu };
}

/** Writes each of `keys` once, so that a random GET always finds one. */
export async function fillKeys(server: ServerProcess, keys: number): Promise<void> {
  const socket = connect({ host: server.host, port: server.port, noDelay: true });
  await once(socket, 'connect');
  const value = 'v'.repeat(valueBytes);
  for (let first = 0; first < keys; first += fillBatch) {
    const count = Math.min(fillBatch, keys - first);
    const commands = Array.from({ length: count }, (_, index) => {
      const key = keyOf(first + index);
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

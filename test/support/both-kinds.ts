// The same story told to a real Redis and to ours: what each answers, shows and logs must be equal.
import type { Redis } from 'ioredis';
import { expect } from 'vitest';
import { startRedis } from './redis-server.ts';
import { info } from './replication.ts';
import type { ServerProcess, StartOptions } from './server-process.ts';
import { startSyncline } from './syncline-server.ts';

export type Start = (options?: StartOptions) => Promise<ServerProcess>;

/** Runs the story with either server as its subject, compares what it saw, and answers that. */
export async function tellBoth<Seen>(story: (start: Start) => Promise<Seen>): Promise<Seen> {
  const told = await Promise.allSettled([story(startRedis), story(startSyncline)]);
  const [real, ours] = told.map((one) => {
    if (one.status === 'rejected') throw one.reason;
    return one.value;
  });
  expect(ours).toEqual(real);
  return real!;
}

/** What a server answers; its errors are answers too, as `-` and their text. */
export async function answer(client: Redis, ...words: readonly (string | number)[]): Promise<unknown> {
  const [command, ...rest] = words.map(String);
  try {
    return await client.call(command!, ...rest);
  } catch (error) {
    return `-${error instanceof Error ? error.message : String(error)}`;
  }
}

/** The fields of INFO replication that are named, as they are. */
export async function shown(client: Redis, ...names: readonly string[]): Promise<Readonly<Record<string, unknown>>> {
  const fields = await info(client, 'replication');
  return Object.fromEntries(names.map((name) => [name, fields[name]]));
}

/**
 * A replica tries about once a second, by the clock of its own log: however late the reader is.
 * @throws where it tried oftener
 */
export function expectPacedTries(replica: ServerProcess): void {
  const lines = replica.output().split('\n');
  const momentsMs = lines
    .filter((line) => line.includes('Connecting to MASTER'))
    .map((line) => Date.parse(/^\d+:\w (\S+ \S+ \S+ \S+) /.exec(line)?.[1] ?? ''));
  const seconds = (momentsMs.at(-1)! - momentsMs[0]!) / 1000;
  expect(momentsMs.length, `tries in ${seconds} seconds`).toBeLessThanOrEqual(seconds + 2);
}

/** The lines of the log that match, without time, process, numbers and ids. */
export function logged(server: ServerProcess, what: RegExp): string[] {
  return server
    .output()
    .split('\n')
    .flatMap((line) => /^\d+:([MSC]) \S+ \S+ \S+ \S+ (. .*)$/.exec(line)?.slice(1).join(' ') ?? [])
    .filter((line) => what.test(line))
    .map((line) => line.replace(/[0-9a-f]{40}/g, 'ID').replace(/\d+(\.\d+)*/g, 'N'));
}

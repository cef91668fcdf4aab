// The real redis-server of this machine, as a test wants it: `await using redis = await startRedis()`.
import { type ServerProcess, type StartOptions, startServerProcess } from './server-process.ts';

/** Starts a real Redis on a free loopback port with persistence off, unless the settings say otherwise. */
export function startRedis(options: StartOptions = {}): Promise<ServerProcess> {
  return startServerProcess({ name: 'redis-server', command: 'redis-server', leadingArguments: [] }, options);
}

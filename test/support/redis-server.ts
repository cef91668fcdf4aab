// The real redis-server of this machine, as a test wants it: `await using redis = await startRedis()`.
import { type ReleaseName, releaseProgram } from './releases.ts';
import { type ServerProcess, type StartOptions, startServerProcess } from './server-process.ts';

/** Starts a real Redis on a free loopback port with persistence off, unless the settings say otherwise. */
export function startRedis(options: StartOptions = {}): Promise<ServerProcess> {
  return startServerProcess({ name: 'redis-server', command: 'redis-server', leadingArguments: [] }, options);
}

/** Starts another release than the machine's own; only tests in test/interop/releases may count on it. */
export function startRelease(name: ReleaseName, options: StartOptions = {}): Promise<ServerProcess> {
  return startServerProcess({ name, ...releaseProgram(name) }, options);
}

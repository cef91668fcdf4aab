// The real redis-server of this machine, as a test wants it: `await using redis = await startRedis()`.
import { type ReleaseName, releaseNames, releaseProgram } from './releases.ts';
import { type ServerProcess, type ServerProgram, type StartOptions, startServerProcess } from './server-process.ts';

/** What this machine has, and what is fetched for the tests. */
export const realServerNames = ['Redis 7.0', ...releaseNames] as const;
export type RealServerName = 'Redis 7.0' | ReleaseName;

/** Starts a real Redis on a free loopback port with persistence off, unless the settings say otherwise. */
export function startRedis(options: StartOptions = {}): Promise<ServerProcess> {
  return startReal('Redis 7.0', options);
}

/** Starts another release than the machine's own; only tests in test/interop/releases may count on it. */
export function startRelease(name: ReleaseName, options: StartOptions = {}): Promise<ServerProcess> {
  return startReal(name, options);
}

/** Starts any of them. @param leading what stands before the settings: a configuration file, say */
export function startReal(
  name: RealServerName,
  options: StartOptions = {},
  ...leading: string[]
): Promise<ServerProcess> {
  const program = realProgram(name);
  return startServerProcess({ ...program, leadingArguments: [...program.leadingArguments, ...leading] }, options);
}

function realProgram(name: RealServerName): ServerProgram {
  if (name !== 'Redis 7.0') return { name, ...releaseProgram(name) };
  return { name: 'redis-server', command: 'redis-server', leadingArguments: [] };
}

// Servers for the time of a measurement. Not `await using`: a bundle that runs outside vitest has no helper to lower it.
import type { ServerProcess } from '../support/server-process.ts';

/** Starts one after the other, hands all to `use`, and stops them whatever becomes of it. */
export async function withServers<const Starts extends readonly (() => Promise<ServerProcess>)[], Result>(
  starts: Starts,
  use: (servers: { [Index in keyof Starts]: ServerProcess }) => Promise<Result>,
): Promise<Result> {
  const servers: ServerProcess[] = [];
  try {
    for (const start of starts) servers.push(await start());
    return await use(servers as { [Index in keyof Starts]: ServerProcess });
  } finally {
    for (const server of servers) await server[Symbol.asyncDispose]();
  }
}

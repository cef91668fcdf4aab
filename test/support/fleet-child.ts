// A Syncline of its own process that runs one act and dies at a given step: kill -9 in the middle of a plan.
import { join } from 'node:path';
import { createRouterClient } from '@orpc/server';
import * as z from 'zod';
import { actSchema } from '#core/contract/acts.ts';
import { Host } from '#core/host/host.ts';

const task = z
  .object({
    folder: z.string(),
    workerUrl: z.string(),
    servers: z.array(z.object({ name: z.string(), host: z.string(), port: z.int() })),
    /** With names in the places of ids: this process gives ids of its own. */
    act: z.record(z.string(), z.unknown()),
    /** Dies when so many steps are done. */
    dieAfterSteps: z.int(),
  })
  .parse(JSON.parse(process.argv[2] ?? ''));

const host = new Host({
  shell: 'web',
  version: '0.0.0',
  workerUrl: new URL(task.workerUrl),
  settingsFolder: join(task.folder, 'settings'),
  dataFolder: join(task.folder, 'data'),
});
const client = createRouterClient(host.router(), {});

function value<T>(outcome: { ok: true; value: T } | { ok: false; failure: unknown }): T {
  if (!outcome.ok) throw new Error(JSON.stringify(outcome.failure));
  return outcome.value;
}

const ids = new Map<string, string>();
for (const server of task.servers) {
  const result = value(await client.connections.connect(server));
  if (result.kind === 'connected') ids.set(server.name, result.nodeId);
}
const withIds = Object.entries(task.act).map(([name, word]) => [name, ids.get(String(word)) ?? word]);
const plan = value(await client.acts.plan(actSchema.parse(Object.fromEntries(withIds))));

void (async () => {
  for await (const { hash, results } of await client.acts.progress()) {
    if (hash === plan.hash && results.length >= task.dieAfterSteps) process.kill(process.pid, 'SIGKILL');
  }
})();
const result = value(await client.acts.run({ hash: plan.hash }));
// It was to die before: the parent sees that it did not.
process.stdout.write(`${JSON.stringify(result.failure)}\n`);
process.exit(0);

// A Syncline of its own process that runs one act and dies at a given step: kill -9 in the middle of a plan.
import { existsSync, readFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { createRouterClient } from '@orpc/server';
import * as z from 'zod';
import { actSchema } from '#core/contract/acts.ts';
import { Host } from '#core/host/host.ts';
import { waitFor } from './wait-for.ts';
import { connectThrough } from './wired-scene.ts';

const address = z.object({ host: z.string(), port: z.int() });
const task = z
  .object({
    folder: z.string(),
    workerUrl: z.string(),
    servers: z.array(z.object({ name: z.string(), path: address, door: address })),
    /** Those that are in charge: the act waits until it is known what they watch. */
    sentinels: z.array(address).default([]),
    /** With names in the places of ids: this process gives ids of its own. */
    act: z.record(z.string(), z.unknown()),
    /** Dies when so many steps are done. */
    steps: z.int(),
    /** `between`: before the next one. `within`: when a server has answered to the next one, and that is not written yet. */
    moment: z.enum(['between', 'within']),
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

function die(): never {
  process.kill(process.pid, 'SIGKILL');
  throw new Error('nobody comes here');
}

function readLines(): string[] {
  const path = join(task.folder, 'settings', 'journal.jsonl');
  return existsSync(path) ? readFileSync(path, 'utf8').trimEnd().split('\n') : [];
}

const linesBefore = readLines().length;

/** The step of ours that the journal says has begun and not ended; null between two. */
function openStep(): number | null {
  const last = JSON.parse(readLines().slice(linesBefore).at(-1) ?? '{}');
  return last.kind === 'stepBegun' ? last.index : null;
}

const ids = new Map<string, string>();
for (const server of task.servers) ids.set(server.name, await connectThrough(client, server));
for (const sentinel of task.sentinels) value(await client.connections.connect(sentinel));
if (task.sentinels.length > 0) {
  await waitFor('the Sentinels to be known', () => host.fleet.members.some(({ supervision }) => supervision !== null));
}
const withIds = Object.entries(task.act).map(([name, word]) => [name, ids.get(String(word)) ?? word]);
const act = actSchema.parse(Object.fromEntries(withIds));
let plan = value(await client.acts.plan(act));

/** Whether a server is asked for the next step; looks for their own sake are none, but where the step is a look. */
function isForTheStep(words: readonly string[]): boolean {
  const command = plan.steps[task.steps]?.command ?? '';
  return command.split('\n').includes(words.join(' ')) || command.startsWith('INFO');
}
for (const { node } of host.fleet.members) {
  const execute = node.execute.bind(node);
  node.execute = async (commands) => {
    const isMeant = task.moment === 'within' && commands.some(isForTheStep) && openStep() === task.steps;
    const replies = await execute(commands);
    if (isMeant) die();
    return replies;
  };
}

void (async () => {
  for await (const { hash, results } of await client.acts.progress()) {
    if (hash !== plan.hash) continue;
    if (task.moment === 'between' && results.length >= task.steps) die();
    // Whoever restarts servers by hand watches this.
    writeSync(process.stdout.fd, `at ${JSON.stringify(plan.steps[results.length] ?? null)}\n`);
  }
})();
for (;;) {
  const outcome = await client.acts.run({ hash: plan.hash });
  if (outcome.ok || (outcome.failure.code !== 'planExpired' && outcome.failure.code !== 'checkFailed')) {
    // It was to die before: the parent sees that it did not.
    process.stdout.write(`${JSON.stringify(outcome)}\n`);
    process.exit(0);
  }
  // Servers moved on since it was made, or are not level yet: it is looked at again, as a person does.
  plan = value(await client.acts.plan(act));
}

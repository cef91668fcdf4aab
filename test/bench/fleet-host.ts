// A program: a host without a window that connects to the ports it is given and watches them as a window would.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createRouterClient } from '@orpc/server';
import { Host } from '#core/host/host.ts';

const ports = JSON.parse(process.argv[2] ?? '[]') as number[];
const folder = mkdtempSync(join(tmpdir(), 'syncline-fleet-host-'));
process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
process.once('SIGTERM', () => process.exit(0));
process.stdin.on('end', () => process.exit(0)).resume();

const host = new Host({
  shell: 'web',
  version: '0.0.0',
  workerUrl: new URL('file:///no-embedded-nodes-here'),
  settingsFolder: join(folder, 'settings'),
  dataFolder: join(folder, 'data'),
});
const client = createRouterClient(host.router(), {});
for (const port of ports) {
  const outcome = await client.connections.connect({ host: '127.0.0.1', port });
  if (!outcome.ok) throw new Error(`port ${port}: ${outcome.failure.code}`);
}
console.log(JSON.stringify({ nodes: host.fleet.members.length }));
let sentBytes = 0;
for await (const event of await client.fleet.watch()) {
  // What would go to a window is made, as it would be there.
  sentBytes += JSON.stringify(event).length;
  if (event.kind === 'patch' && event.surroundings) {
    console.log(JSON.stringify({ observing: event.surroundings.observing, sentBytes }));
  }
}

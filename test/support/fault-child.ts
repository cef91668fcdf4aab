// A Syncline of its own process that lays a relay on one link and dies: kill -9 with a fault on.
import { join } from 'node:path';
import { createRouterClient } from '@orpc/server';
import * as z from 'zod';
import { Host } from '#core/host/host.ts';

const server = z.object({ host: z.string(), port: z.int() });
const task = z
  .object({ folder: z.string(), workerUrl: z.string(), master: server, replica: server })
  .parse(JSON.parse(process.argv[2] ?? ''));

const host = new Host({
  shell: 'web',
  version: '0.0.0',
  workerUrl: new URL(task.workerUrl),
  settingsFolder: join(task.folder, 'settings'),
  dataFolder: join(task.folder, 'data'),
});
const client = createRouterClient(host.router(), {});
await client.connections.connect({ ...task.master, name: 'master', servesFound: false });
const connected = await client.connections.connect({ ...task.replica, name: 'replica', servesFound: false });
if (!connected.ok || connected.value.kind !== 'connected') throw new Error(JSON.stringify(connected));
const laid = await client.links.fault({ nodeId: connected.value.nodeId, fault: { kind: 'stall' } });
if (!laid.ok) throw new Error(JSON.stringify(laid));
process.stdout.write(`${JSON.stringify(laid.value.address)}\n`, () => process.kill(process.pid, 'SIGKILL'));

// A program: many engines in one process, masters with their replicas under a gentle load; prints their ports as JSON.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Config } from '#core/engine/server/config.ts';
import { Engine } from '#core/engine/server/engine.ts';
import { nodePorts } from '#core/platform/node-ports.ts';
import { nodeProcessFacts } from '#core/platform/process-facts.ts';

const [masters = 1, replicasEach = 1] = process.argv.slice(2).map(Number);
const loadIntervalMs = 100;
const valueBytes = 200;

const folder = mkdtempSync(join(tmpdir(), 'syncline-farm-'));
process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
process.once('SIGTERM', () => process.exit(0));
// Whoever started it holds its input open; when that ends, so does this.
process.stdin.on('end', () => process.exit(0)).resume();

async function startEngine(masterPort: number | null): Promise<{ engine: Engine; port: number }> {
  const config = new Config({ resolveFolder: (path) => path });
  const load = (name: string, ...words: string[]) => config.load(name, words);
  load('port', '0');
  load('bind', '127.0.0.1');
  load('dir', folder);
  load('save', '');
  load('repl-diskless-sync-delay', '0');
  if (masterPort !== null) load('replicaof', '127.0.0.1', String(masterPort));
  const engine = new Engine(nodePorts(), config, { process: nodeProcessFacts('0.0.0') });
  const { port } = await engine.start();
  return { engine, port };
}

const ports: number[] = [];
for (let index = 0; index < masters; index++) {
  const { engine, port } = await startEngine(null);
  ports.push(port);
  setInterval(() => void engine.execute(['SET', `key:${index}`, 'x'.repeat(valueBytes)]), loadIntervalMs);
  for (let replica = 0; replica < replicasEach; replica++) ports.push((await startEngine(port)).port);
}
console.log(JSON.stringify(ports));

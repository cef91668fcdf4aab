// `npm run bench`: measures the engine against the redis-server of the same machine. It informs; it never fails a build.
import { spawnSync } from 'node:child_process';
import { cpus, totalmem } from 'node:os';
import { parseArgs } from 'node:util';
import { provideRequiredPrograms } from '../support/required-programs.ts';
import { heading, line } from './table.ts';
import { measureThroughput } from './throughput.ts';

const pairsMin = 3;
const usage = `npm run bench -- throughput [--pairs N, at least ${pairsMin}] [--quick] [--json]`;
const quickDivisor = 10;

function machine() {
  const redis = spawnSync('redis-server', ['--version'], { encoding: 'utf8' }).stdout;
  return {
    processor: cpus()[0]?.model ?? 'unknown',
    cores: cpus().length,
    memoryGigabytes: Math.round(totalmem() / 2 ** 30),
    system: `${process.platform} ${process.arch}`,
    node: process.version,
    redis: /v=([\d.]+)/.exec(redis)?.[1] ?? 'unknown',
  };
}

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    options: { pairs: { type: 'string' }, quick: { type: 'boolean' }, json: { type: 'boolean' } },
    allowPositionals: true,
  });
  const pairs = values.pairs === undefined ? pairsMin : Number(values.pairs);
  if (positionals[0] !== 'throughput' || !(pairs >= pairsMin)) throw new Error(`usage: ${usage}`);
  provideRequiredPrograms();
  const where = machine();
  const say = (text: string) => {
    if (!values.json) console.log(text);
  };
  say(
    Object.entries(where)
      .map(([name, value]) => `${name} ${value}`)
      .join(', '),
  );
  if (values.quick) say('quick: a tenth of the requests, not for quoting');
  say(heading);
  const divisor = values.quick ? quickDivisor : 1;
  const rows = await measureThroughput({ pairs, divisor, onRow: (row) => say(line(row)) });
  if (values.json) console.log(JSON.stringify({ machine: where, pairs, divisor, rows }, null, 2));
}

try {
  await main();
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}

// `npm run bench`: measures the engine against the redis-server of the same machine. It informs; it never fails a build.
import { spawnSync } from 'node:child_process';
import { cpus, totalmem } from 'node:os';
import { parseArgs } from 'node:util';
import { provideRequiredPrograms } from '../support/required-programs.ts';
import { fleetGoal, measureFleet } from './fleet.ts';
import { idleGoalPercent, measureIdle } from './idle.ts';
import { measureReplication } from './replication.ts';
import type { Row } from './row.ts';
import { heading, line } from './table.ts';
import { measureThroughput } from './throughput.ts';

const pairsMin = 3;
const usage = [
  `npm run bench -- throughput|replication [--pairs N, at least ${pairsMin}] [--quick] [--json]`,
  'npm run bench -- idle|fleet [--json]',
].join(', or ');
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

interface Wish {
  readonly pairs: number;
  readonly divisor: number;
  readonly asJson: boolean;
}

type Measure = (options: {
  readonly pairs: number;
  readonly divisor: number;
  readonly onRow: (row: Row) => void;
}) => Promise<readonly Row[]>;

async function benchRows(measure: Measure, { pairs, divisor, asJson }: Wish): Promise<void> {
  const say = (text: string) => {
    if (!asJson) console.log(text);
  };
  if (divisor > 1) say(`quick: 1/${divisor} of the work, not for quoting`);
  say(heading);
  const rows = await measure({ pairs, divisor, onRow: (row) => say(line(row)) });
  if (asJson) console.log(JSON.stringify({ machine: machine(), pairs, divisor, rows }, null, 2));
}

async function benchIdle({ asJson }: Wish): Promise<void> {
  const cost = await measureIdle();
  if (asJson) return console.log(JSON.stringify({ machine: machine(), ...cost }, null, 2));
  const figure = (percent: number) => `${percent.toFixed(1)} %`;
  const whole = cost.hostPercent + cost.browserPercent;
  console.log(
    `idle over ${cost.seconds} s, of one core: host and three nodes ${figure(cost.hostPercent)}, ` +
      `browser ${figure(cost.browserPercent)}, together ${figure(whole)}; goal under ${figure(idleGoalPercent)}`,
  );
}

async function benchFleet({ asJson }: Wish): Promise<void> {
  const cost = await measureFleet();
  if (asJson) return console.log(JSON.stringify({ machine: machine(), ...cost }, null, 2));
  const megabytes = (bytes: number) => `${Math.round(bytes / 1_000_000)} MB`;
  console.log(
    `${cost.servers} servers over ${cost.seconds} s at ${cost.looksPerSecond.toFixed(0)} looks a second: host ` +
      `${cost.hostPercent.toFixed(1)} % of one core, ${megabytes(cost.hostBytes)}; goal under ` +
      `${fleetGoal.hostPercent} % and ${megabytes(fleetGoal.hostBytes)}`,
  );
}

const benches = {
  throughput: (wish: Wish) => benchRows(measureThroughput, wish),
  replication: (wish: Wish) => benchRows(measureReplication, wish),
  idle: benchIdle,
  fleet: benchFleet,
};
const isBench = (name: string): name is keyof typeof benches => Object.hasOwn(benches, name);

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    options: { pairs: { type: 'string' }, quick: { type: 'boolean' }, json: { type: 'boolean' } },
    allowPositionals: true,
  });
  const pairs = values.pairs === undefined ? pairsMin : Number(values.pairs);
  const name = positionals[0] ?? '';
  if (!isBench(name) || !(pairs >= pairsMin)) throw new Error(`usage: ${usage}`);
  provideRequiredPrograms();
  const wish = { pairs, divisor: values.quick ? quickDivisor : 1, asJson: values.json ?? false };
  if (!wish.asJson) {
    const facts = Object.entries(machine()).map(([fact, value]) => `${fact} ${value}`);
    console.log(facts.join(', '));
  }
  await benches[name](wish);
}

try {
  await main();
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}

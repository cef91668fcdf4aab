// `npm run soak`: chains of real servers and ours under load, with a cut every few seconds. It fails at any difference.
import { cpus } from 'node:os';
import { parseArgs } from 'node:util';
import { provideRequiredPrograms } from '../support/required-programs.ts';
import { SoakChain } from './chain.ts';
import { growthPerMinute, type MemorySample } from './memory.ts';

const defaultSeconds = 300;
const compareEveryMs = 15_000;
const sampleEveryMs = 3000;
/** What ours may grow by after its warm-up. A heap that is collected now and then is never flatter than this. */
const growthMaxBytesPerMinute = 4 * 1024 * 1024;
/** What one of ours may hold at any time: data of 2 MB, a backlog of 1 MB, and what a runtime takes. */
const residentMaxBytes = 400 * 1024 * 1024;
const chainKinds = [
  ['Redis', 'Syncline', 'Redis', 'Syncline'],
  ['Syncline', 'Redis', 'Syncline', 'Redis'],
] as const;

const megabytes = (bytes: number) => (bytes / 1024 / 1024).toFixed(1);

async function runChain(chain: SoakChain, endsAtMs: number): Promise<void> {
  const startedAtMs = performance.now();
  await chain.comeUp();
  chain.startWriting();
  let comparedAtMs = performance.now();
  let sampledAtMs = Number.NEGATIVE_INFINITY;
  while (performance.now() < endsAtMs) {
    await chain.suffer();
    const nowMs = performance.now();
    if (nowMs - sampledAtMs >= sampleEveryMs) {
      await chain.sampleMemory(nowMs - startedAtMs);
      sampledAtMs = nowMs;
    }
    if (nowMs - comparedAtMs < compareEveryMs) continue;
    await chain.compare();
    comparedAtMs = performance.now();
  }
  await chain.compare();
}

async function report(chain: SoakChain): Promise<string[]> {
  const { writes, cuts, compares, differences } = chain.figures;
  const { full, partialOk, partialErr } = await chain.syncs();
  const kinds = Object.entries(cuts).map(([fault, count]) => `${fault} ${count}`);
  console.log(`\n${chain.kinds.join(' > ')}`);
  console.log(`writes ${writes}`);
  console.log(`faults ${Object.values(cuts).reduce((sum, count) => sum + count, 0)} (${kinds.join(', ')})`);
  console.log(`syncs: partial ${partialOk}, full ${full}, partial refused ${partialErr}`);
  console.log(`compares ${compares}, differences ${differences.length}`);
  for (const [name, samples] of chain.memory) for (const line of memoryLines(name, samples)) console.log(line);
  const failures = differences.map((difference) => `a difference:\n${difference}`);
  if (compares === 0 || partialOk === 0) failures.push('nothing was compared, or no link continued: nothing is proven');
  for (const [name, samples] of chain.memory) if (name.includes('Syncline')) failures.push(...tooMuch(name, samples));
  return failures;
}

/** Ten looks over the time. */
function memoryLines(name: string, samples: readonly MemorySample[]): string[] {
  const shown = samples.filter((_, at) => at % Math.ceil(samples.length / 10) === 0 || at === samples.length - 1);
  const growth = (figure: 'residentBytes' | 'usedBytes') => {
    const bytes = growthPerMinute(samples, figure);
    return bytes === null ? 'too short to say' : `${megabytes(bytes)} MB/min`;
  };
  const resident = shown.map((sample) => (sample.residentBytes === null ? 'n/a' : megabytes(sample.residentBytes)));
  return [
    `${name}: RSS ${resident.join(' ')} MB, growth ${growth('residentBytes')}`,
    `${name}: used ${shown.map(({ usedBytes }) => megabytes(usedBytes)).join(' ')} MB, growth ${growth('usedBytes')}`,
  ];
}

function tooMuch(name: string, samples: readonly MemorySample[]): string[] {
  const failures: string[] = [];
  for (const figure of ['residentBytes', 'usedBytes'] as const) {
    const growth = growthPerMinute(samples, figure);
    if (growth !== null && growth > growthMaxBytesPerMinute) {
      failures.push(`${name}: ${figure} grows by ${megabytes(growth)} MB a minute`);
    }
  }
  const peak = Math.max(...samples.map((sample) => sample.residentBytes ?? 0));
  if (peak > residentMaxBytes) failures.push(`${name}: ${megabytes(peak)} MB were resident`);
  return failures;
}

/** What may be said when nothing failed. */
function memoryVerdict(chains: readonly SoakChain[]): string {
  const samples = chains.flatMap((chain) => [...chain.memory.values()]);
  return samples.every((one) => growthPerMinute(one, 'usedBytes') !== null) ? 'flat' : 'within its bound';
}

async function main(): Promise<number> {
  const { values } = parseArgs({ options: { seconds: { type: 'string' }, seed: { type: 'string' } } });
  const seconds = Number(values.seconds ?? defaultSeconds);
  const seed = Number(values.seed ?? Date.now() % 1_000_000);
  if (!(seconds > 0) || !Number.isInteger(seed)) throw new Error('usage: npm run soak -- [--seconds N] [--seed N]');
  provideRequiredPrograms();
  console.log(
    `${seconds} s, seed ${seed}, ${cpus()[0]?.model ?? 'unknown'}, ${cpus().length} cores, Node ${process.version}`,
  );
  const chains = chainKinds.map((kinds, at) => new SoakChain(kinds, seed + at));
  try {
    const endsAtMs = performance.now() + seconds * 1000;
    await Promise.all(chains.map((chain) => runChain(chain, endsAtMs)));
    const failures: string[] = [];
    for (const chain of chains) failures.push(...(await report(chain)));
    for (const failure of failures) console.log(`\nFAILED: ${failure}`);
    console.log(
      failures.length === 0 ? `\nno difference, memory ${memoryVerdict(chains)}` : `\n${failures.length} failures`,
    );
    return failures.length === 0 ? 0 : 1;
  } finally {
    for (const chain of chains) await chain[Symbol.asyncDispose]();
  }
}

try {
  process.exitCode = await main();
} catch (error) {
  console.error(error instanceof Error ? error.stack : error);
  process.exitCode = 1;
}

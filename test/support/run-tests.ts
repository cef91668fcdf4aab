// `npm test`: provides what the tests need, builds, runs the projects in sequence, and counts.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod';
import { provideReleases, whyNoReleases } from './releases.ts';
import { provideRequiredPrograms } from './required-programs.ts';

/** In this order: what is quick and tells most comes first. */
const stages = [
  { name: 'unit', projects: ['unit', 'unit-renderer'], isPure: true },
  { name: 'simulation', projects: ['simulation'], isPure: true },
  { name: 'interop', projects: ['interop'], isPure: false },
  { name: 'journeys', projects: ['journeys'], isPure: false },
] as const;

const reportFolder = 'test-results';
const report = z.object({
  success: z.boolean(),
  numPassedTests: z.int(),
  numFailedTests: z.int(),
  numPendingTests: z.int(),
  numTodoTests: z.int(),
});

interface Count {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
  /** False also when nothing failed but an error went unhandled, or no report came. */
  readonly succeeded: boolean;
}

function build(): void {
  const built = runNode('node_modules/electron-vite/bin/electron-vite.js', ['build', '--logLevel', 'warn']);
  if (built !== 0) throw new Error(`the build failed with ${built}`);
}

function runStage(name: string, projects: readonly string[], filters: readonly string[]): Count {
  const file = join(reportFolder, `${name}.json`);
  const reporting = ['--reporter=default', '--reporter=json', `--outputFile.json=${file}`];
  const chosen = projects.flatMap((project) => ['--project', project]);
  const code = runNode('node_modules/vitest/vitest.mjs', ['run', ...chosen, ...reporting, ...filters]);
  if (!existsSync(file)) return { passed: 0, failed: 0, skipped: 0, succeeded: false };
  const result = report.parse(JSON.parse(readFileSync(file, 'utf8')));
  return {
    passed: result.numPassedTests,
    failed: result.numFailedTests,
    skipped: result.numPendingTests + result.numTodoTests,
    succeeded: code === 0 && result.success,
  };
}

function runNode(program: string, words: readonly string[]): number {
  return spawnSync(process.execPath, [program, ...words], { stdio: ['ignore', 'inherit', 'inherit'] }).status ?? 1;
}

/** `npm test -- interop backlog` runs one stage, and of it the files whose path holds the word. */
function main(words: readonly string[]): number {
  const named = stages.filter(({ name }) => words.includes(name));
  const chosen = named.length > 0 ? named : stages;
  const filters = words.filter((word) => !named.some(({ name }) => name === word));
  if (!chosen.every(({ isPure }) => isPure)) {
    provideRequiredPrograms();
    if (whyNoReleases() === null) provideReleases();
    build();
  }
  rmSync(reportFolder, { recursive: true, force: true });
  mkdirSync(reportFolder, { recursive: true });
  const counts = chosen.map(({ name, projects }) => {
    console.log(`\n${name} tests`);
    return runStage(name, projects, filters);
  });
  const sum = (figure: 'passed' | 'failed' | 'skipped') => counts.reduce((total, count) => total + count[figure], 0);
  const skipped = sum('skipped');
  if (skipped > 0) console.log(`${skipped} skipped: a skipped test proves nothing, so the run fails`);
  const lacking = whyNoReleases();
  if (lacking !== null) console.log(`left out: test/interop/releases, since ${lacking}`);
  if (counts.some(({ succeeded, failed }) => !succeeded && failed === 0))
    console.log('a stage failed outside its tests');
  console.log(`${sum('passed')} passed, ${sum('failed')} failed`);
  return counts.every(({ succeeded }) => succeeded) && skipped === 0 && sum('passed') > 0 ? 0 : 1;
}

try {
  process.exitCode = main(process.argv.slice(2));
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}

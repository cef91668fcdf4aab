// What it costs to observe two hundred servers once a second: CPU and memory of the host, with a window to feed.
import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { bundleEntry } from '../support/bundle.mjs';
import { cpuSeconds, residentBytes } from './process-usage.ts';

export interface FleetCost {
  readonly servers: number;
  readonly seconds: number;
  /** Of one core. */
  readonly hostPercent: number;
  readonly hostBytes: number;
  readonly looksPerSecond: number;
}

export const fleetGoal = { hostPercent: 25, hostBytes: 300_000_000 } as const;
const farms = 2;
const mastersEach = 10;
const replicasEach = 9;
const settleMs = 10_000;
const measureMs = 30_000;
const startMs = 120_000;

/** @throws Error where a program does not start, or the system does not tell what a process used. */
export async function measureFleet(): Promise<FleetCost> {
  const programs: Program[] = [];
  try {
    const ports: number[] = [];
    for (let farm = 0; farm < farms; farm++) {
      const program = await startProgram('test/bench/engine-farm.ts', [String(mastersEach), String(replicasEach)]);
      programs.push(program);
      ports.push(...JSON.parse(await program.untilLine('[')));
    }
    const host = await startProgram('test/bench/fleet-host.ts', [JSON.stringify(ports)]);
    programs.push(host);
    await host.untilLine('{"nodes"');
    await delay(settleMs);
    const before = host.cpuSeconds;
    await delay(measureMs);
    const seconds = measureMs / 1000;
    const told = JSON.parse(await host.untilLine('{"observing"')) as { observing: { looksPerSecond: number } };
    return {
      servers: ports.length,
      seconds,
      hostPercent: ((host.cpuSeconds - before) / seconds) * 100,
      hostBytes: host.residentBytes,
      looksPerSecond: told.observing.looksPerSecond,
    };
  } finally {
    for (const program of programs) program.stop();
  }
}

/** Bundled here, so that the bundler's memory is none of the program's. */
async function startProgram(entry: string, words: readonly string[]): Promise<Program> {
  return new Program(await bundleEntry(entry), words);
}

/** A program as a child; it ends with us, as it reads our pipe. */
class Program {
  readonly #child: ChildProcess;
  #newest: string[] = [];

  constructor(file: string, words: readonly string[]) {
    this.#child = spawn(process.execPath, [file, ...words], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    const { stdout } = this.#child;
    if (!stdout) throw new Error(`${file} has no output`);
    createInterface(stdout).on('line', (line) => {
      this.#newest = [...this.#newest.filter((other) => other.slice(0, 8) !== line.slice(0, 8)), line];
    });
  }

  get cpuSeconds(): number {
    const seconds = cpuSeconds(this.#pid);
    if (seconds === null) throw new Error('this system does not tell what a process used');
    return seconds;
  }

  get residentBytes(): number {
    return residentBytes(this.#pid) ?? 0;
  }

  /** The newest line that begins so. @throws Error when the program ended or took too long */
  async untilLine(begin: string): Promise<string> {
    const endsAtMs = performance.now() + startMs;
    while (performance.now() < endsAtMs && this.#child.exitCode === null) {
      const line = this.#newest.findLast((candidate) => candidate.startsWith(begin));
      if (line !== undefined) return line;
      await delay(50);
    }
    throw new Error(`waited for ${begin}; the program ended with ${this.#child.exitCode}`);
  }

  stop(): void {
    this.#child.kill('SIGTERM');
  }

  get #pid(): number {
    if (this.#child.pid === undefined) throw new Error('the program did not start');
    return this.#child.pid;
  }
}

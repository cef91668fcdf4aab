// The web shell as a person starts it: the built `syncline serve`, or the launcher behind `npm start`.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { waitFor } from './wait-for.ts';

export interface WebShell extends AsyncDisposable {
  /** With its token. */
  readonly address: string;
  readonly pid: number;
  /** From the start of the process to the address on its output. */
  readonly startedInMs: number;
  output(): string;
  /** Ends it as Ctrl-C does, and answers the exit code. */
  stop(): Promise<number | null>;
}

/** Both long, for a busy machine. */
const startTimeoutMs = 60_000;
const stopTimeoutMs = 30_000;
const addressPattern = /https?:\/\/(?:127\.0\.0\.1|localhost|\[::1\]):\d+\/\S*/;

/**
 * Starts `program` (the words behind `node`) with settings of its own, so that it is a very first start.
 * `environment` is added to ours.
 */
export async function startWebShell(
  program = ['out/main/cli.js', 'serve', '--port', '0'],
  environment: NodeJS.ProcessEnv = {},
): Promise<WebShell> {
  const settings = await mkdtemp(join(tmpdir(), 'syncline-web-'));
  const startedAt = performance.now();
  const child = spawn(process.execPath, program, {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...environment, SYNCLINE_HOME: settings, DISPLAY: '', WAYLAND_DISPLAY: '' },
  });
  let output = '';
  const keep = (chunk: Buffer) => {
    output += chunk.toString('utf8');
  };
  child.stdout.on('data', keep);
  child.stderr.on('data', keep);
  const ended = once(child, 'exit');
  const killWithUs = () => void child.kill('SIGKILL');
  process.once('exit', killWithUs);
  void ended.finally(() => process.off('exit', killWithUs));

  const stop = async () => {
    if (child.exitCode === null && child.signalCode === null) {
      child.kill('SIGINT');
      const hanging = setTimeout(killWithUs, stopTimeoutMs);
      await ended;
      clearTimeout(hanging);
    }
    return child.exitCode;
  };
  const dispose = async () => {
    await stop();
    await rm(settings, { recursive: true, force: true });
  };
  try {
    await waitFor(
      'the web shell to print its address',
      () => output,
      (text) => addressPattern.test(text) || child.exitCode !== null,
      { timeoutMs: startTimeoutMs },
    );
    const address = addressPattern.exec(output)?.[0];
    if (address === undefined || child.pid === undefined) throw new Error(`the web shell ended:\n${output}`);
    const startedInMs = performance.now() - startedAt;
    return { address, pid: child.pid, startedInMs, output: () => output, stop, [Symbol.asyncDispose]: dispose };
  } catch (error) {
    await dispose();
    throw error;
  }
}

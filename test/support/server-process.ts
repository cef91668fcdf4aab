// A Redis-like server as a child process: started in a folder of its own, waited for, stopped by its id.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Redis } from 'ioredis';
import { type ClientOptions, openClient, type ServerAddress } from './client.ts';
import { freePort } from './free-port.ts';
import { waitFor } from './wait-for.ts';

/** Settings as `redis-server` takes them: `{ appendonly: 'yes', save: '' }`; an array gives several words. */
export type ServerSettings = Readonly<Record<string, string | number | readonly (string | number)[]>>;

export interface ServerProgram {
  readonly name: string;
  readonly command: string;
  /** What stands before the settings. */
  readonly leadingArguments: readonly string[];
}

export interface StartOptions {
  readonly settings?: ServerSettings;
  /** A fixed port, to start again where a server was; without it a free one. */
  readonly port?: number;
  /** A folder that outlives the server; without it one is made, and removed at the end. */
  readonly folder?: string;
  /** The line of the log that means ready. */
  readonly readyText?: string;
}

export interface ServerProcess extends ServerAddress, AsyncDisposable {
  readonly name: string;
  readonly folder: string;
  readonly pid: number;
  /** All that it wrote to stdout and stderr. */
  output(): string;
  /** A client of its own connection; closed with the server. */
  client(options?: ClientOptions): Redis;
  /** Sends a signal and waits for the end; answers the exit code, null if a signal ended it. */
  stop(signal?: NodeJS.Signals): Promise<number | null>;
}

/** Both long, for a busy machine: who waits for what comes does not wait longer for it. */
const startTimeoutMs = 60_000;
const stopTimeoutMs = 30_000;
const startTriesMax = 3;
const outputMaxChars = 4_000_000;

/** Those that still run: none outlives us. */
const children = new Set<ChildProcess>();
process.once('exit', () => {
  for (const child of children) child.kill('SIGKILL');
});

/** Starts the program on a loopback port and waits until it says that it is ready. */
export async function startServerProcess(program: ServerProgram, options: StartOptions): Promise<ServerProcess> {
  for (let tries = 1; ; tries++) {
    const port = options.port ?? (await freePort());
    try {
      return await startOnce(program, options, port);
    } catch (error) {
      const lostTheRace = /address already in use/i.test(String(error)) && options.port === undefined;
      if (!lostTheRace || tries === startTriesMax) throw error;
    }
  }
}

async function startOnce(program: ServerProgram, options: StartOptions, port: number): Promise<ServerProcess> {
  const folder = options.folder ?? (await mkdtemp(join(tmpdir(), 'syncline-test-')));
  const settings: ServerSettings = { bind: '127.0.0.1', save: '', dir: folder, ...options.settings };
  const words = ['--port', String(port), ...Object.entries(settings).flatMap(toWords)];
  const child = spawn(program.command, [...program.leadingArguments, ...words], { stdio: ['ignore', 'pipe', 'pipe'] });
  const running = new RunningServer(program.name, child, port, folder, options.folder === undefined);
  if (settings.requirepass !== undefined) running.password = String(settings.requirepass);
  try {
    await running.untilReady(options.readyText ?? 'Ready to accept connections');
    return running;
  } catch (error) {
    await running[Symbol.asyncDispose]();
    throw error;
  }
}

function toWords([name, value]: [string, ServerSettings[string]]): string[] {
  return [`--${name}`, ...(Array.isArray(value) ? value : [value]).map(String)];
}

class RunningServer implements ServerProcess {
  readonly host = '127.0.0.1';
  readonly name: string;
  readonly port: number;
  readonly folder: string;
  password?: string;
  readonly #child: ChildProcess;
  readonly #clients: Redis[] = [];
  readonly #ownsFolder: boolean;
  #output = '';
  #failure: Error | null = null;

  constructor(name: string, child: ChildProcess, port: number, folder: string, ownsFolder: boolean) {
    this.name = name;
    this.port = port;
    this.folder = folder;
    this.#child = child;
    this.#ownsFolder = ownsFolder;
    const keep = (chunk: Buffer) => {
      this.#output = (this.#output + chunk.toString('utf8')).slice(-outputMaxChars);
    };
    child.stdout?.on('data', keep);
    child.stderr?.on('data', keep);
    child.on('error', (error) => {
      this.#failure = error;
    });
    children.add(child);
    child.once('exit', () => children.delete(child));
  }

  get pid(): number {
    if (this.#child.pid === undefined) throw new Error(`${this.name} has not started`);
    return this.#child.pid;
  }

  output(): string {
    return this.#output;
  }

  client(options: ClientOptions = {}): Redis {
    const client = openClient(this, options);
    this.#clients.push(client);
    return client;
  }

  async untilReady(readyText: string): Promise<void> {
    await waitFor(
      `${this.name} on port ${this.port} to be ready`,
      () => ({ output: this.#output, ended: this.#hasEnded() }),
      ({ output, ended }) => output.includes(readyText) || ended,
      { timeoutMs: startTimeoutMs },
    );
    if (this.#failure) throw this.#failure;
    if (this.#hasEnded()) throw new Error(`${this.name} ended with ${this.#child.exitCode}:\n${this.#output}`);
  }

  async stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<number | null> {
    for (const client of this.#clients.splice(0)) client.disconnect();
    if (!this.#hasEnded()) {
      const ended = once(this.#child, 'exit');
      const hanging = setTimeout(() => this.#child.kill('SIGKILL'), stopTimeoutMs);
      this.#child.kill(signal);
      await ended;
      clearTimeout(hanging);
    }
    return this.#child.exitCode;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
    if (this.#ownsFolder) await rm(this.folder, { recursive: true, force: true });
  }

  #hasEnded(): boolean {
    return this.#failure !== null || this.#child.exitCode !== null || this.#child.signalCode !== null;
  }
}

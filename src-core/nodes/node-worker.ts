// The entry of an embedded node's worker: one engine with Node's ports, steered by messages of its owner.
import { resolve } from 'node:path';
import { type MessagePort, parentPort } from 'node:worker_threads';
import { InvariantError } from '../base/assert.ts';
import { FailureError, toFailure } from '../contract/failure-error.ts';
import type { LogLine, SyncTrace } from '../contract/views.ts';
import { Config } from '../engine/server/config.ts';
import { Engine } from '../engine/server/engine.ts';
import { ListenError } from '../engine/server/listeners.ts';
import type { LogRecord } from '../engine/server/log.ts';
import { nodePorts } from '../platform/node-ports.ts';
import { nodeProcessFacts } from '../platform/process-facts.ts';
import type { LoadSettings, NodeAnswer, NodeMessage, NodeRequest, NodeSettings } from './node-protocol.ts';
import { WriteLoad } from './write-load.ts';

/** How often the owner is told what the load in fact reaches. */
const loadReportMs = 1000;

const levelSigns: Readonly<Record<LogRecord['level'], LogLine['level']>> = {
  debug: '.',
  verbose: '-',
  notice: '*',
  warning: '#',
};

class NodeWorker {
  readonly #port: MessagePort;
  readonly #ports = nodePorts();
  #engine: Engine | null = null;
  #load: WriteLoad | null = null;
  #lines: LogLine[] = [];
  #failedTries = 0;
  #isTelling = false;
  #syncsChanged = false;

  constructor(port: MessagePort) {
    this.#port = port;
    port.on('message', (request: NodeRequest) => void this.#answer(request));
    this.#ports.timers.every(loadReportMs, () => this.#reportLoad());
  }

  async #answer(request: NodeRequest): Promise<void> {
    try {
      this.#post({ kind: 'answer', id: request.id, value: await this.#perform(request) });
    } catch (error) {
      this.#post({ kind: 'refused', id: request.id, failure: toFailure(error) });
    }
  }

  async #perform(request: NodeRequest): Promise<NodeAnswer> {
    switch (request.kind) {
      case 'start':
        return this.#start(request.settings);
      case 'execute':
        return { replies: await Promise.all(request.commands.map((words) => this.#running().execute(words))) };
      case 'startLoad':
        this.#startLoad(request.load);
        return null;
      case 'stopLoad':
        this.#stopLoad();
        return null;
      case 'stop':
        this.#stopLoad();
        await this.#running().stop(
          request.ending === 'save' ? { save: 'always', force: true } : { save: 'never', now: true, force: true },
        );
        this.#tell();
        return null;
    }
  }

  async #start(settings: NodeSettings): Promise<NodeAnswer> {
    const engine = new Engine(this.#ports, toConfig(settings), { process: nodeProcessFacts(settings.version) });
    this.#engine = engine;
    engine.events.log.on((record) => this.#keepLine(record));
    engine.events.syncTrace.on(({ outcome }) => {
      if (outcome !== 'running') this.#failedTries = outcome === 'failed' ? this.#failedTries + 1 : 0;
      this.#syncsChanged = true;
      this.#tellSoon();
    });
    engine.events.ended.on(() => this.#post({ kind: 'ended' }));
    try {
      return await engine.start();
    } catch (error) {
      throw toStartFailure(error, settings.port);
    }
  }

  #running(): Engine {
    if (!this.#engine) throw new InvariantError('the node was not started');
    return this.#engine;
  }

  #startLoad(settings: LoadSettings): void {
    this.#stopLoad();
    const engine = this.#running();
    const { clock, timers } = this.#ports;
    const time = {
      nowMs: () => clock.monotonicMs(),
      every: (intervalMs: number, run: () => void) => timers.every(intervalMs, run),
    };
    this.#load = new WriteLoad(settings, time, async (commands) => {
      await Promise.all(commands.map((words) => engine.execute(words)));
    });
  }

  #stopLoad(): void {
    this.#load?.dispose();
    this.#load = null;
  }

  #reportLoad(): void {
    if (this.#load) this.#post({ kind: 'load', achievedPerSecond: this.#load.achievedPerSecond });
  }

  #keepLine({ atMs, mark, level, text }: LogRecord): void {
    // The owner numbers the lines, so that the numbers go on over a restart.
    this.#lines.push({ seq: 0, atMs, mark, level: levelSigns[level], text });
    this.#tellSoon();
  }

  /** What happens in one turn of the loop is told in one message. */
  #tellSoon(): void {
    if (this.#isTelling) return;
    this.#isTelling = true;
    this.#ports.timers.soon(() => this.#tell());
  }

  #tell(): void {
    this.#isTelling = false;
    if (this.#lines.length > 0) this.#post({ kind: 'log', lines: this.#lines });
    this.#lines = [];
    if (!this.#syncsChanged) return;
    this.#syncsChanged = false;
    const traces: SyncTrace[] = [...this.#running().replication.traces.all].reverse();
    this.#post({ kind: 'syncs', traces, failedTries: this.#failedTries });
  }

  #post(message: NodeMessage): void {
    this.#port.postMessage(message);
  }
}

/** A node of the lab listens on loopback alone, and keeps its data in its own folder. */
function toConfig({ port, password, dataFolder, follows }: NodeSettings): Config {
  const config = new Config({ resolveFolder: (path) => resolve(path) });
  const load = (name: string, ...words: string[]) => config.load(name, words);
  load('port', String(port));
  load('bind', '127.0.0.1');
  load('dir', dataFolder);
  // Only at a stop, and when the owner asks for it.
  load('save', '');
  load('shutdown-timeout', '3');
  // Long enough for the replicas of a lab to share a snapshot, and for a person to see the phase.
  load('repl-diskless-sync-delay', '1');
  if (password !== null) load('requirepass', password);
  if (follows === null) return config;
  load('replicaof', follows.host, String(follows.port));
  if (follows.username !== null) load('masteruser', follows.username);
  if (follows.password !== null) load('masterauth', follows.password);
  return config;
}

function toStartFailure(error: unknown, port: number): unknown {
  if (!(error instanceof ListenError)) return error;
  if (error.code === 'EADDRINUSE') return new FailureError('portInUse', { port });
  if (error.code === 'EACCES') return new FailureError('portForbidden', { port });
  return error;
}

if (!parentPort) throw new InvariantError('a node worker runs in a worker thread only');
new NodeWorker(parentPort);

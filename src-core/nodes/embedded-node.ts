// One embedded node: an engine in a worker of its own, so that its death is nobody else's.
import { Worker } from 'node:worker_threads';
import { type Disposable, Emitter } from '../base/lifecycle.ts';
import { FailureError, toFailureError } from '../contract/failure-error.ts';
import { logLinesMax } from '../contract/settings.ts';
import type { LogLine, SyncTrace } from '../contract/views.ts';
import type {
  Ending,
  FollowSettings,
  LoadSettings,
  NodeAnswer,
  NodeMessage,
  NodeReply,
  NodeRequest,
  NodeSettings,
} from './node-protocol.ts';
import { type NodeState, type NodeStateEvent, stepNodeState } from './node-state.ts';

/** A start reads the program and what the node saved, and may have to wait for a busy machine. */
const startTimeoutMs = 60_000;
/** A worker that does not answer within this is taken for hanging; its node is not harmed, the caller is told. */
const requestTimeoutMs = 5000;
/** A stop writes the snapshot first. After this the worker is ended from outside. */
const stopTimeoutMs = 15_000;

type RequestBody = NodeRequest extends infer R ? (R extends NodeRequest ? Omit<R, 'id'> : never) : never;

interface Pending {
  resolve(value: NodeAnswer): void;
  reject(error: FailureError): void;
  readonly timer: NodeJS.Timeout;
}

export class EmbeddedNode implements Disposable {
  readonly name: string;
  readonly stateChanged = new Emitter<NodeState>();
  readonly logged = new Emitter<readonly LogLine[]>();
  readonly syncsChanged = new Emitter<readonly SyncTrace[]>();
  #settings: Omit<NodeSettings, 'follows'>;
  readonly #workerUrl: URL;
  #state: NodeState = { kind: 'stopped' };
  #worker: Worker | null = null;
  #nextRequestId = 1;
  readonly #pending = new Map<number, Pending>();
  #logLines: LogLine[] = [];
  #nextLogSeq = 1;
  #syncs: readonly SyncTrace[] = [];
  #failedTries = 0;
  #load: LoadSettings | null = null;
  #achievedPerSecond = 0;

  /** @param workerUrl where the built `node-worker` lies; the shell knows. */
  constructor(settings: Omit<NodeSettings, 'follows'>, workerUrl: URL) {
    this.name = settings.name;
    this.#settings = settings;
    this.#workerUrl = workerUrl;
  }

  get state(): NodeState {
    return this.#state;
  }

  /** The port it listens on, or did before it stopped; 0 before the first start on a free port. */
  get port(): number {
    return this.#settings.port;
  }

  get password(): string | null {
    return this.#settings.password;
  }

  get logLines(): readonly LogLine[] {
    return this.#logLines;
  }

  get syncs(): readonly SyncTrace[] {
    return this.#syncs;
  }

  /** Tries to reach its master that failed in a row. */
  get failedTries(): number {
    return this.#failedTries;
  }

  get load(): (LoadSettings & { readonly achievedPerSecond: number }) | null {
    return this.#load && { ...this.#load, achievedPerSecond: this.#achievedPerSecond };
  }

  /**
   * Starts it, or starts it again after a stop or a crash.
   * @param follows its master; a node that saved its data goes on where it stood
   * @throws FailureError portInUse, portForbidden, nodeCrashed
   */
  async start(follows: FollowSettings | null = null): Promise<void> {
    if (this.#worker) await this.#worker.terminate();
    if (!this.#step({ kind: 'start' })) return;
    const worker = new Worker(this.#workerUrl, { name: `node ${this.name}` });
    this.#worker = worker;
    this.#listen(worker);
    try {
      const answer = await this.#request({ kind: 'start', settings: { ...this.#settings, follows } }, startTimeoutMs);
      const port = answer !== null && 'port' in answer ? answer.port : 0;
      this.#settings = { ...this.#settings, port };
      this.#step({ kind: 'listening', port });
    } catch (error) {
      if (!(error instanceof FailureError)) throw error;
      this.#step({ kind: 'broke', failure: error.failure });
      await worker.terminate();
      throw error;
    }
  }

  /** Its next start may be on any free port. */
  forgetPort(): void {
    this.#settings = { ...this.#settings, port: 0 };
  }

  /** Ends it in good order; a worker that does not end in time is ended from outside. */
  async stop(ending: Ending): Promise<void> {
    const worker = this.#worker;
    if (!worker || !this.#step({ kind: 'stop' })) return;
    this.#load = null;
    try {
      await this.#request({ kind: 'stop', ending }, stopTimeoutMs);
    } catch {
      // It is ended below all the same: what is asked for is that it is gone.
    }
    await worker.terminate();
    this.#step({ kind: 'ended' });
  }

  /** Runs commands in its engine, one after another, past any password. @throws FailureError nodeNotRunning, nodeCrashed */
  async execute(commands: readonly (readonly string[])[]): Promise<readonly NodeReply[]> {
    this.#mustRun();
    const answer = await this.#request({ kind: 'execute', commands }, requestTimeoutMs);
    return answer !== null && 'replies' in answer ? answer.replies : [];
  }

  async startLoad(load: LoadSettings): Promise<void> {
    this.#mustRun();
    await this.#request({ kind: 'startLoad', load }, requestTimeoutMs);
    this.#load = load;
    this.#achievedPerSecond = 0;
  }

  async stopLoad(): Promise<void> {
    this.#mustRun();
    await this.#request({ kind: 'stopLoad' }, requestTimeoutMs);
    this.#load = null;
  }

  /** Ends the worker at once; for the end of the whole process, where nothing is kept. */
  dispose(): void {
    const worker = this.#worker;
    this.#worker = null;
    this.stateChanged.dispose();
    this.logged.dispose();
    this.syncsChanged.dispose();
    void worker?.terminate();
  }

  #mustRun(): void {
    if (this.#state.kind !== 'running') throw new FailureError('nodeNotRunning', { name: this.name });
  }

  #listen(worker: Worker): void {
    let reason = '';
    worker.on('message', (message: NodeMessage) => this.#onMessage(message));
    worker.on('error', (error) => {
      reason = error instanceof Error ? error.message : String(error);
    });
    worker.on('exit', (code) => {
      if (this.#worker !== worker) return;
      this.#worker = null;
      const failure = new FailureError('nodeCrashed', { name: this.name, reason: reason || `exit ${code}` });
      for (const id of [...this.#pending.keys()]) this.#settle(id, (pending) => pending.reject(failure));
      if (this.#state.kind === 'running') {
        this.#load = null;
        this.#step({ kind: 'broke', failure: failure.failure });
      }
    });
  }

  #onMessage(message: NodeMessage): void {
    switch (message.kind) {
      case 'answer':
        this.#settle(message.id, (pending) => pending.resolve(message.value));
        break;
      case 'refused':
        this.#settle(message.id, (pending) => pending.reject(toFailureError(message.failure)));
        break;
      case 'log':
        this.#keepLog(message.lines);
        break;
      case 'syncs':
        this.#syncs = message.traces;
        this.#failedTries = message.failedTries;
        this.syncsChanged.emit(message.traces);
        break;
      case 'load':
        this.#achievedPerSecond = message.achievedPerSecond;
        break;
      case 'ended':
        this.#load = null;
        this.#step({ kind: 'ended' });
    }
  }

  /** Numbered here and not in the worker, so that the numbers go on over a restart. */
  #keepLog(lines: readonly LogLine[]): void {
    const numbered = lines.map((line) => ({ ...line, seq: this.#nextLogSeq++ }));
    this.#logLines = [...this.#logLines, ...numbered].slice(-logLinesMax);
    this.logged.emit(numbered);
  }

  #request(body: RequestBody, timeoutMs: number): Promise<NodeAnswer> {
    const worker = this.#worker;
    if (!worker) return Promise.reject(new FailureError('nodeNotRunning', { name: this.name }));
    const id = this.#nextRequestId++;
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#pending.delete(id);
        reject(new FailureError('connectionTimedOut', { host: this.name, port: this.port, timeoutMs }));
      }, timeoutMs);
      this.#pending.set(id, { resolve, reject, timer });
      worker.postMessage({ ...body, id });
    });
  }

  #settle(id: number, settle: (pending: Pending) => void): void {
    const pending = this.#pending.get(id);
    if (!pending) return;
    this.#pending.delete(id);
    clearTimeout(pending.timer);
    settle(pending);
  }

  #step(event: NodeStateEvent): boolean {
    const next = stepNodeState(this.#state, event);
    if (!next) return false;
    this.#state = next;
    this.stateChanged.emit(next);
    return true;
  }
}

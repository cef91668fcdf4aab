// The end of an engine in good order: replicas first, then the snapshot, then everything is closed.
import type { Disposable } from '../../base/lifecycle.ts';
import type { Clock } from '../../base/ports.ts';
import type {
  ClientsService,
  ConfigService,
  LogService,
  PersistenceService,
  ShutdownOptions,
} from '../commands/services.ts';
import { infoWord } from '../replication/master/replica-state.ts';
import type { Replication } from '../replication/replication.ts';

export interface ShutdownNeeds {
  readonly clock: Clock;
  readonly config: ConfigService;
  readonly log: LogService;
  readonly clients: ClientsService;
  readonly replication: Replication;
  readonly persistence: PersistenceService;
  /** Closes everything; after it nothing runs any more. */
  readonly end: () => Promise<void>;
}

/** The save failed, and force was not asked: the engine goes on. */
export class ShutdownError extends Error {
  constructor(reason: string) {
    super(reason);
    this.name = 'ShutdownError';
  }
}

export class Shutdown {
  readonly #needs: ShutdownNeeds;
  #running: Promise<void> | null = null;
  #waiting: { readonly endsMs: number; readonly cancel: () => void } | null = null;

  constructor(needs: ShutdownNeeds) {
    this.#needs = needs;
  }

  /** While it waits for replicas: how long it will at most, for INFO. Null otherwise. */
  get waitLeftMs(): number | null {
    return this.#waiting === null ? null : Math.max(0, this.#waiting.endsMs - this.#needs.clock.nowMs());
  }

  /** Asked again while it runs, it is the same end. @throws ShutdownError */
  run(options: ShutdownOptions): Promise<void> {
    this.#running ??= this.#run(options).finally(() => {
      this.#running = null;
    });
    return this.#running;
  }

  /** Only while it waits for replicas; false when it does not. */
  abort(): boolean {
    const waiting = this.#waiting;
    if (waiting === null) return false;
    this.#needs.log.notice('Shutdown manually aborted.');
    waiting.cancel();
    return true;
  }

  async #run(options: ShutdownOptions): Promise<void> {
    const { config, log, persistence, replication, end } = this.#needs;
    log.warning('User requested shutdown...');
    // What replicas must have: asking them for it makes the stream longer.
    const { offset } = replication.stream;
    if (!options.now) await this.#waitForReplicas(config.number('shutdown-timeout') * 1000);
    this.#reportReplicas(offset);
    const wanted = options.save === 'always' || (options.save === 'configured' && config.text('save') !== '');
    // What is half loaded must not take the place of what was saved whole.
    const saves = wanted && !persistence.isLoading;
    if (saves) {
      log.notice('Saving the final RDB snapshot before exiting.');
      try {
        await persistence.save();
      } catch (error) {
        const reason = error instanceof Error ? error.message : String(error);
        log.warning(`Error trying to save the DB: ${reason}`);
        if (!options.force) {
          log.warning("Can't exit, since the snapshot could not be written.");
          throw new ShutdownError(reason);
        }
      }
    }
    await end();
  }

  /** Gives replicas the time to take what was written last. Clients may not write meanwhile, or there would be no end. */
  #waitForReplicas(timeoutMs: number): Promise<void> {
    const { clock, log, clients, replication } = this.#needs;
    const count = replication.replicas.size;
    if (count === 0 || timeoutMs === 0 || replication.countAcks() >= count) return Promise.resolve();
    log.notice('Waiting for replicas before shutting down.');
    clients.pause(timeoutMs, 'write');
    return new Promise((resolve, reject) => {
      let waiting: Disposable | null = null;
      this.#waiting = {
        endsMs: clock.nowMs() + timeoutMs,
        cancel: () => {
          this.#waiting = null;
          waiting?.dispose();
          clients.unpause();
          reject(new ShutdownError('aborted'));
        },
      };
      const done = () => {
        this.#waiting = null;
        resolve();
      };
      waiting = replication.waitForReplicas(count, timeoutMs, this, { done, dropped: done, refused: done });
    });
  }

  /** Which replicas will miss something. */
  #reportReplicas(offset: number): void {
    const { clock, log, replication } = this.#needs;
    const { replicas } = replication.replicas;
    const lagging = replicas.filter(({ ackOffset }) => ackOffset < offset);
    for (const replica of lagging) {
      const behind = offset - replica.ackOffset;
      const lagSeconds = Math.floor((clock.nowMs() - replica.ackAtMs) / 1000);
      log.warning(
        `Lagging replica ${replica.name} reported offset ${behind} behind master, ` +
          `lag=${lagSeconds}, state=${infoWord(replica.state)}.`,
      );
    }
    if (replicas.length === 0) return;
    log.notice(`${replicas.length - lagging.length} of ${replicas.length} replicas are in sync when shutting down.`);
  }
}

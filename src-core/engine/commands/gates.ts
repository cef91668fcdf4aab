// The gates that a command passes before it runs, asked in Redis's order.
import { replyErrors, subscribedContext } from './reply-errors.ts';
import type { Services, Session } from './services.ts';
import type { CommandFlag } from './spec.ts';
import type { Command } from './table.ts';
import type { QueuedRequest } from './transaction-state.ts';

/** Gates as bits, so that an open road costs one comparison. */
export const gate = {
  /** `min-replicas-to-write` is not met. */
  tooFewReplicas: 1,
  /** The last save failed and `stop-writes-on-bgsave-error` is on. */
  saveFailed: 2,
  /** A replica with `replica-read-only`. */
  readOnly: 4,
  /** A replica without its master, with `replica-serve-stale-data no`. */
  masterDown: 8,
  /** A data set is being loaded. */
  loading: 16,
  /** CLIENT PAUSE … WRITE. */
  writesPaused: 32,
  /** CLIENT PAUSE … ALL. */
  allPaused: 64,
  /** A data set is being loaded beside the one that is served. */
  loadingBeside: 128,
} as const;

export type Gate = (typeof gate)[keyof typeof gate];

export class Gates {
  /** The bits of all shut gates; 0 when the road is open. */
  shut = 0;

  set(which: Gate, isShut: boolean): void {
    this.shut = isShut ? this.shut | which : this.shut & ~which;
  }

  has(which: Gate): boolean {
    return (this.shut & which) !== 0;
  }
}

export const PASSED = '';
/** The command waits until CLIENT PAUSE is over. */
export const POSTPONED = 'postponed';

/** What a RESP2 client with subscriptions may still say. */
const SUBSCRIBED_MAY_SAY: ReadonlySet<string> = new Set([
  'ping',
  'subscribe',
  'psubscribe',
  'unsubscribe',
  'punsubscribe',
  'ssubscribe',
  'sunsubscribe',
  'quit',
  'reset',
]);

/** `PASSED`, `POSTPONED`, or the error's text. */
export function passGates(services: Services, session: Session, command: Command): string {
  if (!session.authenticated && !command.has('no_auth')) return replyErrors.noAuth;
  const { gates } = services;
  // The stream of the master passes all gates: what it says has happened.
  if (session.kind === 'master') return PASSED;
  const writes = command.has('write') || execWrites(session, command);
  if (writes && gates.shut !== 0) {
    const refused = writeGates(gates);
    if (refused !== PASSED) return refused;
  }
  if (session.subscriptions > 0 && session.protocol === 2 && !SUBSCRIBED_MAY_SAY.has(command.name)) {
    return subscribedContext(command.name);
  }
  if (gates.has(gate.masterDown) && !hasAll(session, command, 'stale')) return replyErrors.masterDown;
  if (isLoadRefused(gates, session, command)) return replyErrors.loading;
  if (session.isReplica) return touchesKeys(command) ? replyErrors.replicaTouchesKeys : PASSED;
  if (session.isMonitor && touchesKeys(command)) return replyErrors.replicaTouchesKeys;
  if (session.kind === 'local') return PASSED;
  const queued = session.transaction !== null && command.name !== 'exec';
  if (queued) return PASSED;
  if (gates.has(gate.allPaused)) return POSTPONED;
  if (gates.has(gate.writesPaused) && (writes || command.has('may_replicate'))) return POSTPONED;
  return PASSED;
}

/** A replica that is served, or a monitor, has no business with our keys; and no pause would hold it. */
function touchesKeys(command: Command): boolean {
  return command.has('write') || command.has('readonly') || command.has('may_replicate');
}

function isLoadRefused(gates: Gates, session: Session, command: Command): boolean {
  // The host may always tell its own node to follow another master, or none: that ends the load.
  if (session.kind === 'local' && ENDS_A_LOAD.has(command.name)) return false;
  if (gates.has(gate.loading)) return !hasAll(session, command, 'loading');
  return gates.has(gate.loadingBeside) && hasAny(session, command, 'no_async_loading');
}

const ENDS_A_LOAD: ReadonlySet<string> = new Set(['replicaof', 'slaveof']);

/** What waits for EXEC counts as it does: it was queued before the gate shut. */
function hasAll(session: Session, command: Command, flag: CommandFlag): boolean {
  return command.has(flag) && queueOf(session, command).every((request) => request.command.has(flag));
}

function hasAny(session: Session, command: Command, flag: CommandFlag): boolean {
  return command.has(flag) || queueOf(session, command).some((request) => request.command.has(flag));
}

function queueOf(session: Session, command: Command): readonly QueuedRequest[] {
  return command.name === 'exec' && session.transaction !== null ? session.transaction.queue : [];
}

function writeGates(gates: Gates): string {
  if (gates.has(gate.saveFailed)) return replyErrors.misconfigured;
  if (gates.has(gate.tooFewReplicas)) return replyErrors.noReplicas;
  if (gates.has(gate.readOnly)) return replyErrors.readOnly;
  return PASSED;
}

/** EXEC counts as a write if any of the requests that wait for it does. */
function execWrites(session: Session, command: Command): boolean {
  return queueOf(session, command).some((request) => request.command.has('write'));
}

// The data commands of our engine without a server around them: requests in, raw reply bytes and the stream out.
import type { Clock } from '#core/base/ports.ts';
import { geoCommands } from '#core/engine/commands/collections/geo.ts';
import { hashCommands } from '#core/engine/commands/collections/hashes.ts';
import { listEndCommands } from '#core/engine/commands/collections/list-ends.ts';
import { listCommands } from '#core/engine/commands/collections/lists.ts';
import { setAlgebraCommands } from '#core/engine/commands/collections/set-algebra.ts';
import { setCommands } from '#core/engine/commands/collections/sets.ts';
import { sortedSetAlgebraCommands } from '#core/engine/commands/collections/sorted-set-algebra.ts';
import { sortedSetPopCommands } from '#core/engine/commands/collections/sorted-set-pops.ts';
import { sortedSetRangeCommands } from '#core/engine/commands/collections/sorted-set-ranges.ts';
import { sortedSetCommands } from '#core/engine/commands/collections/sorted-sets.ts';
import { Executor } from '#core/engine/commands/execute.ts';
import { Gates } from '#core/engine/commands/gates.ts';
import { databaseCommands } from '#core/engine/commands/keys/databases.ts';
import { expiryCommands } from '#core/engine/commands/keys/expiry.ts';
import { keyCommands } from '#core/engine/commands/keys/keys.ts';
import { transactionCommands } from '#core/engine/commands/server/transactions.ts';
import type { Propagation, Services, SessionKind, ValueLimits } from '#core/engine/commands/services.ts';
import { streamCommands } from '#core/engine/commands/streams/streams.ts';
import { streamClaimCommands } from '#core/engine/commands/streams/streams-claims.ts';
import { streamGroupCommands } from '#core/engine/commands/streams/streams-groups.ts';
import { streamInfoCommands } from '#core/engine/commands/streams/streams-info.ts';
import { streamReadCommands } from '#core/engine/commands/streams/streams-read.ts';
import { bitOperationCommands } from '#core/engine/commands/strings/bit-operations.ts';
import { bitfieldCommands } from '#core/engine/commands/strings/bitfield.ts';
import { bitmapCommands } from '#core/engine/commands/strings/bitmaps.ts';
import { hyperloglogCommands } from '#core/engine/commands/strings/hyperloglog.ts';
import { stringCounterCommands } from '#core/engine/commands/strings/string-counters.ts';
import { stringCommands } from '#core/engine/commands/strings/strings.ts';
import { CommandTable } from '#core/engine/commands/table.ts';
import { defaultCollectionLimits } from '#core/engine/data/limits.ts';
import { Keyspace } from '#core/engine/keyspace/keyspace.ts';
import type { SessionState } from '#core/engine/server/session.ts';
import { ReplyWriter } from '#core/resp/reply-writer.ts';
import { encodeRequest } from '#core/resp/request-decoder.ts';
import { TestSession } from './bare-session.ts';
import { seededRandom } from './random.ts';

const databases = 16;
const maxBulkBytes = 512 * 1024 * 1024;

export interface BareOptions {
  readonly limits?: Partial<ValueLimits>;
  /** 'master': it is a replica, and what it is given is its master's stream. */
  readonly kind?: SessionKind;
  readonly clock?: Clock;
  readonly seed?: number;
  /** The directive `propagation-error-behavior`. */
  readonly onStreamError?: 'ignore' | 'panic';
}

/** The parts of the server that the data commands use are real; the others are missing, and a command that asks fails. */
export class BareExecutor {
  readonly keyspace: Keyspace;
  readonly limits: ValueLimits;
  /** What went to replicas, in order: which database, and the request. */
  readonly stream: { readonly databaseIndex: number; readonly request: Buffer }[] = [];
  readonly session: SessionState;
  /** Warnings, in order. */
  readonly warnings: string[] = [];
  readonly stats: Record<string, unknown>;
  readonly #session: TestSession;
  readonly #executor: Executor;
  readonly #nowMs: () => number;

  constructor(options: BareOptions = {}) {
    const random = seededRandom(options.seed ?? 1);
    this.#nowMs = options.clock === undefined ? Date.now : () => options.clock!.nowMs();
    this.keyspace = new Keyspace({ databases, randomBelow: random.below, hashSeed: random.below(2 ** 31) });
    this.limits = { ...defaultCollectionLimits, maxBulkBytes, ...options.limits };
    this.stats = new Proxy({ errorsByPrefix: new Map<string, number>() } as Record<string, unknown>, {
      get: (target, name) => (name in target ? target[name as string] : 0),
    });
    const propagation: Propagation = {
      active: true,
      append: (databaseIndex, buffer, start, end) => {
        this.stream.push({ databaseIndex, request: Buffer.from(buffer.subarray(start, end)) });
      },
      flush: () => {},
    };
    const timers = { after: () => ({ dispose: () => {} }) };
    const services = {
      gates: new Gates(),
      observation: { seesAll: false, seesLong: false },
      stats: this.stats,
      log: { warning: (text: string) => void this.warnings.push(text) },
      config: { text: () => options.onStreamError ?? 'ignore' },
      limits: this.limits,
      propagation,
      ports: { timers },
    } as unknown as Services;
    const table = new CommandTable([
      ...stringCommands,
      ...stringCounterCommands,
      ...bitmapCommands,
      ...bitOperationCommands,
      ...bitfieldCommands,
      ...hyperloglogCommands,
      ...databaseCommands,
      ...expiryCommands,
      ...hashCommands,
      ...keyCommands,
      ...listCommands,
      ...listEndCommands,
      ...setCommands,
      ...setAlgebraCommands,
      ...sortedSetAlgebraCommands,
      ...sortedSetRangeCommands,
      ...sortedSetCommands,
      ...sortedSetPopCommands,
      ...geoCommands,
      ...streamCommands,
      ...streamReadCommands,
      ...streamGroupCommands,
      ...streamClaimCommands,
      ...streamInfoCommands,
      ...transactionCommands,
    ]);
    const reply = new ReplyWriter();
    this.#executor = new Executor(table, this.keyspace, services, reply);
    this.#session = new TestSession(1, { kind: options.kind ?? 'client', reply });
    this.session = this.#session;
  }

  /** Runs one request and answers the raw bytes of its reply. */
  run(...words: readonly (string | Buffer)[]): Buffer {
    return this.runRequest(encodeRequest(words.map((word) => (typeof word === 'string' ? bytesOf(word) : word))));
  }

  /** Runs requests in RESP form and answers the raw bytes of their replies. */
  runRequest(request: Buffer): Buffer {
    this.keyspace.nowMs = this.#nowMs();
    const view = new DataView(request.buffer, request.byteOffset, request.length);
    const end = this.#executor.run(this.#session, request, view, 0, request.length);
    if (end !== request.length) throw new Error(`the executor stopped at ${end} of ${request.length}`);
    this.#session.flushReply();
    return Buffer.concat(this.#session.sent.splice(0));
  }
}

/** Words are byte texts. */
export function bytesOf(text: string): Buffer {
  return Buffer.from(text, 'latin1');
}

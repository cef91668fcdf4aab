// A relay stands on a link between two servers and passes its bytes on, with the fault that was asked for.
import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { type Disposable, Emitter } from '../base/lifecycle.ts';
import type { Direction, Fault, LinkFaultView } from '../contract/faults.ts';
import type { Address } from '../contract/places.ts';
import {
  endsAtMs,
  type FaultEvent,
  type FaultState,
  refuses,
  stepFault,
  swallows,
  toFaultView,
} from './fault-state.ts';
import { Lane, type LaneTime } from './lane.ts';
import { makeTreatment, type Treatment } from './treatment.ts';

/** Connections through one relay at a time; a link needs one, and a diskless replica's probe another. */
const wiresMax = 64;
/** The longest that Node's timers can wait. */
const timerMaxMs = 0x7fff_ffff;

const time: LaneTime = {
  monotonicMs: () => performance.now(),
  after: (delayMs, run) => {
    const timer = setTimeout(run, Math.min(delayMs, timerMaxMs));
    return { dispose: () => clearTimeout(timer) };
  },
};

interface Wire {
  /** The replica's end: it connected to the relay. */
  readonly client: Socket;
  /** Our connection to the master. */
  readonly server: Socket;
  readonly toMaster: Lane;
  readonly toReplica: Lane;
}

type Treatments = Readonly<Record<Direction, Treatment>>;

export class Relay implements AsyncDisposable {
  readonly address: Address;
  /** The state changed, or a wire was dropped. */
  readonly changed = new Emitter<void>();
  /** Wires opened since the start. */
  opened = 0;
  /** Wires dropped by the relay, or with either of their ends. */
  cuts = 0;
  readonly #target: Address;
  readonly #server: Server;
  readonly #wires = new Set<Wire>();
  #state: FaultState = { kind: 'passing' };
  #treatments: Treatments = treatmentsOf(this.#state);
  #timer: Disposable | null = null;

  private constructor(server: Server, address: Address, target: Address) {
    this.#server = server;
    this.#target = target;
    this.address = address;
    server.on('connection', (client) => this.#join(client));
  }

  /** Listens on a free port of 127.0.0.1 in front of `target`. Nothing is connected until somebody comes. */
  static async open(target: Address): Promise<Relay> {
    const host = '127.0.0.1';
    const server = createServer({ allowHalfOpen: true, noDelay: true, pauseOnConnect: true }).listen(0, host);
    await once(server, 'listening');
    const bound = server.address();
    if (bound === null || typeof bound === 'string') throw new Error('a relay listens on a TCP port');
    return new Relay(server, { host, port: bound.port }, target);
  }

  get target(): Address {
    return this.#target;
  }

  get view(): LinkFaultView {
    return toFaultView(this.#state, this.cuts);
  }

  /** Takes the place of the fault that is on. */
  set(fault: Fault): void {
    this.#step({ kind: 'set', fault, nowMs: Date.now() });
  }

  /** Passes everything on again. */
  clear(): void {
    this.#step({ kind: 'clear' });
  }

  /** Drops every wire now; the fault that is on stays. */
  cut(): void {
    for (const wire of [...this.#wires]) this.#drop(wire);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#timer?.dispose();
    this.changed.dispose();
    this.cut();
    if (!this.#server.listening) return;
    this.#server.close();
    await once(this.#server, 'close');
  }

  #step(event: FaultEvent): void {
    const before = this.#state;
    const { state, effect } = stepFault(before, event);
    if (state === before && effect === 'none') return;
    if (effect === 'cutAll') this.cut();
    if (effect === 'cutThoseThatLost') {
      for (const wire of [...this.#wires]) if (wire.toMaster.hasLost || wire.toReplica.hasLost) this.#drop(wire);
    }
    this.#state = state;
    this.#treatments = treatmentsOf(state);
    for (const wire of this.#wires) {
      wire.toMaster.treat(this.#treatments.toMaster);
      wire.toReplica.treat(this.#treatments.toReplica);
    }
    this.#armTimer();
    this.changed.emit();
  }

  #armTimer(): void {
    this.#timer?.dispose();
    const untilMs = endsAtMs(this.#state);
    const run = () => {
      this.#step({ kind: 'time', nowMs: Date.now() });
      // A timer may come a little early, and waits at most `timerMaxMs`.
      if (endsAtMs(this.#state) === untilMs) this.#armTimer();
    };
    this.#timer = untilMs === null ? null : time.after(Math.max(1, untilMs - Date.now()), run);
  }

  #join(client: Socket): void {
    if (refuses(this.#state) || this.#wires.size >= wiresMax) {
      client.on('error', () => {}); // the reset of what is refused is no news
      client.destroy();
      return;
    }
    this.opened++;
    const { host, port } = this.#target;
    const server = connect({ host, port, noDelay: true, allowHalfOpen: true });
    const wire: Wire = {
      client,
      server,
      toMaster: this.#lane('toMaster', client, server),
      toReplica: this.#lane('toReplica', server, client),
    };
    this.#wires.add(wire);
    this.#listen(wire, 'toMaster', client, server);
    this.#listen(wire, 'toReplica', server, client);
    client.resume();
  }

  #lane(direction: Direction, from: Socket, to: Socket): Lane {
    const ends = {
      // A receiver that is gone takes everything: in a half-open wire nobody tells the sender.
      send: (bytes: Buffer) => !to.writable || to.write(bytes),
      end: () => void to.end(),
      pauseSource: () => void from.pause(),
      resumeSource: () => void from.resume(),
      trip: () => this.#step({ kind: 'tripped' }),
    };
    return new Lane(ends, time, this.#treatments[direction]);
  }

  #listen(wire: Wire, direction: Direction, from: Socket, to: Socket): void {
    const lane = wire[direction];
    // A new lane under a stall must not read: it learns of the stall by being treated once.
    lane.treat(this.#treatments[direction]);
    from.on('data', (chunk) => lane.take(chunk));
    from.on('end', () => lane.finish());
    to.on('drain', () => lane.drained());
    from.on('error', () => {}); // a broken wire is what this file is for; 'close' follows
    from.on('close', () => this.#sourceClosed(wire, direction));
  }

  /** Where its direction vanishes the other end is not told: it learns of it by its own time-out. */
  #sourceClosed(wire: Wire, direction: Direction): void {
    const other = direction === 'toMaster' ? wire.server : wire.client;
    if (swallows(this.#state, direction) && !other.destroyed) wire[direction].finish();
    else this.#drop(wire);
  }

  #drop(wire: Wire): void {
    if (!this.#wires.delete(wire)) return;
    this.cuts++;
    wire.toMaster.dispose();
    wire.toReplica.dispose();
    wire.client.destroy();
    wire.server.destroy();
    this.changed.emit();
  }
}

function treatmentsOf(state: FaultState): Treatments {
  const now = time.monotonicMs();
  return { toMaster: makeTreatment(state, 'toMaster', now), toReplica: makeTreatment(state, 'toReplica', now) };
}

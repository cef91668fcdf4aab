// A simulated network: bytes arrive late, in pieces, not at all; connections fill up, stall, and break at any byte.
import type { Disposable } from '#core/base/lifecycle.ts';
import type { Connection, ConnectionHandlers, Endpoint, ListenerHandle, Transport } from '#core/base/ports.ts';
import type { SeededRandom } from '../support/random.ts';
import type { Life, SimulatedTime } from './clock.ts';
import { calm, type Weather } from './weather.ts';
import { type Tap, Wire, type WireEnd, type WireWorld } from './wire.ts';

interface Listener {
  readonly life: Life;
  readonly accept: (connection: Connection) => ConnectionHandlers;
}

const firstPort = 40_000;

export class SimulatedNetwork implements WireWorld {
  readonly time: SimulatedTime;
  readonly random: SeededRandom;
  weather: Weather = calm;
  tap: Tap = () => {};
  readonly wires = new Set<Wire>();
  readonly #listeners = new Map<string, Listener>();
  /** Between two hosts nothing arrives before this time. */
  readonly #stalledUntilMs = new Map<string, number>();
  #lastPort = firstPort;

  constructor(time: SimulatedTime, random: SeededRandom) {
    this.time = time;
    this.random = random;
  }

  /** The door of one process on one host. */
  transport(host: string, life: Life): ProcessTransport {
    return new ProcessTransport(this, host, life);
  }

  delayMs(): number {
    return this.random.below(this.weather.delayMaxMs * 100) / 100;
  }

  nextPort(): number {
    return ++this.#lastPort;
  }

  /** Connections that one host has opened to another and that still carry. */
  between(clientHost: string, serverHost: string): Wire[] {
    return [...this.wires].filter(
      (wire) => wire.client.host === clientHost && wire.server.host === serverHost && !wire.isBroken,
    );
  }

  stall(oneHost: string, otherHost: string, forMs: number): void {
    this.#stalledUntilMs.set(roadName(oneHost, otherHost), this.time.nowMs + forMs);
  }

  /** 0 when the road is free. */
  stalledForMs(oneHost: string, otherHost: string): number {
    return Math.max(0, (this.#stalledUntilMs.get(roadName(oneHost, otherHost)) ?? 0) - this.time.nowMs);
  }

  /** Good weather, free roads, no cuts to come; and nobody believes any more in a connection that is broken. */
  heal(): void {
    this.weather = calm;
    this.#stalledUntilMs.clear();
    for (const wire of [...this.wires]) {
      if (wire.isBroken) wire.tellBoth();
      else wire.cutNever();
    }
  }

  /**
   * A process is gone. `loud`: its system says so to whoever was connected. Otherwise the machine itself is gone, and
   * the others find out late.
   */
  bury(life: Life, loud: boolean): void {
    for (const [address, listener] of this.#listeners) if (listener.life === life) this.#listeners.delete(address);
    for (const wire of [...this.wires]) wire.bury(life, loud);
  }

  open(address: string, listener: Listener): Disposable {
    this.#listeners.set(address, listener);
    return {
      dispose: () => {
        if (this.#listeners.get(address) === listener) this.#listeners.delete(address);
      },
    };
  }

  listener(address: string): Listener | null {
    return this.#listeners.get(address) ?? null;
  }

  isTaken(address: string): boolean {
    return this.#listeners.has(address);
  }
}

function roadName(oneHost: string, otherHost: string): string {
  return oneHost < otherHost ? `${oneHost} ${otherHost}` : `${otherHost} ${oneHost}`;
}

export class ProcessTransport implements Transport {
  readonly #network: SimulatedNetwork;
  readonly #host: string;
  readonly #life: Life;
  #listeners = 0;
  #attempts = 0;

  constructor(network: SimulatedNetwork, host: string, life: Life) {
    this.#network = network;
    this.#host = host;
    this.#life = life;
  }

  /** What is still open: a clean end leaves nothing. */
  get open(): number {
    const ends = [...this.#network.wires].flatMap((wire) => [wire.client, wire.server]);
    return ends.filter((end) => end.life === this.#life && !end.isClosed).length + this.#listeners + this.#attempts;
  }

  listen(endpoint: Endpoint, accept: (connection: Connection) => ConnectionHandlers): Promise<ListenerHandle> {
    const address = addressOf(endpoint);
    return new Promise((resolve, reject) => {
      this.#network.time.after(0, this.#life, () => {
        if (this.#network.isTaken(address)) {
          reject(Object.assign(new Error(`EADDRINUSE: ${address}`), { code: 'EADDRINUSE' }));
          return;
        }
        const opened = this.#network.open(address, { life: this.#life, accept });
        this.#listeners++;
        resolve({
          port: 'port' in endpoint ? endpoint.port : 0,
          dispose: () => {
            this.#listeners--;
            opened.dispose();
          },
        });
      });
    });
  }

  connect(
    endpoint: Endpoint,
    options: { readonly timeoutMs: number },
    opened: (connection: Connection) => ConnectionHandlers,
    failed: (reason: string) => void,
  ): Disposable {
    const network = this.#network;
    let isSettled = false;
    let client: WireEnd | null = null;
    this.#attempts++;
    const settle = (): boolean => {
      if (isSettled) return false;
      isSettled = true;
      this.#attempts--;
      timeout.dispose();
      return true;
    };
    // The other side may have taken the call already, and only our end does not know yet.
    const timeout = network.time.after(options.timeoutMs, this.#life, () => {
      if (!settle()) return;
      client?.destroy();
      failed('ETIMEDOUT');
    });
    const arrive = (): void => {
      if (isSettled) return;
      const stalledMs = 'host' in endpoint ? network.stalledForMs(this.#host, endpoint.host) : 0;
      if (stalledMs > 0) {
        network.time.after(stalledMs, this.#life, arrive);
        return;
      }
      const listener = network.listener(addressOf(endpoint));
      if (listener === null) {
        if (settle()) failed('ECONNREFUSED');
        return;
      }
      const wire = new Wire(
        network,
        { host: this.#host, life: this.#life },
        { ...placeOf(endpoint), life: listener.life },
      );
      client = wire.client;
      wire.server.attach(listener.accept(wire.server));
      network.time.after(network.delayMs(), this.#life, () => {
        if (settle()) wire.client.attach(opened(wire.client));
      });
    };
    network.time.after(network.delayMs(), this.#life, arrive);
    return {
      dispose: () => {
        if (settle()) client?.destroy();
      },
    };
  }
}

function placeOf(endpoint: Endpoint): { readonly host: string; readonly port: number } {
  return 'host' in endpoint ? endpoint : { host: endpoint.path, port: 0 };
}

function addressOf(endpoint: Endpoint): string {
  const { host, port } = placeOf(endpoint);
  return `${host}:${port}`;
}

// A simulated client: sends requests over the simulated network, and hears what is answered.
import type { Connection, ConnectionHandlers } from '#core/base/ports.ts';
import { encodeRequest } from '#core/resp/request-decoder.ts';
import { port } from './machine.ts';
import type { ProcessTransport } from './network.ts';
import type { Words } from './writes.ts';

const connectTimeoutMs = 5000;

/** Connects when it has something to say, and again after a loss; what was on its way then is not said again. */
export class SimulatedClient {
  readonly #transport: ProcessTransport;
  readonly #host: string;
  readonly #heard: (text: string) => void;
  #connection: Connection | null = null;
  #isOpening = false;
  #unsaid: Buffer[] = [];

  constructor(transport: ProcessTransport, host: string, heard: (text: string) => void = () => {}) {
    this.#transport = transport;
    this.#host = host;
    this.#heard = heard;
  }

  say(requests: readonly Words[]): void {
    this.#unsaid.push(Buffer.concat(requests.map((words) => encodeRequest(words))));
    if (this.#connection !== null) this.#flush(this.#connection);
    else if (!this.#isOpening) this.#open();
  }

  leave(): void {
    this.#connection?.destroy();
    this.#connection = null;
  }

  #open(): void {
    this.#isOpening = true;
    this.#transport.connect(
      { host: this.#host, port },
      { timeoutMs: connectTimeoutMs },
      (connection) => this.#opened(connection),
      () => {
        this.#isOpening = false;
        this.#unsaid = [];
      },
    );
  }

  #opened(connection: Connection): ConnectionHandlers {
    this.#isOpening = false;
    this.#connection = connection;
    this.#flush(connection);
    const lost = () => {
      if (this.#connection === connection) this.leave();
    };
    return {
      onData: (bytes, _view, start, end) => this.#heard(bytes.latin1Slice(start, end)),
      onDrain() {},
      onEnd: lost,
      onClose: lost,
    };
  }

  #flush(connection: Connection): void {
    for (const bytes of this.#unsaid) connection.write(bytes, 0, bytes.length);
    this.#unsaid = [];
  }
}

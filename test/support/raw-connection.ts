// A plain connection to a real server that gives back the raw bytes of each reply.
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { encodeRequest } from '#core/resp/request-decoder.ts';
import { replyEnd } from './resp.ts';

/** Long, for a busy machine. */
const replyTimeoutMs = 30_000;

export interface RawConnection extends Disposable {
  /**
   * Sends all requests at once and answers the raw reply of each, in time with what was sent before. Words are byte
   * texts. Fails if a reply does not come, or the connection ends.
   */
  send(requests: readonly (readonly string[])[]): Promise<Buffer[]>;
}

export async function openRawConnection(address: { host: string; port: number }): Promise<RawConnection> {
  const socket = connect(address.port, address.host);
  await once(socket, 'connect');
  socket.setNoDelay(true);
  return new RepliesInOrder(socket);
}

/** One `send` that still waits for some of its replies. */
interface Expected {
  readonly count: number;
  readonly replies: Buffer[];
  readonly timer: NodeJS.Timeout;
  readonly resolve: (replies: Buffer[]) => void;
  readonly reject: (error: Error) => void;
}

class RepliesInOrder implements RawConnection {
  readonly #socket: Socket;
  readonly #expected: Expected[] = [];
  #received: Buffer = Buffer.alloc(0);

  constructor(socket: Socket) {
    this.#socket = socket;
    socket.on('data', (chunk) => this.#take(chunk));
    socket.on('error', () => {});
    socket.on('close', () => this.#fail('the connection ended'));
  }

  send(requests: readonly (readonly string[])[]): Promise<Buffer[]> {
    if (this.#socket.closed) return Promise.reject(new Error('the connection ended'));
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => this.#fail(`no reply within ${replyTimeoutMs} ms`), replyTimeoutMs);
      this.#expected.push({ count: requests.length, replies: [], timer, resolve, reject });
      const bytes = requests.map((words) => encodeRequest(words.map((word) => Buffer.from(word, 'latin1'))));
      this.#socket.write(Buffer.concat(bytes));
    });
  }

  [Symbol.dispose](): void {
    this.#socket.destroy();
  }

  #take(chunk: Buffer): void {
    this.#received = Buffer.concat([this.#received, chunk]);
    let start = 0;
    for (let end = replyEnd(this.#received, start); end !== -1; end = replyEnd(this.#received, start)) {
      const first = this.#expected[0];
      if (first === undefined) break;
      first.replies.push(this.#received.subarray(start, end));
      start = end;
      if (first.replies.length < first.count) continue;
      this.#expected.shift();
      clearTimeout(first.timer);
      first.resolve(first.replies);
    }
    this.#received = this.#received.subarray(start);
  }

  #fail(why: string): void {
    for (const { count, replies, timer, reject } of this.#expected.splice(0)) {
      clearTimeout(timer);
      reject(new Error(`${why}; ${replies.length} of ${count} replies came`));
    }
  }
}

// A server that speaks just enough RESP to be taken for a Redis, and answers as the test says: whole, wrong, or never.
import { once } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';
import { portOf } from './free-port.ts';

/** The bytes of one answer to the words of one command; null: no answer, ever. */
export type Answer = (words: readonly string[]) => string | null;

export const bulk = (text: string) => `$${Buffer.byteLength(text)}\r\n${text}\r\n`;
export const failing = (text: string) => `-${text}\r\n`;

export class FakeRedis implements AsyncDisposable {
  readonly host = '127.0.0.1';
  answer: Answer;
  /** Every command that came, as one line. */
  readonly heard: string[] = [];
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();

  constructor(answer: Answer) {
    this.answer = answer;
    this.#server = createServer((socket) => this.#serve(socket));
  }

  get port(): number {
    return portOf(this.#server);
  }

  async listen(): Promise<void> {
    this.#server.listen(0, this.host);
    await once(this.#server, 'listening');
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    this.#server.close();
    await once(this.#server, 'close');
  }

  #serve(socket: Socket): void {
    this.#sockets.add(socket);
    let text = '';
    socket.on('error', () => {}); // a client that leaves in the middle is what some tests are about
    socket.on('data', (chunk) => {
      text += chunk.toString('latin1');
      for (let words = takeCommand(text); words !== null; words = takeCommand(text)) {
        text = text.slice(words.length);
        this.heard.push(words.words.join(' '));
        const answer = this.answer(words.words);
        if (answer !== null) socket.write(answer);
      }
    });
  }
}

export async function startFakeRedis(answer: Answer): Promise<FakeRedis> {
  const fake = new FakeRedis(answer);
  await fake.listen();
  return fake;
}

/** The first whole command of `text` with the number of its characters; null where none is whole yet. */
function takeCommand(text: string): { readonly words: readonly string[]; readonly length: number } | null {
  const head = /^\*(\d+)\r\n/.exec(text);
  if (!head) return null;
  const words: string[] = [];
  let at = head[0].length;
  for (let index = 0; index < Number(head[1]); index++) {
    const size = /^\$(\d+)\r\n/.exec(text.slice(at));
    if (!size) return null;
    const begin = at + size[0].length;
    const end = begin + Number(size[1]);
    if (text.length < end + 2) return null;
    words.push(text.slice(begin, end));
    at = end + 2;
  }
  return { words, length: at };
}

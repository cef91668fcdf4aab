// Commands of the host in the same process: past any password, one after another, answered as plain values.

import { decodeReply, type ReplyValue } from '../../resp/reply-decoder.ts';
import { encodeRequest } from '../../resp/request-decoder.ts';
import type { Executor } from '../commands/execute.ts';
import { LocalSession } from './session.ts';
import type { Turn } from './turn.ts';

export class LocalCalls {
  readonly #executor: Executor;
  readonly #turn: Turn;
  readonly #session: LocalSession;
  #last: Promise<unknown> = Promise.resolve();
  #answered: ((bytes: Buffer) => void) | null = null;

  constructor(executor: Executor, turn: Turn, id: number) {
    this.#executor = executor;
    this.#turn = turn;
    this.#session = new LocalSession(
      {
        id,
        nowMs: executor.services.ports.clock.nowMs(),
        authenticated: true,
        remoteAddress: 'local:0',
        localAddress: 'local:0',
      },
      executor.reply,
      (bytes) => this.#answered?.(bytes),
    );
  }

  /** Errors of the command are values, `{ error }`. Waits for commands that wait, such as SAVE. */
  execute(argv: readonly (string | Buffer)[]): Promise<ReplyValue> {
    const answer = this.#last.then(() => this.#run(argv));
    this.#last = answer.catch(() => {});
    return answer;
  }

  #run(argv: readonly (string | Buffer)[]): Promise<ReplyValue> {
    return new Promise((resolve) => {
      this.#answered = (bytes) => {
        this.#answered = null;
        resolve(decodeReply(bytes).value);
      };
      this.#turn.begin();
      const request = encodeRequest(argv);
      const view = new DataView(request.buffer, request.byteOffset, request.length);
      this.#executor.run(this.#session, request, view, 0, request.length);
      this.#session.flushReply();
      this.#executor.services.propagation.flush();
    });
  }
}

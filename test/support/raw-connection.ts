// A plain connection to a real server that gives back the raw bytes of each reply.
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { encodeRequest } from '#core/resp/request-decoder.ts';
import { replyEnd } from './resp.ts';

const replyTimeoutMs = 10_000;

export interface RawConnection extends Disposable {
  /** Sends all requests at once and answers the raw reply of each. Words are byte texts. */
  send(requests: readonly (readonly string[])[]): Promise<Buffer[]>;
}

export async function openRawConnection(address: { host: string; port: number }): Promise<RawConnection> {
  const socket = connect(address.port, address.host);
  await once(socket, 'connect');
  socket.setNoDelay(true);
  return {
    send: (requests) => send(socket, requests),
    [Symbol.dispose]: () => void socket.destroy(),
  };
}

function send(socket: Socket, requests: readonly (readonly string[])[]): Promise<Buffer[]> {
  return new Promise((resolve, reject) => {
    let received: Buffer = Buffer.alloc(0);
    const replies: Buffer[] = [];
    const finish = (error?: Error) => {
      clearTimeout(timer);
      socket.off('data', onData);
      socket.off('close', onClose);
      if (error) reject(error);
      else resolve(replies);
    };
    const onData = (chunk: Buffer) => {
      received = Buffer.concat([received, chunk]);
      let start = 0;
      for (let end = replyEnd(received, start); end !== -1; end = replyEnd(received, start)) {
        replies.push(received.subarray(start, end));
        start = end;
      }
      received = received.subarray(start);
      if (replies.length >= requests.length) finish();
    };
    const onClose = () => finish(new Error(`the server closed after ${replies.length} of ${requests.length} replies`));
    const timer = setTimeout(
      () => finish(new Error(`${replies.length} of ${requests.length} replies after ${replyTimeoutMs} ms`)),
      replyTimeoutMs,
    );
    socket.on('data', onData);
    socket.on('close', onClose);
    const bytes = requests.map((words) => encodeRequest(words.map((word) => Buffer.from(word, 'latin1'))));
    socket.write(Buffer.concat(bytes));
  });
}

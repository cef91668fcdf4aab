// A socket without a protocol: what is typed goes out, what comes is kept as it came.
import { once } from 'node:events';
import { connect } from 'node:net';

export interface PlainSocket extends Disposable {
  say(text: string): void;
  /** All bytes so far, one character each. */
  received(): string;
  isClosed(): boolean;
}

export async function openPlain(server: { readonly host: string; readonly port: number }): Promise<PlainSocket> {
  const socket = connect(server.port, server.host);
  await once(socket, 'connect');
  let received = '';
  let isClosed = false;
  socket.on('data', (bytes) => {
    received += bytes.toString('latin1');
  });
  socket.on('close', () => {
    isClosed = true;
  });
  return {
    say: (text: string) => void socket.write(text),
    received: () => received,
    isClosed: () => isClosed,
    [Symbol.dispose]: () => void socket.destroy(),
  };
}

// A peer that plays a master from a script: what it answers to each request of the handshake, word for word.
import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';
import { portOf } from './free-port.ts';

export interface ScriptedMaster extends AsyncDisposable {
  readonly host: string;
  readonly port: number;
  /** Connections taken so far. */
  readonly opened: number;
}

/** What is said each time, and then the silence; `hangsUp` closes behind it; `times`: on one connection no oftener. */
export type Answer =
  | string
  | Buffer
  | { readonly says: string | Buffer; readonly hangsUp: true }
  | { readonly says: string | Buffer; readonly times: number };

/** By the first word of a request in lower case; without an answer it stays silent. */
export type Script = Readonly<Record<string, Answer>>;

/** Answers that lead as far as PSYNC, and none to the REPLCONF ACK of each second. */
export const wellMannered: Script = { ping: '+PONG\r\n', replconf: { says: '+OK\r\n', times: 2 } };

export async function startScriptedMaster(script: Script): Promise<ScriptedMaster> {
  let opened = 0;
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    opened++;
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    socket.on('error', () => {}); // replicas drop bad masters; that is what the tests are about
    const said = new Map<string, number>();
    socket.on('data', (bytes) => {
      for (const [, word] of bytes.toString('latin1').matchAll(/\*\d+\r\n\$\d+\r\n(\w+)\r\n/g)) {
        const request = word?.toLowerCase() ?? '';
        const answer = script[request];
        if (answer !== undefined) say(socket, answer, said.get(request) ?? 0);
        said.set(request, (said.get(request) ?? 0) + 1);
      }
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    host: '127.0.0.1',
    port: portOf(server),
    get opened() {
      return opened;
    },
    [Symbol.asyncDispose]: async () => {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}

function say(socket: Socket, answer: Answer, timesBefore: number): void {
  if (typeof answer === 'string' || Buffer.isBuffer(answer)) socket.write(answer);
  else if ('hangsUp' in answer) socket.end(answer.says);
  else if (timesBefore < answer.times) socket.write(answer.says);
}

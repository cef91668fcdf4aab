// A peer that plays a master from a script: what it answers to each request of the handshake, word for word.
import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';
import { portOf } from './free-port.ts';

export interface ScriptedMaster extends AsyncDisposable {
  readonly host: string;
  readonly port: number;
  /** Connections taken so far. */
  readonly opened: number;
  /** Replaces the script, for connections to come. */
  play(answers: Script): void;
}

/** By the first word of a request in lower case; without an answer it stays silent. Null drops the connection. */
export type Script = Readonly<Record<string, string | Buffer | null>>;

/** Answers that lead as far as PSYNC. */
export const wellMannered: Script = { ping: '+PONG\r\n', replconf: '+OK\r\n' };

export async function startScriptedMaster(answers: Script): Promise<ScriptedMaster> {
  let script = answers;
  let opened = 0;
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    opened++;
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    socket.on('error', () => {}); // replicas drop bad masters; that is what the tests are about
    const played = script;
    socket.on('data', (bytes) => {
      for (const [, word] of bytes.toString('latin1').matchAll(/\*\d+\r\n\$\d+\r\n(\w+)\r\n/g)) {
        const answer = played[word?.toLowerCase() ?? ''];
        if (answer === null) socket.destroy();
        else if (answer !== undefined) socket.write(answer);
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
    play: (next) => {
      script = next;
    },
    [Symbol.asyncDispose]: async () => {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}

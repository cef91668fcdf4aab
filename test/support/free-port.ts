// Finds a free loopback port for programs that cannot be given port 0.
import { once } from 'node:events';
import { createServer, type Server } from 'node:net';

/** The port is free at the moment of the answer; whoever takes it must be ready to lose a race and ask again. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const port = portOf(server);
  server.close();
  await once(server, 'close');
  return port;
}

/** The port of a listening TCP server. */
export function portOf(server: Server): number {
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the server does not listen on a TCP port');
  return address.port;
}

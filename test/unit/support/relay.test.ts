// The relay drops and holds bytes where the tests of replication ask it to.
import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { expect, test } from 'vitest';
import { portOf } from '../../support/free-port.ts';
import { startRelay } from '../../support/relay.ts';
import { waitFor } from '../../support/wait-for.ts';

/** A server that sends back what it gets, with its sockets closed at the end. */
async function startEcho() {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    socket.pipe(socket);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    host: '127.0.0.1',
    port: portOf(server),
    [Symbol.asyncDispose]: async () => {
      for (const socket of sockets) socket.destroy();
      server.close();
    },
  };
}

async function join(address: { readonly host: string; readonly port: number }) {
  const socket = connect({ host: address.host, port: address.port });
  const state = { received: '', closed: false };
  socket.setEncoding('utf8').on('data', (text) => {
    state.received += text;
  });
  socket
    .on('error', () => {})
    .on('close', () => {
      state.closed = true;
    });
  await once(socket, 'connect');
  return { socket, state };
}

test('bytes pass both ways', async () => {
  await using echo = await startEcho();
  await using relay = await startRelay(echo);
  const { socket, state } = await join(relay);
  socket.write('hello');
  await waitFor(
    'the echo',
    () => state.received,
    (text) => text === 'hello',
  );
  expect({ opened: relay.opened, cuts: relay.cuts }).toEqual({ opened: 1, cuts: 0 });
});

test('a cut after so many bytes lets exactly those pass', async () => {
  await using echo = await startEcho();
  await using relay = await startRelay(echo);
  const { socket, state } = await join(relay);
  relay.cutAfter('server', 3);
  socket.write('abcdef');
  await waitFor('the cut', () => state.closed);
  expect({ received: state.received, cuts: relay.cuts }).toEqual({ received: 'abc', cuts: 1 });
});

test('a cut at a word keeps the word back', async () => {
  await using echo = await startEcho();
  await using relay = await startRelay(echo);
  const { socket, state } = await join(relay);
  relay.cutAt('client', 'PSYNC');
  socket.write('PING PSYNC ? -1');
  await waitFor('the cut', () => state.closed);
  expect(state.received).not.toContain('PSYNC');
  expect(relay.cuts).toBe(1);
});

test('a stalled relay holds the bytes, and lets them go when it flows again', async () => {
  await using echo = await startEcho();
  await using relay = await startRelay(echo);
  const { socket, state } = await join(relay);
  relay.stall();
  socket.write('held');
  await using direct = await startEcho();
  const other = await join(direct);
  other.socket.write('passes');
  await waitFor(
    'the wire beside it',
    () => other.state.received,
    (text) => text === 'passes',
  );
  expect(state.received).toBe('');
  relay.flow();
  await waitFor(
    'the held bytes',
    () => state.received,
    (text) => text === 'held',
  );
});

test('a relay that refuses closes new connections', async () => {
  await using echo = await startEcho();
  await using relay = await startRelay(echo);
  relay.refuse();
  const { state } = await join(relay);
  await waitFor('the refusal', () => state.closed);
  expect(relay.opened).toBe(0);
});

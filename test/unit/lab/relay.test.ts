// The relay over real sockets: what it drops, holds back and closes.
import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { expect, test } from 'vitest';
import { Relay } from '#core/lab/relay.ts';
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

/** Both ends of a wire through a relay, as the servers at its ends see them. */
async function startPair() {
  const accepted: Socket[] = [];
  const server = createServer({ allowHalfOpen: true }, (socket) => void accepted.push(socket)).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const relay = await Relay.open({ host: '127.0.0.1', port: portOf(server) });
  const client = await join(relay.address);
  const master = watch(await waitFor('the wire to be there', () => accepted[0] as Socket));
  return {
    relay,
    client,
    master,
    [Symbol.asyncDispose]: async () => {
      client.socket.destroy();
      await relay[Symbol.asyncDispose]();
      for (const socket of accepted) socket.destroy();
      server.close();
    },
  };
}

async function join(address: { readonly host: string; readonly port: number }) {
  const socket = connect({ host: address.host, port: address.port, allowHalfOpen: true });
  const watched = watch(socket);
  await once(socket, 'connect');
  return watched;
}

function watch(socket: Socket) {
  const state = { received: '', ended: false, closed: false };
  socket
    .setEncoding('latin1')
    .on('data', (text) => {
      state.received += text;
    })
    .on('end', () => {
      state.ended = true;
    })
    .on('error', () => {})
    .on('close', () => {
      // A reset says no end: the socket is over all the same.
      state.ended = true;
      state.closed = true;
    });
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
  await waitFor('the cut', () => state.ended);
  expect({ received: state.received, cuts: relay.cuts }).toEqual({ received: 'abc', cuts: 1 });
});

test('a cut at a word keeps the word back', async () => {
  await using echo = await startEcho();
  await using relay = await startRelay(echo);
  const { socket, state } = await join(relay);
  relay.cutAt('client', 'PSYNC');
  socket.write('PING PSYNC ? -1');
  await waitFor('the cut', () => state.ended);
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
  await waitFor('the refusal', () => state.ended);
  expect(relay.opened).toBe(0);
});

test('the end of one side comes to the other behind its last bytes', async () => {
  await using pair = await startPair();
  pair.client.socket.end('last');
  await waitFor('the end', () => pair.master.state.ended);
  expect(pair.master.state.received).toBe('last');
  pair.master.socket.end('answer');
  await waitFor('the answer and the close', () => pair.client.state.closed);
  expect(pair.client.state.received).toBe('answer');
});

test('a delay is felt in both directions', async () => {
  await using pair = await startPair();
  pair.relay.set({ kind: 'delay', toReplicaMs: 60, toMasterMs: 40, jitterMs: 0 });
  const beganMs = performance.now();
  pair.client.socket.write('ask');
  await waitFor('the question', () => pair.master.state.received, Boolean, { intervalMs: 1 });
  pair.master.socket.write('answer');
  await waitFor('the answer', () => pair.client.state.received, Boolean, { intervalMs: 1 });
  expect(performance.now() - beganMs).toBeGreaterThanOrEqual(98);
});

test('a wire that is half open: what the client says and its end vanish, and the server is told nothing', async () => {
  await using pair = await startPair();
  pair.relay.set({ kind: 'drop', direction: 'toMaster' });
  pair.client.socket.write('lost');
  pair.master.socket.write('heard');
  await waitFor('the other direction', () => pair.client.state.received);
  pair.client.socket.destroy();
  // What goes to a client that is gone is taken all the same.
  for (let n = 0; n < 3; n++) {
    const flushed = new Promise((resolve) => pair.master.socket.write('on and on', resolve));
    await flushed;
  }
  expect(pair.master.state).toEqual({ received: '', ended: false, closed: false });
  pair.relay.clear();
  await waitFor('the wire that lost bytes to be cut', () => pair.master.state.ended);
});

test('a cut for a while refuses, and passes again by itself', async () => {
  await using pair = await startPair();
  // Long enough that somebody is refused meanwhile, on a busy machine too.
  pair.relay.set({ kind: 'cut', seconds: 2, everySeconds: null });
  await waitFor('the cut', () => pair.client.state.ended);
  expect(pair.relay.view).toMatchObject({ phase: 'refusing', cuts: 1 });
  const refused = await join(pair.relay.address);
  await waitFor('the refusal', () => refused.state.ended);
  await waitFor(
    'the relay to pass',
    () => pair.relay.view,
    ({ phase }) => phase === 'passing',
  );
  expect(pair.relay.opened).toBe(1);
  const again = await join(pair.relay.address);
  await waitFor('a second wire', () => pair.relay.opened === 2);
  again.socket.destroy();
});

test('a sender is held back when the receiver does not read', async () => {
  await using pair = await startPair();
  pair.client.socket.pause();
  const chunk = Buffer.alloc(1024 * 1024);
  let taken = 0;
  const fill = () => {
    while (taken < 64 && pair.master.socket.write(chunk)) taken++;
    taken++;
  };
  pair.master.socket.on('drain', fill);
  fill();
  // Two readings apart that are equal: the kernel's buffers, the lane and Node's own are full.
  let before = -1;
  await waitFor(
    'the sender to be held back',
    () => pair.master.socket.bytesWritten - pair.master.socket.writableLength,
    (gone) => {
      const isStill = gone === before && pair.master.socket.writableLength > 0;
      before = gone;
      return isStill;
    },
    { intervalMs: 200 },
  );
  expect(taken).toBeLessThan(64);
});

test('a relay that is closed closes everything that it opened', async () => {
  await using pair = await startPair();
  pair.relay.set({ kind: 'delay', toReplicaMs: 50_000, toMasterMs: 50_000, jitterMs: 0 });
  pair.client.socket.write('waits');
  await pair.relay[Symbol.asyncDispose]();
  await waitFor('both ends to be gone', () => pair.client.state.ended && pair.master.state.ended);
  const late = connect({ ...pair.relay.address });
  const [error] = await once(late, 'error');
  expect(error).toMatchObject({ code: 'ECONNREFUSED' });
  await pair.relay[Symbol.asyncDispose]();
});

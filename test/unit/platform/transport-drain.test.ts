// A writer that was told to wait is told when it may go on, however little it had written.
import { once } from 'node:events';
import { connect } from 'node:net';
import { describe, expect, it } from 'vitest';
import type { Connection } from '#core/base/ports.ts';
import { SocketTransport } from '#core/platform/transport.ts';
import { waitFor } from '../../support/wait-for.ts';

const writesMax = 100_000;

describe('the transport', () => {
  it.each([100, 1000, 10_000, 100_000])('says that a queue of writes of %i bytes has left', async (bytes) => {
    let drained = 0;
    let accepted: Connection | null = null;
    const listener = await new SocketTransport().listen({ host: '127.0.0.1', port: 0 }, (connection) => {
      accepted = connection;
      return { onData: () => {}, onDrain: () => void drained++, onEnd: () => {}, onClose: () => {} };
    });
    const reader = connect(listener.port, '127.0.0.1').pause();
    try {
      await once(reader, 'connect');
      const connection = await waitFor<Connection | null>('the connection', () => accepted);
      const piece = new Uint8Array(bytes);
      let writes = 0;
      while (connection?.write(piece, 0, bytes)) if (++writes === writesMax) throw new Error('it never waits');
      expect(connection?.pendingBytes).toBeGreaterThan(0);
      expect(drained).toBe(0);
      reader.resume();
      await waitFor('the word that the queue has left', () => drained);
      expect(connection?.pendingBytes).toBe(0);
    } finally {
      reader.destroy();
      listener.dispose();
    }
  });
});

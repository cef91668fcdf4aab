// CLIENT UNBLOCK beside a real Redis: a client that waits for a key is let go, as if its time were up or with an error.
import { expect, test } from 'vitest';
import { openRawConnection } from '../support/raw-connection.ts';
import { startRedis } from '../support/redis-server.ts';
import { startSyncline } from '../support/syncline-server.ts';
import { waitFor } from '../support/wait-for.ts';

for (const [name, start] of Object.entries({ Redis: startRedis, Syncline: startSyncline })) {
  test(`${name} lets a waiting client go, whose next requests are then answered`, async () => {
    await using server = await start();
    const client = server.client();
    await client.ping();
    using waiting = await openRawConnection(server);
    const id = Number((await waiting.send([['CLIENT', 'ID']]))[0]!.toString().slice(1));
    const isBlocked = async () => /blocked_clients:1/.test(await client.info('clients'));

    const timedOut = waiting.send([['BLPOP', 'queue', '0'], ['PING']]);
    await waitFor('the client to wait', isBlocked);
    expect(await client.call('CLIENT', 'UNBLOCK', String(id))).toBe(1);
    expect((await timedOut).map(String)).toEqual(['*-1\r\n', '+PONG\r\n']);

    const refused = waiting.send([['BLPOP', 'queue', '0']]);
    await waitFor('the client to wait again', isBlocked);
    expect(await client.call('CLIENT', 'UNBLOCK', String(id), 'ERROR')).toBe(1);
    expect(String((await refused)[0])).toBe('-UNBLOCKED client unblocked via CLIENT UNBLOCK\r\n');

    await waitFor('nobody to wait', async () => !(await isBlocked()));
    expect(await client.call('CLIENT', 'UNBLOCK', String(id))).toBe(0);
    expect(await client.call('CLIENT', 'UNBLOCK', '987654')).toBe(0);
    await expect(client.call('CLIENT', 'UNBLOCK', 'x')).rejects.toThrow('ERR value is not an integer or out of range');
    await expect(client.call('CLIENT', 'UNBLOCK', '1', 'x')).rejects.toThrow(
      'ERR CLIENT UNBLOCK reason should be TIMEOUT or ERROR',
    );
    // It waits for nothing any more: what is pushed stays.
    await client.rpush('queue', 'item');
    expect(await client.llen('queue')).toBe(1);
  });
}

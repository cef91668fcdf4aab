// What the owner of an embedded node makes of a worker that takes its time.
import { BroadcastChannel } from 'node:worker_threads';
import { afterEach, expect, test, vi } from 'vitest';
import { EmbeddedNode } from '#core/nodes/embedded-node.ts';
import { waitFor } from '../../support/wait-for.ts';

afterEach(() => vi.useRealTimers());

/** A worker that says by the channel what it was asked, and answers nothing before it is told to. */
const slowWorker = (channel: string) =>
  new URL(
    `data:text/javascript,${encodeURIComponent(`
    import { BroadcastChannel, parentPort } from 'node:worker_threads';
    const channel = new BroadcastChannel(${JSON.stringify(channel)});
    const asked = [];
    parentPort.on('message', (request) => { asked.push(request); channel.postMessage(request.kind); });
    channel.onmessage = () => {
      for (const { id } of asked.splice(0)) parentPort.postMessage({ kind: 'answer', id, value: { port: 7 } });
    };
  `)}`,
  );

test('a start on a busy machine may take longer than any other request', async () => {
  const channel = new BroadcastChannel('a slow worker');
  const asked: unknown[] = [];
  channel.onmessage = ({ data }: { data: unknown }) => asked.push(data);
  const settings = { name: 'alpha', port: 0, password: null, dataFolder: 'nowhere', version: '0.0.0' };
  const node = new EmbeddedNode(settings, slowWorker('a slow worker'));
  try {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    const started = node.start();
    await waitFor('the worker to be asked', () => asked.includes('start'));
    await vi.advanceTimersByTimeAsync(20_000);
    expect(node.state.kind).toBe('starting');
    channel.postMessage('answer');
    await started;
    expect([node.state.kind, node.port]).toEqual(['running', 7]);

    const late = expect(node.execute([['PING']])).rejects.toThrow(/connectionTimedOut/);
    await vi.advanceTimersByTimeAsync(20_000);
    await late;
  } finally {
    channel.close();
    node.dispose();
  }
});

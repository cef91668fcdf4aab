import { expect, test } from 'vitest';
import { ticksOf } from '../../../../src-renderer/tape/tape-ticks.ts';
import { byId, master, replica } from '../support/views.ts';

const attached = (nodeId: string | null, offset: number) => ({
  nodeId,
  address: { host: '127.0.0.1', port: 7002 },
  state: 'online',
  offset,
  lagBytes: 0,
  ackAgeSeconds: 0,
  outputBuffer: null,
});

test('a replica has the offset it acknowledged and the one it applied', () => {
  const alpha = master('alpha', { replicas: [attached('bravo', 980)] });
  const bravo = replica('bravo', 'alpha', {}, { offset: 990 });
  expect(ticksOf(alpha, byId(alpha, bravo), 10_000, 5000)).toEqual([
    { name: 'bravo', acknowledgedOffset: 980, appliedOffset: 990, tone: 'healthy' },
  ]);
});

test('a replica that is away keeps its own tick', () => {
  const alpha = master('alpha');
  const delta = replica('delta', 'alpha', { phase: 'down' }, { offset: 400 });
  expect(ticksOf(alpha, byId(alpha, delta), 10_000, 5000)).toEqual([
    { name: 'delta', acknowledgedOffset: null, appliedOffset: 400, tone: 'down' },
  ]);
});

test('an offset of another history does not stand on the tape', () => {
  const alpha = master('alpha');
  const delta = replica('delta', 'alpha', { phase: 'handshake' }, { offset: 400, replicationId: 'f'.repeat(40) });
  expect(ticksOf(alpha, byId(alpha, delta), 10_000, 5000)).toEqual([]);
});

test('a replica that is not in this console stands there by its address', () => {
  const alpha = master('alpha', { replicas: [attached(null, 700)] });
  expect(ticksOf(alpha, byId(alpha), 10_000, 5000)).toEqual([
    { name: '127.0.0.1:7002', acknowledgedOffset: 700, appliedOffset: null, tone: 'unknown' },
  ]);
});

test('a replica in the middle of a full copy has no tick, since its offset means nothing yet', () => {
  const alpha = master('alpha', { replicas: [{ ...attached('bravo', 0), state: 'send_bulk' }] });
  const bravo = replica('bravo', 'alpha', { phase: 'transfer' }, { offset: null, replicationId: null });
  expect(ticksOf(alpha, byId(alpha, bravo), 10_000, 5000)).toEqual([]);
});

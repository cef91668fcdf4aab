// Which output buffer is whose, and at which limit the master drops the replica.
import { describe, expect, it } from 'vitest';
import { limitsOf, outputBufferOf } from '#core/fleet/observing/output-buffers.ts';
import { sceneReading } from '../scene.ts';

const replica = (host: string, port: number) => ({
  address: { host, port },
  state: 'online',
  offset: 0,
  ackAgeSeconds: 0,
});
const buffer = (host: string, omemBytes: number) => ({
  address: { host, port: 50_000 + omemBytes },
  omemBytes,
  qbufBytes: 0,
  flags: 'S',
});
const limits = (text: string) => new Map([['client-output-buffer-limit', text]]);

describe('the output buffer of a replica', () => {
  it('is found by its host, and among replicas of one host by their order', () => {
    const replicas = [replica('10.0.0.2', 6379), replica('10.0.0.3', 6379), replica('10.0.0.2', 6380)];
    const reading = sceneReading(1, {
      replicas,
      outputBuffers: [buffer('10.0.0.3', 3), buffer('10.0.0.2', 1), buffer('10.0.0.2', 2)],
    });
    expect(replicas.map((it) => outputBufferOf(reading, it)?.usedBytes)).toEqual([1, 3, 2]);
  });

  it('is found by its order alone where the replicas announce other addresses than they connect from', () => {
    const replicas = [replica('172.17.0.2', 6379), replica('172.17.0.3', 6379)];
    const reading = sceneReading(1, { replicas, outputBuffers: [buffer('10.0.0.9', 7), buffer('10.0.0.9', 8)] });
    expect(replicas.map((it) => outputBufferOf(reading, it)?.usedBytes)).toEqual([7, 8]);
  });

  it('is the one that carries the writes, where a second connection brings the snapshot', () => {
    const replicas = [replica('10.0.0.2', 6379)];
    const outputBuffers = [buffer('10.0.0.2', 4), { ...buffer('10.0.0.2', 0), isSnapshotOnly: true }];
    expect(outputBufferOf(sceneReading(1, { replicas, outputBuffers }), replicas[0]!)?.usedBytes).toBe(4);
  });

  it('is not guessed where the numbers do not match, or the master does not show it', () => {
    const replicas = [replica('172.17.0.2', 6379)];
    expect(outputBufferOf(sceneReading(1, { replicas, outputBuffers: [] }), replicas[0]!)).toBeNull();
    expect(outputBufferOf(sceneReading(1, { replicas, outputBuffers: null }), replicas[0]!)).toBeNull();
  });
});

describe('the limit of the output buffer', () => {
  it('is never below the backlog, as Redis takes none that is', () => {
    const reading = sceneReading(1, { settings: limits('slave 1000 500 60') });
    expect(limitsOf(reading)).toEqual({ hardBytes: 1_048_576, softBytes: 1_048_576, softSeconds: 60 });
  });

  it('is none where it is 0, and not known without the setting', () => {
    expect(limitsOf(sceneReading(1, { settings: limits('slave 0 0 0') }))).toEqual({
      hardBytes: null,
      softBytes: null,
      softSeconds: 0,
    });
    expect(limitsOf(sceneReading(1))).toEqual({ hardBytes: null, softBytes: null, softSeconds: null });
  });
});

import { expect, test } from 'vitest';
import { lineOf } from '../../../../src-renderer/dialogs/plan-commands.ts';

test('a Redis command becomes a line for the shell of its host', () => {
  const step = { nodeId: 'b', nodeName: 'bravo', command: 'REPLICAOF NO ONE', isRedisCommand: true, waitsMs: null };
  expect(lineOf(step, { host: '127.0.0.1', port: 7002 })).toBe('redis-cli -h 127.0.0.1 -p 7002 REPLICAOF NO ONE');
});

test('what Syncline does by itself stands as a comment', () => {
  const step = { nodeId: null, nodeName: 'delta', command: 'start a node', isRedisCommand: false, waitsMs: null };
  expect(lineOf(step, null)).toBe('# delta: start a node');
});

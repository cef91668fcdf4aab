import { expect, test } from 'vitest';
import { actSchema } from '#core/contract/acts.ts';
import { actionsFor, nodeActions } from '../../../../src-renderer/actions/node-actions.ts';
import { master, replica } from '../support/views.ts';

const kinds = (node: Parameters<typeof actionsFor>[0]) => actionsFor(node).map((action) => action.kind);

test('a master is offered a load, a replica its resyncs and its promotion', () => {
  expect(kinds(master('alpha'))).toEqual(['rollingRestart', 'changeSettings', 'startLoad', 'stopNode', 'removeNode']);
  expect(kinds(replica('bravo', 'alpha'))).toEqual([
    'promote',
    'resyncPartial',
    'resyncFull',
    'failover',
    'reverseLink',
    'rollingRestart',
    'changeSettings',
    'stopNode',
    'removeNode',
  ]);
});

test('a running load can be stopped', () => {
  const loaded = master('alpha', { workload: { writesPerSecond: 50, valueBytes: 10, achievedPerSecond: 49 } });
  expect(kinds(loaded)).toContain('stopLoad');
});

test('a stopped node can be started and removed, and nothing else runs on it', () => {
  const stopped = master('alpha', { role: 'unknown', lifecycle: { kind: 'stopped' } });
  const runnable = actionsFor(stopped).filter((action) => action.whyNot(stopped) === null);
  expect(runnable.map((action) => action.kind)).toEqual(['startNode', 'removeNode']);
});

test('a real server is neither started nor stopped here', () => {
  expect(kinds(master('orders', { kind: 'remote' }))).toEqual([
    'rollingRestart',
    'changeSettings',
    'startLoad',
    'removeNode',
  ]);
});

test('every act that a row makes passes the contract', () => {
  for (const action of nodeActions) {
    expect(actSchema.safeParse(action.act(replica('bravo', 'alpha'))).success).toBe(true);
  }
});

test('no two acts share a key', () => {
  const keys = nodeActions.flatMap((action) => action.keys ?? []);
  expect(new Set(keys).size).toBe(keys.length);
});

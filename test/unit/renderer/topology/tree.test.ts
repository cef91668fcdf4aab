import { expect, test } from 'vitest';
import type { GhostView } from '#core/contract/surroundings.ts';
import { forestOf, shapeOf, type TreeNode } from '../../../../src-renderer/topology/tree.ts';
import { linkTo, master, replica } from '../support/views.ts';

const write = (node: TreeNode): string =>
  node.children.length === 0 ? node.id : `${node.id}(${node.children.map(write).join(' ')})`;
const shape = (...nodes: Parameters<typeof forestOf>[0]) => forestOf(nodes).roots.map(write);

test('replicas hang under their masters, chains under chains', () => {
  const nodes = [master('alpha'), replica('bravo', 'alpha'), replica('charlie', 'alpha'), replica('echo', 'bravo')];
  expect(shape(...nodes)).toEqual(['alpha(bravo(echo) charlie)']);
});

test('a master that is not in this console is a ghost above its replica', () => {
  const lonely = replica('bravo', 'x', {}, { link: linkTo(null, { masterAddress: { host: '10.0.0.1', port: 6379 } }) });
  const forest = forestOf([lonely]);
  expect(forest.roots.map(write)).toEqual(['ghost:10.0.0.1:6379(bravo)']);
  expect(forest.ghosts).toEqual([
    { id: 'ghost:10.0.0.1:6379', address: { host: '10.0.0.1', port: 6379 }, role: 'master' },
  ]);
});

test('a replica that is not in this console is a ghost below its master', () => {
  const address = { host: '10.0.0.2', port: 6379 };
  const stranger = {
    nodeId: null,
    address,
    state: 'online',
    offset: 1,
    lagBytes: 0,
    ackAgeSeconds: 0,
    outputBuffer: null,
  };
  expect(shape(master('alpha', { replicas: [stranger] }))).toEqual(['alpha(ghost:10.0.0.2:6379)']);
});

test('a ghost that only the host remembers stands under the node that it followed, or alone', () => {
  const ghost = (port: number, masterId: string | null): GhostView => ({
    id: `ghost:10.0.0.2:${port}`,
    address: { host: '10.0.0.2', port },
    role: 'replica',
    masterId,
    saidBy: [],
    lastSeenAtMs: 0,
    attempt: { kind: 'notTried' },
  });
  const forest = forestOf([master('alpha')], [ghost(1, 'alpha'), ghost(2, null), ghost(3, 'gone')]);
  expect(forest.roots.map(write)).toEqual(['alpha(ghost:10.0.0.2:1)', 'ghost:10.0.0.2:2', 'ghost:10.0.0.2:3']);
});

test('nodes that follow one another in a circle are drawn, each once', () => {
  expect(shape(replica('bravo', 'charlie'), replica('charlie', 'bravo'))).toEqual(['bravo(charlie)']);
});

test('the shape stands still while figures move, and changes when a link does', () => {
  const before = shapeOf(forestOf([master('alpha'), replica('bravo', 'alpha')]));
  expect(shapeOf(forestOf([master('alpha', { offset: 9 }), replica('bravo', 'alpha', { lagBytes: 9 })]))).toBe(before);
  expect(shapeOf(forestOf([master('alpha'), master('bravo')]))).not.toBe(before);
});

// What a step did to a node, said in one line.
import { beforeAll, expect, test } from 'vitest';
import type { NodeState } from '#core/contract/acts.ts';
import { evidenceText } from '../../../../src-renderer/i18n/evidence-text.ts';
import { startTexts } from '../../../../src-renderer/i18n/i18n.ts';

const replica: NodeState = {
  nodeId: 'b',
  name: 'bravo',
  address: { host: '127.0.0.1', port: 6402 },
  runId: 'p',
  role: 'replica',
  master: { host: '127.0.0.1', port: 6401 },
  linkUp: true,
  replicationId: 'aaaaaaaaaaaa',
  offset: 120,
  keys: 3,
  counters: { full: 0, partialOk: 0, partialErr: 0 },
};
const plain = (text: string) => text.replace(/\s/g, ' ');

beforeAll(startTexts);

test('what changed stands with both values, in the order of its weight', () => {
  const after: NodeState = {
    ...replica,
    role: 'master',
    master: null,
    linkUp: null,
    replicationId: 'bbbbbbbbbbbb',
    offset: 12_340,
    counters: { full: 0, partialOk: 2, partialErr: 0 },
  };
  expect(plain(evidenceText({ nodeName: 'bravo', before: replica, after }))).toBe(
    'bravo: replica of 127.0.0.1:6401 → master · link up → – · history aaaaaaaa… → bbbbbbbb… · offset 120 → 12 340' +
      ' · partial 0 → 2',
  );
});

test('where nothing changed the place stands alone', () => {
  expect(evidenceText({ nodeName: 'bravo', before: replica, after: replica })).toBe('bravo: replica of 127.0.0.1:6401');
});

test('a node that could not be read afterwards is said not to be', () => {
  expect(evidenceText({ nodeName: 'bravo', before: replica, after: null })).toBe(
    'bravo: replica of 127.0.0.1:6401 → not read',
  );
});

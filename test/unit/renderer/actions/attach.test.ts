import { expect, test } from 'vitest';
import { attachCommand, whyNotAttach } from '../../../../src-renderer/actions/attach.ts';
import { byId, master, replica } from '../support/views.ts';

const alpha = master('alpha');
const bravo = replica('bravo', 'alpha');
const echo = replica('echo', 'bravo');
const delta = master('delta', { address: { host: '127.0.0.1', port: 7004 } });
const stopped = master('fox', { lifecycle: { kind: 'stopped' } });
const nodes = byId(alpha, bravo, echo, delta, stopped);
const why = (node: typeof alpha, onto: typeof alpha) => whyNotAttach(node, onto, nodes)?.key ?? null;

test('a master may follow another master, and a replica another replica', () => {
  expect(why(delta, alpha)).toBeNull();
  expect(why(delta, echo)).toBeNull();
  expect(why(echo, alpha)).toBeNull();
});

test('a node cannot follow itself', () => {
  expect(why(alpha, alpha)).toBe('drag.self');
});

test('a node cannot follow one that follows it, however far down', () => {
  expect(why(alpha, bravo)).toBe('drag.cycle');
  expect(why(alpha, echo)).toBe('drag.cycle');
});

test('the present master is no new one', () => {
  expect(why(bravo, alpha)).toBe('drag.already');
});

test('what does not run neither follows nor leads', () => {
  expect(why(delta, stopped)).toBe('drag.notRunning');
  expect(why(stopped, delta)).toBe('drag.ownNotRunning');
});

test('in cluster mode nothing is attached', () => {
  const clustered = master('c', { server: { family: 'redis', version: '7.0.15', mode: 'cluster' } });
  expect(whyNotAttach(clustered, delta, byId(clustered, delta))?.key).toBe('drag.cluster');
});

test('a circle that exists already does not hang the check', () => {
  const one = replica('one', 'two');
  const two = replica('two', 'one');
  expect(whyNotAttach(delta, one, byId(one, two, delta))).toBeNull();
});

test('the command that would run names the master by its address', () => {
  expect(attachCommand(delta)).toBe('REPLICAOF 127.0.0.1 7004');
});

// ROLE's reply in its three forms, and what is none.
import { expect, it } from 'vitest';
import { parseRole } from '#core/remote/role.ts';

it('reads a master with its replicas, whose figures are texts on the wire', () => {
  expect(parseRole(['master', 3129659, [['127.0.0.1', '9001', '3129242'], 'nonsense']])).toEqual({
    kind: 'master',
    offset: 3129659,
    replicas: [{ host: '127.0.0.1', port: 9001, offset: 3129242 }],
  });
});

it('reads a replica with the state of its link', () => {
  expect(parseRole(['slave', '127.0.0.1', 9000, 'handshake', -1])).toEqual({
    kind: 'replica',
    host: '127.0.0.1',
    port: 9000,
    state: 'handshake',
    offset: -1,
  });
});

it('knows a sentinel', () => {
  expect(parseRole(['sentinel', ['mymaster']])).toEqual({ kind: 'sentinel' });
});

it.each([[undefined], [null], ['master'], [{ error: 'NOPERM' }], [[]], [['slave', 1, 2, 3]], [['else']]])(
  'answers null for %j',
  (reply) => {
    expect(parseRole(reply as never)).toBeNull();
  },
);

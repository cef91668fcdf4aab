// What of a foreign server's words and of the system's errors reaches a person.
import { expect, it } from 'vitest';
import { toConnectFailure } from '#core/remote/connect-failure.ts';
import { printable } from '#core/remote/raw-probe.ts';

const address = { host: 'db', port: 1, tls: false, username: 'ann', password: 'hunter2' };

it('shows the first bytes of an answer on one line, and strange ones by their number', () => {
  expect(printable('SSH-2.0-OpenSSH\r\nmore')).toBe('SSH-2.0-OpenSSH more');
  expect(printable('\x16\x03\x01')).toBe('\\x16\\x03\\x01');
  expect(printable('x'.repeat(500)).length).toBe(80);
});

it.each([
  ['ECONNREFUSED', 'connectionRefused'],
  ['ENOTFOUND', 'addressUnresolved'],
  ['ETIMEDOUT', 'connectionTimedOut'],
  ['EHOSTUNREACH', 'connectionTimedOut'],
  ['ECONNRESET', 'connectionLost'],
  ['ESOMETHING', 'connectionLost'],
])('%s is %s, without user or password', (code, expected) => {
  const error = Object.assign(new Error(`connect ${code} ann hunter2`), { code });
  const { failure } = toConnectFailure(address, error, 5);
  expect(failure).toMatchObject({ code: expected, params: { host: 'db', port: 1 } });
  expect(JSON.stringify(failure)).not.toMatch(/ann|hunter2/);
});

it('takes the first of the errors that trying several addresses gives, and calls what TLS says a failure of TLS', () => {
  const both = new AggregateError([Object.assign(new Error(), { code: 'ECONNREFUSED' }), new Error()]);
  expect(toConnectFailure(address, both, 5).failure.code).toBe('connectionRefused');
  const untrusted = Object.assign(new Error('self-signed certificate'), { code: 'DEPTH_ZERO_SELF_SIGNED_CERT' });
  expect(toConnectFailure({ ...address, tls: true }, untrusted, 5).failure).toMatchObject({
    code: 'tlsFailed',
    params: { reason: 'DEPTH_ZERO_SELF_SIGNED_CERT' },
  });
});

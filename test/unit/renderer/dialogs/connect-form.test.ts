import { expect, test } from 'vitest';
import { connectSchema } from '#core/contract/acts.ts';
import { emptyForm, toDraft, toRequest } from '../../../../src-renderer/dialogs/connect-form.ts';

test('nothing typed is nothing to send', () => {
  expect(toRequest(emptyForm(null))).toBeNull();
});

test('host and port are sent with TLS as chosen', () => {
  const request = toRequest({ ...emptyForm(null), host: ' db.local ', port: 6390, isTls: true });
  expect(request).toEqual({ host: 'db.local', port: 6390, tls: true, environment: 'dev', servesFound: true });
});

test('an address takes the place of host, port and TLS', () => {
  const request = toRequest({ ...emptyForm(null), url: 'rediss://db:1', host: 'other', isTls: false });
  expect(request).toEqual({ url: 'rediss://db:1', environment: 'dev', servesFound: true });
});

test('an emptied port is the usual one', () => {
  expect(toRequest({ ...emptyForm(null), host: 'db', port: '' })).toMatchObject({ port: 6379 });
});

test('a server that was seen fills the form', () => {
  expect(toRequest(emptyForm({ host: '10.0.0.3', port: 7000 }))).toMatchObject({ host: '10.0.0.3', port: 7000 });
});

test('what is sent passes the contract', () => {
  const form = { ...emptyForm(null), host: 'db', username: 'u', password: 'p', name: 'orders' };
  expect(connectSchema.safeParse(toRequest(form)).success).toBe(true);
});

test('what was typed goes on into the form of a kept connection, a login in the address too', () => {
  const draft = toDraft({ ...emptyForm(null), url: 'rediss://ann:p%40ss@[fd00::5]:7000', name: 'orders' });
  expect(draft).toMatchObject({
    profile: { name: 'orders', host: 'fd00::5', port: 7000, username: 'ann', login: 'ask', tls: { authority: null } },
    typed: { password: 'p@ss' },
  });
  const byFields = toDraft({ ...emptyForm(null), host: ' db ', port: '', environment: 'prod' });
  expect(byFields).toMatchObject({
    profile: { host: 'db', port: 6379, environment: 'prod', login: 'none', tls: null, username: null },
  });
  expect(toDraft({ ...emptyForm(null), url: 'redis://' }).profile.host).toBe('');
});

test('a server is taken to be as serious as the nodes that tell of it', () => {
  expect(emptyForm({ host: 'db', port: 1 }, 'prod').environment).toBe('prod');
  expect(emptyForm(null).environment).toBe('dev');
});

// The form of a connection: nothing of a profile is lost on the way through it, and what is wrong is named.
import { expect, it } from 'vitest';
import type { Profile } from '#core/contract/profiles.ts';
import { emptyProfile, readForm, toForm } from '../../../../src-renderer/connections/profile-form.ts';

const whole: Profile = {
  ...emptyProfile(),
  name: 'orders',
  environment: 'prod',
  colour: 'red',
  tags: ['eu', 'cache'],
  group: 'shop',
  host: 'db',
  port: 7000,
  sentinelMaster: 'mymaster',
  username: 'ann',
  login: 'saved',
  tls: { serverName: 'cache.internal', authority: 'CA', certificate: 'CERT' },
  ssh: { host: 'jump', port: 2222, username: 'op', login: 'key', hostKey: 'SHA256:abc' },
  addressMap: [
    { announced: { host: '10.0.0.5', port: 6379 }, reachable: { host: 'gate', port: 7001 } },
    { announced: { host: 'fd00::5', port: 0 }, reachable: { host: '::1', port: 0 } },
  ],
  servesFound: false,
  opensAtStart: false,
};

it('gives back the profile that it was filled with, and no secret that was not typed', () => {
  expect(readForm(toForm({ profile: whole, kept: ['password'] }))).toEqual({ ok: true, profile: whole, secrets: {} });
});

it('sends the secrets that were typed, and drops TLS and SSH when they are switched off', () => {
  const form = toForm({ profile: whole, kept: [] });
  const reading = readForm({ ...form, hasTls: false, hasSsh: false, secrets: { ...form.secrets, password: 'pw' } });
  expect(reading).toMatchObject({ ok: true, profile: { tls: null, ssh: null }, secrets: { password: 'pw' } });
});

it('takes the address as the name where none was given', () => {
  const form = toForm({ profile: { ...emptyProfile(), host: 'db' }, kept: [] });
  expect(readForm(form)).toMatchObject({ ok: true, profile: { name: 'db:6379' } });
});

it('names what is missing, and the line of the address map that it did not understand', () => {
  const empty = toForm({ profile: emptyProfile(), kept: [] });
  expect(readForm({ ...empty, hasSsh: true })).toEqual({
    ok: false,
    problem: 'incomplete',
    missing: ['host', 'sshHost', 'sshUser'],
  });
  const form = { ...toForm({ profile: whole, kept: [] }), addressMapText: '10.0.0.5:1 = gate:2\n\nnonsense' };
  expect(readForm(form)).toEqual({ ok: false, problem: 'natWrong', line: 3 });
});

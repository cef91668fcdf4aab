// Profiles over the host's calls, with real servers: kept, opened again at the next start, asked, locked, imported.
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, inject, it } from 'vitest';
import type { Profile } from '#core/contract/profiles.ts';
import { draftProfile } from '#core/profiles/draft.ts';
import { connectedId, startHost, type TestHost, unwrap } from '../support/host.ts';
import { startRedis } from '../support/redis-server.ts';
import { startRelay } from '../support/relay.ts';
import { attach, linkUp } from '../support/replication.ts';
import { startSshServer } from '../support/ssh-server.ts';
import { waitFor } from '../support/wait-for.ts';

const password = 'correct-horse-battery';
const passphrase = 'a phrase for tests';

function profileOf(server: { readonly host: string; readonly port: number }, parts: Partial<Profile> = {}): Profile {
  const { host, port } = server;
  const profile = draftProfile({ host, port, name: 'orders', ...parts });
  if (!profile) throw new Error('the test made no profile');
  return profile;
}

/** The files of the settings folder by name, to hand to a next start. */
async function remembered(host: TestHost): Promise<Record<string, unknown>> {
  const folder = join(host.folder, 'settings');
  const names = (await readdir(folder)).filter((name) => name.endsWith('.json'));
  const read = async (name: string) => [name, JSON.parse(await readFile(join(folder, name), 'utf8'))] as const;
  return Object.fromEntries(await Promise.all(names.map(read)));
}

it('a kept connection with a saved password opens by itself at the next start, once the secrets are unlocked', async () => {
  await using redis = await startRedis({ settings: { requirepass: password } });
  await using first = await startHost(inject('nodeWorkerUrl'), { 'settings.json': { lab: [] } });
  const profile = profileOf(redis, {
    login: 'saved',
    opensAtStart: true,
    environment: 'prod',
    colour: 'red',
    tags: ['eu'],
  });
  const early = await first.client.profiles.save({ profile, secrets: { password } });
  expect(early).toMatchObject({ ok: false, failure: { code: 'secretsLocked' } });
  expect(unwrap(await first.client.profiles.unlock({ passphrase }))).toEqual({ kind: 'file', state: 'open' });
  unwrap(await first.client.profiles.save({ profile, secrets: { password } }));
  const nodeId = connectedId(await first.client.profiles.open({ profileId: profile.id }));
  await first.untilView(nodeId, 'the first look', ({ role }) => role === 'master');
  expect(first.view(nodeId)).toMatchObject({ environment: 'prod', label: { colour: 'red', tags: ['eu'] } });
  const files = await remembered(first);
  expect(JSON.stringify([files, first.events, await first.client.profiles.list()])).not.toContain(password);

  await using next = await startHost(inject('nodeWorkerUrl'), files);
  await next.host.openLab();
  expect(next.host.fleet.members).toEqual([]);
  const wrong = await next.client.profiles.unlock({ passphrase: 'another phrase' });
  expect(wrong).toMatchObject({ ok: false, failure: { code: 'passphraseWrong' } });
  unwrap(await next.client.profiles.unlock({ passphrase }));
  const [member] = next.host.fleet.members;
  await next.untilView(member?.id ?? '', 'the first look', ({ role }) => role === 'master');
  expect((await next.client.profiles.list()).profiles).toMatchObject([{ kept: ['password'], nodeId: member?.id }]);
});

it('a connection that was typed is kept without its password, which is asked for at the next start', async () => {
  await using redis = await startRedis({ settings: { requirepass: password } });
  await using first = await startHost(inject('nodeWorkerUrl'), { 'settings.json': { lab: [] } });
  await first.connect(redis, 'typed', password);
  const files = await remembered(first);
  expect(JSON.stringify(files)).not.toContain(password);

  await using next = await startHost(inject('nodeWorkerUrl'), files);
  await next.host.openLab();
  const [listed] = (await next.client.profiles.list()).profiles;
  const profileId = listed?.profile.id ?? '';
  expect(listed).toMatchObject({ profile: { name: 'typed', login: 'ask', opensAtStart: true }, nodeId: null });
  expect(await next.client.profiles.open({ profileId })).toMatchObject({ failure: { code: 'passwordNeeded' } });
  expect(await next.client.profiles.open({ profileId, password: 'wrong' })).toMatchObject({
    failure: { code: 'authRejected' },
  });
  expect(await next.client.profiles.open({ profileId })).toMatchObject({ failure: { code: 'passwordNeeded' } });
  const nodeId = connectedId(await next.client.profiles.open({ profileId, password }));
  expect((await next.client.profiles.list()).profiles).toMatchObject([{ nodeId }]);
});

it('a connection that was removed from the fleet stays in the list, and is not opened at the next start', async () => {
  await using redis = await startRedis();
  await using host = await startHost(inject('nodeWorkerUrl'), { 'settings.json': { lab: [] } });
  const nodeId = await host.connect(redis, 'typed');
  await host.act({ kind: 'removeNode', nodeId });
  const { profiles } = await host.client.profiles.list();
  expect(profiles).toMatchObject([{ profile: { name: 'typed', opensAtStart: false }, nodeId: null }]);
  unwrap(await host.client.profiles.remove({ profileId: profiles[0]?.profile.id ?? '' }));
  expect((await host.client.profiles.list()).profiles).toEqual([]);
});

it('an address that is typed is another server than the same one behind a tunnel', async () => {
  await using redis = await startRedis();
  await using host = await startHost(inject('nodeWorkerUrl'), { 'settings.json': { lab: [] } });
  const ssh = { host: 'jump', port: 22, username: 'op', login: 'agent', hostKey: null } as const;
  const tunnelled = profileOf(redis, { name: 'behind', ssh });
  unwrap(await host.client.profiles.save({ profile: tunnelled, secrets: {} }));
  const nodeId = await host.connect(redis, 'straight');
  expect((await host.client.profiles.list()).profiles).toMatchObject([
    { profile: tunnelled, nodeId: null },
    { profile: { name: 'straight', ssh: null }, nodeId },
  ]);
});

it('pasted lines are shown first and kept when a person says so', async () => {
  await using redis = await startRedis();
  await using host = await startHost(inject('nodeWorkerUrl'));
  const content = `orders = redis://${redis.host}:${redis.port}\nnothing here`;
  const preview = unwrap(await host.client.profiles.preview({ content, form: 'lines' }));
  expect(preview.skipped).toEqual([{ entry: 'line 2', reason: 'not an address' }]);
  expect((await host.client.profiles.list()).profiles).toEqual([]);
  const profileIds = preview.drafts.map(({ profile }) => profile.id);
  expect(unwrap(await host.client.profiles.keep({ profileIds }))).toBe(1);
  connectedId(await host.client.profiles.open({ profileId: profileIds[0] ?? '' }));
});

it('an SSH tunnel is trusted by its key first, and then serves the nodes too that are found through it', async () => {
  await using ssh = await startSshServer();
  await using relay = await startRelay(ssh);
  await using master = await startRedis();
  await using replica = await startRedis();
  await attach(replica, master);
  await linkUp(replica);
  await using host = await startHost(inject('nodeWorkerUrl'), { 'settings.json': { lab: [] } });
  unwrap(await host.client.profiles.unlock({ passphrase }));
  const way = { host: relay.host, port: relay.port, username: ssh.username, login: 'key', hostKey: null } as const;
  const profile = profileOf(master, { ssh: way, servesFound: true });
  const secrets = { sshKey: ssh.key, sshKeyPassphrase: ssh.keyPassphrase };
  unwrap(await host.client.profiles.save({ profile, secrets }));
  expect(await host.client.profiles.open({ profileId: profile.id })).toMatchObject({
    failure: { code: 'sshHostUnknown', params: { fingerprint: ssh.fingerprint } },
  });
  unwrap(
    await host.client.profiles.save({
      profile: { ...profile, ssh: { ...way, hostKey: ssh.fingerprint } },
      secrets: {},
    }),
  );
  connectedId(await host.client.profiles.open({ profileId: profile.id }));
  const lifecycles = () =>
    host.host.fleet.members.map(({ address, lifecycle }) => `${address.port} ${lifecycle.kind}`).sort();
  const both = (kind: string) => [master, replica].map(({ port }) => `${port} ${kind}`).sort();
  const are = (wanted: string[]) => (seen: string[]) => JSON.stringify(seen) === JSON.stringify(wanted);
  await waitFor('the replica to be found', lifecycles, are(both('running')));
  expect(ssh.logins()).toBe(1);
  relay.refuse();
  relay.cut();
  await waitFor('both to be out of reach without the tunnel', lifecycles, are(both('unreachable')));
  relay.accept();
  await waitFor('both to be back', lifecycles, are(both('running')));
});

// What comes in from other consoles and from pasted lines, in the forms that those consoles write.
import { expect, it } from 'vitest';
import { readImport } from '#core/profiles/import-file.ts';
import { readPastedLines } from '#core/profiles/pasted-lines.ts';

it("reads RedisInsight's export, with TLS, SSH and tags", () => {
  const found = readImport(
    JSON.stringify([
      {
        id: 'a',
        host: 'redis.acme.com',
        port: 6380,
        name: 'Acme',
        username: 'ann',
        password: 'pw',
        connectionType: 'STANDALONE',
        modules: [],
        tls: true,
        tlsServername: 'cache.acme.com',
        verifyServerCert: true,
        caCert: { name: 'ca', certificate: 'CA PEM' },
        clientCert: { name: 'me', certificate: 'CERT PEM', key: 'KEY PEM' },
        ssh: true,
        sshOptions: { host: 'jump', port: 2222, username: 'op', privateKey: 'SSH KEY', passphrase: 'pp' },
        sentinelMaster: { name: 'shop', username: null, password: null },
        tags: [{ key: 'team', value: 'shop' }],
      },
      { name: 'without a place', port: 1 },
    ]),
  );
  expect(found.source).toBe('redisinsight');
  expect(found.skipped).toEqual([{ entry: 'without a place', reason: 'it has no usable host and port' }]);
  expect(found.drafts).toMatchObject([
    {
      profile: {
        name: 'Acme',
        host: 'redis.acme.com',
        port: 6380,
        sentinelMaster: 'shop',
        username: 'ann',
        login: 'saved',
        tls: { serverName: 'cache.acme.com', authority: 'CA PEM', certificate: 'CERT PEM' },
        ssh: { host: 'jump', port: 2222, username: 'op', login: 'key', hostKey: null },
        tags: ['team: shop'],
      },
      secrets: { password: 'pw', tlsKey: 'KEY PEM', sshKey: 'SSH KEY', sshKeyPassphrase: 'pp' },
    },
  ]);
});

it("reads AnotherRedisDesktopManager's .ano file", () => {
  const connections = [
    {
      host: '10.0.0.5',
      port: '6379',
      auth: 'pw',
      username: '',
      name: 'east',
      separator: ':',
      cluster: false,
      key: '1',
      order: 0,
      sshOptions: { host: 'jump', port: 22, username: 'op', password: 'sshpw', privatekey: '', timeout: 30 },
    },
  ];
  const found = readImport(Buffer.from(JSON.stringify(connections)).toString('base64'));
  expect(found.source).toBe('anotherRedisDesktopManager');
  expect(found.drafts).toMatchObject([
    {
      profile: { name: 'east', host: '10.0.0.5', port: 6379, login: 'saved', ssh: { host: 'jump', login: 'password' } },
      secrets: { password: 'pw', sshPassword: 'sshpw' },
    },
  ]);
});

it('tells which files must be chosen anew, since .ano files hold their paths alone', () => {
  const connections = [
    {
      host: 'db',
      port: 6379,
      name: 'west',
      separator: ':',
      sslOptions: {
        servername: 'west.acme.com',
        ca: '/etc/keys/ca.crt',
        cert: '/etc/keys/me.crt',
        key: '/etc/keys/me.key',
      },
      sshOptions: { host: 'jump', username: 'op', privatekey: '/etc/keys/id_ed25519', passphrase: 'pp' },
    },
    { host: 'db', port: 6380, name: 'plain', separator: ':', sslOptions: { ca: '' } },
  ];
  const { drafts } = readImport(Buffer.from(JSON.stringify(connections)).toString('base64'));
  expect(drafts.map(({ missing }) => missing)).toEqual([
    [
      { file: 'authority', path: '/etc/keys/ca.crt' },
      { file: 'certificate', path: '/etc/keys/me.crt' },
      { file: 'tlsKey', path: '/etc/keys/me.key' },
      { file: 'sshKey', path: '/etc/keys/id_ed25519' },
    ],
    [],
  ]);
});

it.each(['', 'not a file of connections', '{"kind":"else"}', '7'])(
  'refuses %j as no file of connections',
  (content) => {
    expect(() => readImport(content)).toThrow(/importUnknown/);
  },
);

it('refuses an export of a newer Syncline', () => {
  expect(() => readImport('{"kind":"syncline-profiles","version":2,"profiles":[]}')).toThrow(/fileNewer/);
});

it('reads pasted lines with names, schemes, passwords and comments, and says which it did not understand', () => {
  const found = readPastedLines(`
    # the shop
    orders = rediss://ann:s%3Acret@db1:6380
    cart: valkey://db2     # second
    db3:7000
    redis://
    http://db4
  `);
  expect(found.drafts.map(({ profile, secrets }) => [profile.name, profile.host, profile.port, secrets])).toEqual([
    ['orders', 'db1', 6380, { password: 's:cret' }],
    ['cart', 'db2', 6379, {}],
    ['db3:7000', 'db3', 7000, {}],
  ]);
  expect(found.drafts.map(({ profile }) => profile.tls !== null)).toEqual([true, false, false]);
  expect(found.skipped).toEqual([
    { entry: 'line 4', reason: 'not an address' },
    { entry: 'line 5', reason: 'not an address' },
  ]);
});

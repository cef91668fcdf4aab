// What a server is called.
import { expect, it } from 'vitest';
import { nameServer } from '#core/contract/server-name.ts';

it.each([
  [{ family: 'redis', version: '6.0.16' }, 'Redis 6.0.16'],
  [{ family: 'valkey', version: '8.1.1' }, 'Valkey 8.1.1'],
  [{ family: 'syncline', version: '0.1.0' }, 'Syncline 0.1.0'],
  [{ family: 'dragonfly', version: '' }, 'dragonfly'],
])('%j is %s', (server, name) => {
  expect(nameServer(server)).toBe(name);
});

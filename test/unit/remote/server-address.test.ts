// What a person may type as an address, and that a password never comes back in an error.
import { describe, expect, it } from 'vitest';
import { FailureError } from '#core/contract/failure-error.ts';
import { parseServerAddress } from '#core/remote/server-address.ts';

const plain = { host: 'db', port: 6379, tls: false, username: null, password: null };

describe('an address', () => {
  it.each([
    [{ url: 'redis://db' }, plain],
    [{ url: 'db' }, plain],
    [{ url: 'db:7000' }, { ...plain, port: 7000 }],
    [{ host: 'db' }, plain],
    [
      { host: 'db', port: 1 },
      { ...plain, port: 1 },
    ],
    [{ url: 'rediss://db:6380/2' }, { ...plain, port: 6380, tls: true }],
    [{ url: 'valkey://db' }, plain],
    [{ url: 'redis://[::1]:7001' }, { ...plain, host: '::1', port: 7001 }],
    [{ url: 'redis://ann:s%3Acret%40@db' }, { ...plain, username: 'ann', password: 's:cret@' }],
    [{ url: 'redis://:only@db' }, { ...plain, password: 'only' }],
    [
      { url: 'redis://ann:old@db:1', port: 2, username: 'bob', password: 'new', tls: true },
      { host: 'db', port: 2, tls: true, username: 'bob', password: 'new' },
    ],
  ])('%j is understood', (request, address) => {
    expect(parseServerAddress(request)).toEqual(address);
  });

  it.each([
    [{}],
    [{ url: 'redis://' }],
    [{ url: 'http://db' }],
    [{ url: 'redis://db:99999' }],
    [{ host: 'two words' }],
    [{ host: 'db', port: 0 }],
    [{ host: 'ann:hunter2@db' }],
  ])('%j is refused as invalid', (request) => {
    expect(() => parseServerAddress(request)).toThrow(FailureError);
  });

  it('leaves out user and password when it says what it did not understand', () => {
    const read = () => parseServerAddress({ url: 'redis://ann:hunter2@db:99999' });
    expect(read).toThrow(/addressInvalid/);
    expect(read).not.toThrow(/hunter2/);
  });
});

// Who may come in at the web shell's door, by what they say of themselves.
import { join, sep } from 'node:path';
import { describe, expect, it } from 'vitest';
import { AddressToken } from '../../../src-main/web/address-token.ts';
import { isOwnHost, isOwnOrigin, resolveInside } from '../../../src-main/web/http-door.ts';
import { defaultSettingsFolder } from '../../../src-main/web/settings-folder.ts';

describe('the door', () => {
  it.each([
    ['127.0.0.1:80', true],
    ['localhost:80', true],
    ['localhost', false],
    ['127.0.0.1:81', false],
    ['evil.example:80', false],
    ['127.0.0.1.evil.example:80', false],
    [undefined, false],
  ])('host %s: %s', (host, own) => {
    expect(isOwnHost(host, 80)).toBe(own);
  });

  it.each([
    ['http://127.0.0.1:80', '127.0.0.1:80', true],
    ['http://localhost:80', '127.0.0.1:80', false],
    ['https://127.0.0.1:80', '127.0.0.1:80', false],
    ['http://evil.example', '127.0.0.1:80', false],
    ['null', '127.0.0.1:80', false],
    [undefined, '127.0.0.1:80', false],
  ])('origin %s at host %s: %s', (origin, host, own) => {
    expect(isOwnOrigin(origin, host)).toBe(own);
  });

  it.each(['/../secret', '/..%2fsecret', '/%2e%2e/secret', '/a/../../secret', '/%00', '/%', '/..'])(
    'does not leave its folder for %s',
    (path) => {
      expect(resolveInside(join(sep, 'srv', 'page'), path)).toBeNull();
    },
  );

  it('finds its own files, and the page for the root', () => {
    const root = join(sep, 'srv', 'page');
    expect(resolveInside(root, '/')).toBe(join(root, 'index.html'));
    expect(resolveInside(root, '/assets/a%20b.js')).toBe(join(root, 'assets', 'a b.js'));
  });
});

describe('the token', () => {
  const request = (cookie?: string) => ({ headers: { cookie } }) as never;

  it('is taken from the address and from its own cookie, and no other will do', () => {
    const token = new AddressToken(80);
    expect(token.value.length).toBeGreaterThanOrEqual(43);
    expect(token.isIn(new URL(`http://h/?token=${token.value}`))).toBe(true);
    expect(token.isIn(new URL('http://h/?token=x'))).toBe(false);
    expect(token.isIn(new URL('http://h/'))).toBe(false);
    expect(token.isInCookie(request(`a=b; syncline-80=${token.value}`))).toBe(true);
    expect(token.isInCookie(request(`syncline-81=${token.value}`))).toBe(false);
    expect(token.isInCookie(request(`syncline-80=${token.value}x`))).toBe(false);
    expect(token.isInCookie(request())).toBe(false);
  });

  it('is another one at each start, and its cookie is for this site and no script', () => {
    const [one, other] = [new AddressToken(80), new AddressToken(80)];
    expect(one.value).not.toBe(other.value);
    expect(one.setCookie).toMatch(/; HttpOnly; SameSite=Strict; Path=\/$/);
  });
});

it('keeps settings where the platform wants them, or where SYNCLINE_HOME says', () => {
  expect(defaultSettingsFolder({ SYNCLINE_HOME: '/x' }, 'linux')).toBe('/x');
  expect(defaultSettingsFolder({ XDG_CONFIG_HOME: '/c' }, 'linux')).toBe(join('/c', 'syncline'));
  expect(defaultSettingsFolder({ APPDATA: '/a' }, 'win32')).toBe(join('/a', 'Syncline'));
});

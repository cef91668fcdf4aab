// Profiles and their secrets on a real disk: what is kept, what is never in clear, and files that are damaged or newer.

import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Cipher } from '#core/base/cipher.ts';
import type { FailureError } from '#core/contract/failure-error.ts';
import type { Profile } from '#core/contract/profiles.ts';
import { draftProfile } from '#core/profiles/draft.ts';
import { ProfileBook } from '#core/profiles/profile-book.ts';

const passphrase = 'four words are enough';
const secret = 'hunter2-and-more';

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'syncline-profiles-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

function profile(parts: Partial<Profile> = {}): Profile {
  const draft = draftProfile({ host: 'db', port: 6379, name: 'orders', login: 'saved', ...parts });
  if (!draft) throw new Error('the test made no profile');
  return draft;
}

function codeOf(run: () => unknown): string | null {
  try {
    run();
    return null;
  } catch (error) {
    return (error as FailureError).failure.code;
  }
}

async function everythingOnDisk(): Promise<string> {
  const names = await readdir(folder);
  return (await Promise.all(names.map((name) => readFile(join(folder, name), 'utf8')))).join('\n');
}

describe('a key', () => {
  const ssh = { host: 'jump', port: 22, username: 'op', login: 'key', hostKey: null } as const;
  const tls = { serverName: null, authority: null, certificate: 'CERT PEM' };

  it('holds until Syncline ends where no passphrase was chosen, and lies nowhere', async () => {
    const kept = profile({ login: 'none', tls, ssh });
    const book = new ProfileBook(folder, null);
    book.save(kept, { tlsKey: secret, sshKey: 'SSH KEY' });
    expect(book.destination(kept.id).way.tls).toMatchObject({ certificate: 'CERT PEM', key: secret });
    expect(book.list(() => null)[0]?.kept).toEqual([]);
    book.dispose();
    expect(await everythingOnDisk()).not.toContain(secret);
    const next = new ProfileBook(folder, null);
    expect(next.destination(kept.id).way.tls).toMatchObject({ key: null });
    next.dispose();
  });

  it('is refused while a chosen passphrase locks the file', () => {
    const first = new ProfileBook(folder, null);
    first.unlock(passphrase);
    const next = new ProfileBook(folder, null);
    expect(codeOf(() => next.save(profile({ login: 'none', tls }), { tlsKey: secret }))).toBe('secretsLocked');
  });
});

describe('an import', () => {
  it('is kept in the environment that is chosen for it, or else in its own', () => {
    const book = new ProfileBook(folder, null);
    const idsOf = (lines: string) => book.preview(lines, 'lines').drafts.map(({ profile }) => profile.id);
    book.keep(idsOf('one = redis://db:1'), 'prod');
    book.keep(idsOf('two = redis://db:2'));
    expect(book.all.map(({ name, environment }) => [name, environment])).toEqual([
      ['one', 'prod'],
      ['two', 'dev'],
    ]);
  });
});

describe('a password', () => {
  it('is opened at the next start by the passphrase that sealed it, and lies nowhere in clear', async () => {
    const kept = profile();
    const first = new ProfileBook(folder, null);
    first.unlock(passphrase);
    first.save(kept, { password: secret });
    const next = new ProfileBook(folder, null);
    expect(next.secrets).toEqual({ kind: 'file', state: 'locked' });
    expect(codeOf(() => next.destination(kept.id))).toBe('secretsLocked');
    expect(codeOf(() => next.unlock('another passphrase'))).toBe('passphraseWrong');
    next.unlock(passphrase);
    expect(next.destination(kept.id).address).toMatchObject({ host: 'db', port: 6379, password: secret });
    expect(next.list(() => null)).toEqual([{ profile: kept, kept: ['password'], nodeId: null }]);
    expect(await everythingOnDisk()).not.toContain(secret);
  });

  it('is refused while the file is locked, before anything is written', () => {
    const book = new ProfileBook(folder, null);
    expect(codeOf(() => book.save(profile(), { password: secret }))).toBe('secretsLocked');
    expect(book.all).toEqual([]);
  });

  it('that is asked for each time is used once typed, and not on the disk', async () => {
    const asks = profile({ login: 'ask' });
    const book = new ProfileBook(folder, null);
    book.unlock(passphrase);
    book.save(asks, { password: secret });
    expect(book.destination(asks.id).address.password).toBe(secret);
    expect(codeOf(() => new ProfileBook(folder, null).destination(asks.id))).toBe('passwordNeeded');
    expect(await everythingOnDisk()).not.toContain(secret);
  });

  it('is sealed by the keychain where there is one, and a locked-out one is told', () => {
    const reversed: Cipher = {
      seal: (text) => [...text].reverse().join(''),
      open: (sealed) => [...sealed].reverse().join(''),
    };
    const other: Cipher = {
      seal: (text) => text,
      open: () => {
        throw new Error('another user sealed it');
      },
    };
    const kept = profile();
    const book = new ProfileBook(folder, reversed);
    expect(book.secrets).toEqual({ kind: 'keychain' });
    book.save(kept, { password: secret });
    expect(new ProfileBook(folder, reversed).destination(kept.id).address.password).toBe(secret);
    expect(codeOf(() => new ProfileBook(folder, other).destination(kept.id))).toBe('secretsUnreadable');
  });

  it('goes with its profile', () => {
    const kept = profile();
    const book = new ProfileBook(folder, null);
    book.unlock(passphrase);
    book.save(kept, { password: secret });
    book.remove(kept.id);
    book.save({ ...kept, login: 'saved' }, {});
    expect(codeOf(() => book.destination(kept.id))).toBe('passwordNeeded');
  });
});

it('a tunnel stays when its profile is saved, and is another one when its SSH settings are', () => {
  const ssh = { host: 'jump', port: 22, username: 'op', login: 'agent', hostKey: null } as const;
  const kept = profile({ login: 'none', ssh });
  const book = new ProfileBook(folder, null);
  book.save(kept, {});
  const { tunnel } = book.destination(kept.id).way;
  book.save({ ...kept, colour: 'red', opensAtStart: true }, {});
  expect(book.destination(kept.id).way.tunnel).toBe(tunnel);
  book.save({ ...kept, ssh: { ...ssh, port: 2222 } }, {});
  expect(book.destination(kept.id).way.tunnel).not.toBe(tunnel);
});

it('a passphrase has a least length', () => {
  expect(codeOf(() => new ProfileBook(folder, null).unlock('short'))).toBe('passphraseTooShort');
});

it('an export holds every profile and no secret, and comes back with new ids', () => {
  const kept = profile({ tags: ['eu', 'cache'], group: 'shop', colour: 'red', environment: 'prod' });
  const book = new ProfileBook(folder, null);
  book.unlock(passphrase);
  book.save(kept, { password: secret });
  const text = book.exported();
  expect(text).not.toContain(secret);
  const preview = book.preview(text, 'file');
  expect(preview).toMatchObject({ source: 'syncline', skipped: [] });
  expect(preview.drafts.map(({ profile: { id: _, ...rest } }) => rest)).toEqual(
    [{ ...kept, id: undefined }].map(({ id: _, ...rest }) => rest),
  );
  expect(preview.drafts[0]?.profile.id).not.toBe(kept.id);
  expect(book.keep(preview.drafts.map(({ profile: { id } }) => id))).toBe(1);
  expect(book.all).toHaveLength(2);
});

describe('a profiles file', () => {
  const path = () => join(folder, 'profiles.json');

  it.each([
    ['no JSON', '{"version": 1, "content": ['],
    ['another shape', '{"version": 1, "content": [{"id": 7}]}'],
  ])('that is %s is put aside, told, and not overwritten', async (_, text) => {
    await writeFile(path(), text);
    const book = new ProfileBook(folder, null);
    const problem = book.problem;
    if (problem?.kind !== 'damaged') throw new Error(`not told: ${JSON.stringify(problem)}`);
    book.save(profile({ login: 'none' }), {});
    expect(await readFile(problem.keptAs, 'utf8')).toBe(text);
    expect(new ProfileBook(folder, null).all).toHaveLength(1);
  });

  it('of a newer version is told and left as it is', async () => {
    const text = '{"version": 9, "content": {"shape": "unknown"}}';
    await writeFile(path(), text);
    const book = new ProfileBook(folder, null);
    expect(book.problem).toEqual({ kind: 'newer', version: 9 });
    expect(codeOf(() => book.save(profile({ login: 'none' }), {}))).toBe('fileNewer');
    expect(await readFile(path(), 'utf8')).toBe(text);
  });
});

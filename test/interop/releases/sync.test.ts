// Ours above and below the other releases of the family, Redis 6.0 and 8.0, and Valkey: all data, and every change after.
import { describe, expect, it } from 'vitest';
import { withClient } from '../../support/client.ts';
import { familyWrites, familyWritesOfRedis6, libraryOfFunctions } from '../../support/family-writes.ts';
import { change, fill } from '../../support/fill.ts';
import { releaseOf } from '../../support/read-back.ts';
import { startRelease } from '../../support/redis-server.ts';
import { attach, expectInSync, info, linkUp, syncCounts } from '../../support/replication.ts';
import type { ServerProcess } from '../../support/server-process.ts';
import { startSyncline } from '../../support/syncline-server.ts';
import { waitFor } from '../../support/wait-for.ts';

const changesPerRound = 1000;
const newerThanOurs = ['Redis 8.0', 'Valkey 8.1'] as const;
const transfers = { disk: 'no', diskless: 'yes' } as const;
/** The bytes of a snapshot are the same by both ways; the table of faults has the others. */
const masters = [
  { name: 'Redis 6.0', transfer: 'disk' },
  { name: 'Redis 8.0', transfer: 'diskless' },
  { name: 'Valkey 8.1', transfer: 'disk' },
] as const;
/** Scripts run at the real servers only. */
const runByScripts = new Set(['EVAL', 'FCALL']);

const settingsFor = (transfer: keyof typeof transfers) => ({
  'repl-diskless-sync': transfers[transfer],
  'repl-diskless-sync-delay': 0,
});

async function say(server: ServerProcess, commands: readonly (readonly string[])[]): Promise<void> {
  await withClient(server, async (client) => {
    for (const [name, ...words] of commands) await client.call(name!, ...words);
  });
}

/** Every type in each of its forms, and a library of functions where they are known. */
async function fillAsKnown(server: ServerProcess): Promise<void> {
  const release = await withClient(server, releaseOf);
  await fill(server, 1, release);
  if (release !== 'Redis 6.0') await say(server, [['FUNCTION', 'LOAD', libraryOfFunctions('first')]]);
}

async function writesOf(server: ServerProcess): Promise<readonly (readonly string[])[]> {
  return (await withClient(server, releaseOf)) === 'Redis 6.0' ? familyWritesOfRedis6 : familyWrites;
}

async function librariesOf(server: ServerProcess): Promise<unknown> {
  return withClient(server, async (client) => ((await client.call('FUNCTION', 'LIST')) as unknown[][]).length);
}

describe.each(masters)('$name as master of ours, by $transfer', ({ name, transfer }) => {
  it('gives all data and every change after it, what scripts do among them', async () => {
    await using master = await startRelease(name, { settings: settingsFor(transfer) });
    await using replica = await startSyncline();
    await fillAsKnown(master);
    await attach(replica, master);
    await linkUp(replica);
    await change(master, changesPerRound);
    await say(master, await writesOf(master));
    await expectInSync(master, replica);
    expect(await syncCounts(master)).toEqual({ full: 1, partialOk: 0, partialErr: 1 });
    expect(await info(replica.client(), 'stats')).toMatchObject({ unexpected_error_replies: '0' });
    if (name !== 'Redis 6.0') expect(await librariesOf(replica)).toEqual(await librariesOf(master));
  });
});

/** What Redis 7.0 does not know, and what carries a snapshot's version with it. */
const newerWrites: Readonly<Record<'Redis 8.0' | 'Valkey 8.1', readonly (readonly string[])[]>> = {
  'Redis 8.0': [
    ['HSETEX', 'h', 'EX', '1000', 'FIELDS', '1', 'f', 'v'],
    ['HGETDEL', 'h', 'FIELDS', '1', 'f'],
  ],
  'Valkey 8.1': [
    ['SET', 'k', '1'],
    ['SET', 'k', '2', 'IFEQ', '1', 'EX', '1000'],
  ],
};

describe.each(newerThanOurs)('%s as master of ours, in its own words', (name) => {
  it('is understood: newer options, and payloads of a newer version', async () => {
    await using master = await startRelease(name, { settings: settingsFor('diskless') });
    await using replica = await startSyncline();
    await attach(replica, master);
    await linkUp(replica);
    await say(master, newerWrites[name]);
    await say(master, [
      ['FUNCTION', 'LOAD', libraryOfFunctions('first')],
      ['SADD', 'members', 'a', 'b'],
      ['XADD', 's', '1-1', 'a', 'b'],
      ['XGROUP', 'CREATE', 's', 'g', '0'],
      ['XREADGROUP', 'GROUP', 'g', 'alice', 'STREAMS', 's', '>'],
    ]);
    await withClient(master, async (client) => {
      for (const key of ['members', 's']) await client.restore(`restored:${key}`, 0, await client.dumpBuffer(key));
      const libraries = (await client.callBuffer('FUNCTION', 'DUMP')) as Buffer;
      await client.call('FUNCTION', 'RESTORE', libraries, 'FLUSH');
    });
    await expectInSync(master, replica);
    expect(await librariesOf(replica)).toBe(1);
    expect(await info(replica.client(), 'stats')).toMatchObject({ unexpected_error_replies: '0' });
  });
});

describe.each(newerThanOurs)('%s as replica of ours', (name) => {
  it('gets all data and every change after it', async () => {
    await using master = await startSyncline({ settings: settingsFor('diskless') });
    await using replica = await startRelease(name);
    await fillAsKnown(master);
    await attach(replica, master);
    await linkUp(replica);
    await change(master, changesPerRound);
    await say(
      master,
      familyWrites.filter(([command]) => !runByScripts.has(command!)),
    );
    await expectInSync(master, replica);
    expect(await syncCounts(master)).toEqual({ full: 1, partialOk: 0, partialErr: 1 });
    expect(replica.output()).not.toContain('CRITICAL');
    expect(await librariesOf(replica)).toEqual(await librariesOf(master));
  });
});

describe('Redis 6.0 below ours', () => {
  it('gets all that a master of its own release has, passed on in a form that it knows', async () => {
    const settings = settingsFor('diskless');
    await using top = await startRelease('Redis 6.0', { settings });
    await using middle = await startSyncline({ settings });
    await using bottom = await startRelease('Redis 6.0');
    await fillAsKnown(top);
    await attach(middle, top);
    await linkUp(middle);
    await attach(bottom, middle);
    await linkUp(bottom);
    await change(top, changesPerRound);
    await say(top, familyWritesOfRedis6);
    await expectInSync(top, middle, bottom);
    expect(await syncCounts(middle)).toMatchObject({ full: 1 });
  });

  it('cannot follow a master that is as new as Redis 7.0, and says why', async () => {
    await using master = await startSyncline({ settings: settingsFor('diskless') });
    await using replica = await startRelease('Redis 6.0');
    await change(master, 10);
    await attach(replica, master);
    await waitFor('the replica to say why', () => replica.output().includes("Can't handle RDB format version 10"));
  });
});

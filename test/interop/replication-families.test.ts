// A chain of Redis, ours and Redis with everything that Redis 7.0 propagates: streams with groups, HyperLogLogs, places,
// bits, libraries of functions, and what scripts and functions do. The data are equal by DEBUG DIGEST and key by key.
import { describe, expect, it } from 'vitest';
import { withClient } from '../support/client.ts';
import { libraryOfFunctions as library, familyWrites as writes } from '../support/family-writes.ts';
import { fill } from '../support/fill.ts';
import { startRedis } from '../support/redis-server.ts';
import { attach, expectInSync, linkUp } from '../support/replication.ts';
import type { ServerProcess } from '../support/server-process.ts';
import { startSyncline } from '../support/syncline-server.ts';

const settings = { 'repl-diskless-sync-delay': 0, 'enable-debug-command': 'local' };
async function say(server: ServerProcess, commands: readonly (readonly string[])[]): Promise<void> {
  await withClient(server, async (client) => {
    for (const [name, ...words] of commands) await client.call(name!, ...words);
  });
}

async function digestOf(server: ServerProcess): Promise<unknown> {
  return withClient(server, (client) => client.call('DEBUG', 'DIGEST'));
}

/** Names and sources, in the order of the names. */
async function librariesOf(server: ServerProcess): Promise<string[]> {
  return withClient(server, async (client) => {
    const listed = (await client.call('FUNCTION', 'LIST', 'WITHCODE')) as unknown[][];
    return listed.map((one) => `${one[1]}: ${one.at(-1)}`).sort();
  });
}

async function expectEqual(master: ServerProcess, ...replicas: ServerProcess[]): Promise<void> {
  await expectInSync(master, ...replicas);
  const [digest, libraries] = [await digestOf(master), await librariesOf(master)];
  for (const replica of replicas) {
    expect(await digestOf(replica), replica.name).toBe(digest);
    expect(await librariesOf(replica), replica.name).toEqual(libraries);
  }
}

describe('Redis, ours, and Redis below it', () => {
  it('have the same data after full syncs, and after a stream of every family', async () => {
    await using top = await startRedis({ settings });
    await using middle = await startSyncline({ settings });
    await using bottom = await startRedis({ settings });
    await fill(top);
    await say(top, [['FUNCTION', 'LOAD', library('first')]]);
    await attach(middle, top);
    await linkUp(middle);
    await attach(bottom, middle);
    await linkUp(bottom);
    await expectEqual(top, middle, bottom);
    await say(top, writes);
    await expectEqual(top, middle, bottom);
    expect((await librariesOf(top)).map((text) => text.split(':')[0])).toEqual(['first']);
    await withClient(middle, async (client) => {
      expect(await client.info('stats')).toContain('unexpected_error_replies:0');
    });
  });

  it('hear of libraries that are restored, and of their end', async () => {
    await using top = await startRedis({ settings });
    await using middle = await startSyncline({ settings });
    await attach(middle, top);
    await linkUp(middle);
    await say(top, [['FUNCTION', 'LOAD', library('first')]]);
    await withClient(top, async (client) => {
      const payload = (await client.callBuffer('FUNCTION', 'DUMP')) as Buffer;
      await client.call('FUNCTION', 'FLUSH');
      await client.call('FUNCTION', 'RESTORE', payload);
      await client.set('a', '1');
    });
    await expectEqual(top, middle);
    expect(await librariesOf(middle)).toHaveLength(1);
    await say(top, [['FUNCTION', 'FLUSH']]);
    await expectEqual(top, middle);
    expect(await librariesOf(middle)).toEqual([]);
  });
});

describe('ours above Redis', () => {
  it('gives it the libraries and all families, in the snapshot and in the stream', async () => {
    await using top = await startSyncline({ settings });
    await using bottom = await startRedis({ settings });
    await fill(top);
    await say(top, [['FUNCTION', 'LOAD', library('first')]]);
    await attach(bottom, top);
    await linkUp(bottom);
    await expectEqual(top, bottom);
    const runsScripts = new Set(['EVAL', 'FCALL']);
    await say(
      top,
      writes.filter(([name]) => !runsScripts.has(name!)),
    );
    await expectEqual(top, bottom);
  });

  it('carries a stream and libraries by DUMP and RESTORE, both ways', async () => {
    await using ours = await startSyncline();
    await using theirs = await startRedis();
    await say(ours, writes.slice(0, 8));
    await say(ours, [['FUNCTION', 'LOAD', library('first')]]);
    const carry = async (from: ServerProcess, to: ServerProcess, target: string) => {
      await withClient(from, async (source) => {
        const payload = await source.dumpBuffer(from === ours ? 's' : 'there');
        const libraries = (await source.callBuffer('FUNCTION', 'DUMP')) as Buffer;
        await withClient(to, async (client) => {
          await client.restore(target, 0, payload);
          await client.call('FUNCTION', 'RESTORE', libraries, 'FLUSH');
        });
      });
    };
    await carry(ours, theirs, 'there');
    await carry(theirs, ours, 'back');
    await withClient(ours, async (client) => {
      expect(await client.dumpBuffer('back')).toEqual(await client.dumpBuffer('s'));
    });
    expect(await librariesOf(theirs)).toEqual(await librariesOf(ours));
  });

  it('runs no script and says where to run it', async () => {
    await using server = await startSyncline();
    await withClient(server, async (client) => {
      for (const words of [
        ['EVAL', 'return 1', '0'],
        ['EVALSHA', 'abc', '0'],
        ['EVAL_RO', 'return 1', '0'],
        ['EVALSHA_RO', 'abc', '0'],
        ['FCALL', 'f', '0'],
        ['FCALL_RO', 'f', '0'],
        ['SCRIPT', 'LOAD', 'return 1'],
      ]) {
        await expect(client.call(words[0]!, ...words.slice(1))).rejects.toThrow(
          /This engine runs no scripts. Run it on a Redis or Valkey server/,
        );
      }
    });
  });
});

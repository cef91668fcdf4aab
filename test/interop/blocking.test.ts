// Commands that wait, with several clients: the same stories on Redis and on our server, told the same way.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openRawConnection, type RawConnection } from '../support/raw-connection.ts';
import { startRedis } from '../support/redis-server.ts';
import type { ServerProcess } from '../support/server-process.ts';
import { startSyncline } from '../support/syncline-server.ts';
import { waitFor } from '../support/wait-for.ts';

interface Actor {
  /** Says a command and waits for its answer. */
  say(command: string): Promise<string>;
  /** Says several at once and waits for all answers. */
  sayAll(...commands: string[]): Promise<string>;
  /** Says a command that has to wait; resolves once the server holds the client, with the answer to come. */
  begin(command: string): Promise<{ readonly answer: Promise<string> }>;
  leave(): void;
}

type Story = (actor: () => Promise<Actor>) => Promise<string[]>;

const stories: Readonly<Record<string, Story>> = {
  'an element comes for the one who waits': async (actor) => {
    const [waiter, pusher] = [await actor(), await actor()];
    const waiting = await waiter.begin('BLPOP a b 0');
    return [await pusher.say('RPUSH b x y'), await waiting.answer, await pusher.say('LRANGE b 0 -1')];
  },
  'who came first is served first': async (actor) => {
    const [first, second, pusher] = [await actor(), await actor(), await actor()];
    const one = await first.begin('BRPOP l 0');
    const two = await second.begin('BLPOP l 0');
    return [await pusher.say('RPUSH l a b c'), await one.answer, await two.answer, await pusher.say('LRANGE l 0 -1')];
  },
  'the one who waits is served before the next command of the one who pushed': async (actor) => {
    const [waiter, pusher] = [await actor(), await actor()];
    const waiting = await waiter.begin('BLPOP l 0');
    return [await pusher.sayAll('RPUSH l a', 'LPOP l', 'LLEN l'), await waiting.answer];
  },
  'a transaction is over before anyone is served': async (actor) => {
    const [waiter, pusher] = [await actor(), await actor()];
    const waiting = await waiter.begin('BLPOP l 0');
    const pushed = await pusher.sayAll('MULTI', 'RPUSH l a', 'LPUSH l b', 'EXEC');
    return [pushed, await waiting.answer, await pusher.say('LRANGE l 0 -1')];
  },
  'a list that comes and goes in a transaction serves nobody': async (actor) => {
    const [waiter, pusher] = [await actor(), await actor()];
    const waiting = await waiter.begin('BLPOP l 0');
    const pushed = await pusher.sayAll('MULTI', 'RPUSH l a', 'DEL l', 'EXEC');
    return [pushed, await pusher.say('RPUSH l b'), await waiting.answer];
  },
  'elements are handed on from list to list': async (actor) => {
    const [first, second, pusher] = [await actor(), await actor(), await actor()];
    const moving = await first.begin('BLMOVE a b LEFT RIGHT 0');
    const popping = await second.begin('BLPOP b 0');
    return [await pusher.say('RPUSH a x'), await moving.answer, await popping.answer, await pusher.say('EXISTS a b')];
  },
  'a target of another type is refused, and the element stays': async (actor) => {
    const [waiter, pusher] = [await actor(), await actor()];
    await pusher.say('SET b text');
    const waiting = await waiter.begin('BRPOPLPUSH a b 0');
    return [await pusher.say('RPUSH a x'), await waiting.answer, await pusher.say('LRANGE a 0 -1')];
  },
  'a key of another type wakes nobody': async (actor) => {
    const [waiter, pusher] = [await actor(), await actor()];
    const waiting = await waiter.begin('BLPOP a b 0');
    return [await pusher.sayAll('SET a text', 'ZADD b 1 m', 'DEL b', 'RPUSH b x'), await waiting.answer];
  },
  'a renamed list is there too, and one in a swapped database': async (actor) => {
    const [waiter, other, pusher] = [await actor(), await actor(), await actor()];
    const waiting = await waiter.begin('BLPOP l 0');
    const renamed = await pusher.sayAll('RPUSH m x', 'RENAME m l');
    const told = [renamed, await waiting.answer];
    const swapped = await other.begin('BLPOP n 0');
    return [...told, await pusher.sayAll('SELECT 1', 'RPUSH n y', 'SWAPDB 0 1'), await swapped.answer];
  },
  'several of a list at once': async (actor) => {
    const [waiter, pusher] = [await actor(), await actor()];
    const waiting = await waiter.begin('BLMPOP 0 2 a b RIGHT COUNT 2');
    return [await pusher.say('RPUSH b x y z'), await waiting.answer, await pusher.say('LRANGE b 0 -1')];
  },
  'members of sorted sets': async (actor) => {
    const [first, second, third, pusher] = [await actor(), await actor(), await actor(), await actor()];
    const lowest = await first.begin('BZPOPMIN a z 0');
    const highest = await second.begin('BZPOPMAX z 0');
    const several = await third.begin('BZMPOP 0 1 z MIN COUNT 5');
    const added = await pusher.say('ZADD z 1 a 2.5 b 3 c 4 d');
    return [added, await lowest.answer, await highest.answer, await several.answer, await pusher.say('EXISTS z')];
  },
  'what was sent after the command that waits is answered after it': async (actor) => {
    const [waiter, pusher] = [await actor(), await actor()];
    const waiting = await waiter.begin('BLPOP l 0');
    const later = waiter.say('ECHO later');
    return [await pusher.say('RPUSH l x'), await waiting.answer, await later];
  },
  'time is up': async (actor) => {
    const waiter = await actor();
    return [
      await waiter.say('BLPOP a b 0.05'),
      await waiter.say('BLMOVE a b LEFT LEFT 0.05'),
      await waiter.say('BZPOPMAX z 0.05'),
      await waiter.say('BLMPOP 0.05 1 a LEFT'),
      await waiter.say('PING'),
    ];
  },
  'the words of RESP3': async (actor) => {
    const [waiter, pusher] = [await actor(), await actor()];
    await waiter.say('HELLO 3');
    const waiting = await waiter.begin('BZPOPMIN z 0');
    return [await pusher.say('ZADD z 1.5 m'), await waiting.answer, await waiter.say('BLPOP l 0.05')];
  },
  'nobody waits in a transaction': async (actor) => {
    const waiter = await actor();
    return [
      await waiter.sayAll('MULTI', 'BLPOP a 0', 'BLMOVE a b LEFT LEFT 0', 'BZPOPMIN a 0', 'BLMPOP 0 1 a LEFT', 'EXEC'),
    ];
  },
  'one who left while waiting takes nothing': async (actor) => {
    const [waiter, watcher] = [await actor(), await actor()];
    await waiter.begin('BLPOP l 0');
    waiter.leave();
    await untilNobodyWaits(watcher);
    return [await watcher.say('RPUSH l x'), await watcher.say('LLEN l')];
  },
  'nobody waits for what is there, or for what is wrong': async (actor) => {
    const one = await actor();
    const commands = [
      'RPUSH l a b c',
      'SET s x',
      'BLPOP no l 0',
      'BRPOPLPUSH l m 0',
      'BLMOVE l m LEFT RIGHT 0',
      'BLPOP s 0',
    ];
    const wrong = [
      'BLPOP l x',
      'BLPOP l -1',
      'BLPOP l nan',
      'BLMOVE l m UP LEFT 0',
      'BLMPOP x 1 l LEFT',
      'BLMPOP 0 0 l LEFT',
    ];
    return [await one.sayAll(...commands, ...wrong, 'BZMPOP -1 1 z FIRST', 'BZPOPMIN s 0', 'BLPOP l 1e400')];
  },
  'an entry comes for those who wait for streams': async (actor) => {
    const [first, second, adder] = [await actor(), await actor(), await actor()];
    await adder.say('XADD s 1-0 a old');
    const one = await first.begin('XREAD BLOCK 0 STREAMS s t $ $');
    const two = await second.begin('XREAD COUNT 5 BLOCK 60000 STREAMS t 7-0');
    const added = await adder.sayAll('XADD s 2-0 a new', 'XADD t 7-0 a old', 'XADD t 8-0 a newer');
    return [added, await one.answer, await two.answer];
  },
  'the last entry is that of when the wait began': async (actor) => {
    const [waiter, adder] = [await actor(), await actor()];
    const waiting = await waiter.begin('XREAD BLOCK 0 STREAMS s $');
    return [await adder.sayAll('SET other x', 'XADD s 1-0 a b', 'XADD s 2-0 a b'), await waiting.answer];
  },
  'a group hands each entry to one of those who wait': async (actor) => {
    const [first, second, adder] = [await actor(), await actor(), await actor()];
    await adder.say('XGROUP CREATE s g $ MKSTREAM');
    const one = await first.begin('XREADGROUP GROUP g alice BLOCK 0 STREAMS s >');
    const two = await second.begin('XREADGROUP GROUP g bob COUNT 1 BLOCK 0 STREAMS s >');
    const added = await adder.sayAll('XADD s 1-0 a b', 'XADD s 2-0 a b');
    return [added, await one.answer, await two.answer, await adder.say('XPENDING s g')];
  },
  'who waits in a group hears that the group, or the stream, is no more': async (actor) => {
    const [first, second, third, adder] = [await actor(), await actor(), await actor(), await actor()];
    await adder.sayAll('XGROUP CREATE s g $ MKSTREAM', 'XGROUP CREATE t g $ MKSTREAM', 'XGROUP CREATE u g $ MKSTREAM');
    const one = await first.begin('XREADGROUP GROUP g alice BLOCK 0 STREAMS s >');
    const two = await second.begin('XREADGROUP GROUP g bob BLOCK 0 STREAMS t >');
    const three = await third.begin('XREADGROUP GROUP g carol BLOCK 0 STREAMS u >');
    const said = await adder.sayAll('XGROUP DESTROY s g', 'DEL t', 'SET u text');
    return [said, await one.answer, await two.answer, await three.answer];
  },
  'nobody waits for entries that are there, in a transaction, or longer than was said': async (actor) => {
    const waiter = await actor();
    await waiter.sayAll('XADD s 1-0 a b', 'XGROUP CREATE s g $');
    return [
      await waiter.say('XREAD BLOCK 0 STREAMS s 0'),
      await waiter.sayAll('MULTI', 'XREAD BLOCK 0 STREAMS s $', 'EXEC'),
      await waiter.say('XREAD BLOCK 10 STREAMS s $'),
      await waiter.say('XREADGROUP GROUP g alice BLOCK 10 STREAMS s >'),
      await waiter.say('XREADGROUP GROUP g alice BLOCK 0 STREAMS s 0'),
      await waiter.say('XREAD BLOCK -1 STREAMS s $'),
      await waiter.say('XREAD BLOCK x STREAMS s $'),
    ];
  },
};

let servers: ServerProcess[] = [];

beforeAll(async () => {
  servers = await Promise.all([startRedis(), startSyncline()]);
});

afterAll(async () => {
  for (const server of servers) await server[Symbol.asyncDispose]();
});

async function untilNobodyWaits(watcher: Actor): Promise<void> {
  await waitFor(
    'no client to wait',
    () => watcher.say('INFO clients'),
    (info) => info.includes('blocked_clients:0\r\n'),
  );
}

async function tell(server: ServerProcess, story: Story): Promise<string[]> {
  const connections: RawConnection[] = [];
  const open = async () => {
    const connection = await openRawConnection(server);
    connections.push(connection);
    return connection;
  };
  try {
    const watcher = await open();
    await watcher.send([['FLUSHALL']]);
    return await story(async () => actorOn(await open(), watcher));
  } finally {
    for (const connection of connections) connection[Symbol.dispose]();
  }
}

async function actorOn(connection: RawConnection, watcher: RawConnection): Promise<Actor> {
  const sayAll = async (...commands: string[]) => {
    const replies = await connection.send(commands.map((command) => command.split(' ')));
    return Buffer.concat(replies).toString('latin1');
  };
  const id = (await sayAll('CLIENT ID')).slice(1).trim();
  return {
    say: sayAll,
    sayAll,
    begin: async (command) => {
      const answer = sayAll(command);
      // It fails with its connection when a story leaves it: nobody asks for it then.
      answer.catch(() => {});
      await waitFor(
        `the client of ${command} to wait`,
        async () => (await watcher.send([['CLIENT', 'LIST']])).join(''),
        (clients) => new RegExp(`\\bid=${id} .* flags=b`).test(clients),
      );
      return { answer };
    },
    leave: () => connection[Symbol.dispose](),
  };
}

describe('commands that wait', () => {
  it.each(Object.entries(stories))('%s', async (_, story) => {
    const [theirs, ours] = [await tell(servers[0]!, story), await tell(servers[1]!, story)];
    expect(ours).toEqual(theirs);
  });
});

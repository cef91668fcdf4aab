// The cron: `hz` rounds a second while there is work, one while there is none, and rates that are right at both paces.
import { expect, test } from 'vitest';
import { Gates } from '#core/engine/commands/gates.ts';
import { Keyspace } from '#core/engine/keyspace/keyspace.ts';
import { encoding, valueType } from '#core/engine/keyspace/record.ts';
import { SingleKey } from '#core/engine/keyspace/single-key.ts';
import { ClientRegistry } from '#core/engine/server/client-registry.ts';
import { Config } from '#core/engine/server/config.ts';
import { Cron } from '#core/engine/server/cron.ts';
import { PubSub } from '#core/engine/server/pubsub.ts';
import { Rates } from '#core/engine/server/rates.ts';
import { newStats } from '#core/engine/server/stats.ts';
import { Turn } from '#core/engine/server/turn.ts';
import { seededRandom } from '../../../support/random.ts';
import { SimulatedTime } from '../../../support/simulated-time.ts';

function setUp() {
  const time = new SimulatedTime();
  const config = new Config({ resolveFolder: (path) => path });
  const keyspace = new Keyspace({ databases: 16, randomBelow: seededRandom(7).below, hashSeed: 99 });
  const stats = newStats();
  const rates = new Rates(time, stats);
  const turn = new Turn(time, time, keyspace);
  const clients = new ClientRegistry({
    clock: time,
    timers: time,
    config,
    pubsub: new PubSub(),
    gates: new Gates(),
    masterSession: () => null,
    killMasterLink: () => {},
    interrupt: () => false,
    heldForReplica: () => 0,
  });
  let rounds = 0;
  const cron = new Cron({ clock: time, timers: time, config, keyspace, clients, rates, turn, end: () => rounds++ });
  cron.start();
  return {
    time,
    config,
    keyspace,
    stats,
    rates,
    turn,
    cron,
    roundsIn: (ms: number) => {
      const before = rounds;
      time.advance(ms);
      return rounds - before;
    },
    /** A turn in which so many commands were run. */
    work: (commands = 1) => {
      turn.begin();
      stats.commandsProcessed += commands;
      time.settle();
    },
    setExpiring: (key: string, inMs: number) => {
      turn.begin();
      const database = keyspace.databases[3]!;
      const bytes = Buffer.from('v');
      const ref = database.storeInline(
        new SingleKey(key),
        1,
        valueType.string,
        encoding.plain,
        bytes,
        0,
        bytes.length,
        false,
      );
      database.setExpiry(ref, time.nowMs() + inMs);
      time.settle();
    },
  };
}

test('with nothing to do a round comes once a second', () => {
  const { time, roundsIn } = setUp();
  time.advance(1000);
  expect(roundsIn(10_000)).toBe(10);
});

test('a few turns a second are rest, many are work', () => {
  const { time, roundsIn, work } = setUp();
  time.advance(1000);
  let atRest = 0;
  for (let i = 0; i < 50; i++) {
    work();
    atRest += roundsIn(100);
  }
  expect(atRest).toBe(5);
  let atWork = 0;
  for (let i = 0; i < 500; i++) {
    work();
    atWork += roundsIn(10);
  }
  expect(atWork).toBeGreaterThan(45);
});

test('a key with an expiry ends the rest at once, is deleted in time, and then it rests again', () => {
  const { time, keyspace, roundsIn, setExpiring } = setUp();
  time.advance(1050);
  setExpiring('a', 250);
  const database = keyspace.databases[3]!;
  time.advance(250);
  expect(database.size).toBe(1);
  time.advance(100);
  expect(database.size).toBe(0);
  expect(roundsIn(10_000)).toBeLessThan(12);
});

test('a replica rests though its keys have an expiry: its master says when they end', () => {
  const { time, keyspace, roundsIn, setExpiring } = setUp();
  keyspace.expiryMode = 'hide';
  setExpiring('a', 60_000);
  time.advance(1000);
  expect(roundsIn(10_000)).toBe(10);
});

test('hz is the pace of work, and of rest too where dynamic-hz is off', () => {
  const { time, config, roundsIn } = setUp();
  config.setAll([
    ['hz', '50'],
    ['dynamic-hz', 'no'],
  ]);
  time.advance(2000);
  expect(roundsIn(1000)).toBe(50);
  config.setAll([['hz', '0']]);
  expect(roundsIn(5000)).toBe(5);
});

test('rates are right at rest, and follow work within a second and a half', () => {
  const { time, stats, rates, work } = setUp();
  for (let i = 0; i < 20; i++) {
    work(5);
    time.advance(250);
  }
  const atRest = rates.perSecond('commands');
  for (let i = 0; i < 200; i++) {
    work(10);
    time.advance(10);
  }
  const atWork = rates.perSecond('commands');
  expect({ atRest, atWork }).toEqual({ atRest: 20, atWork: 1000 });
  stats.commandsProcessed = 0;
  rates.restart();
  expect(rates.perSecond('commands')).toBe(0);
});

test('disposed, it leaves no timer', () => {
  const { time, cron, work } = setUp();
  time.advance(3000);
  cron.dispose();
  for (let i = 0; i < 100; i++) work();
  expect(time.waiting).toBe(0);
});

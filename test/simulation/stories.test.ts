// Single stories in the cluster's language: what once went wrong, and that the checks see what they are there for.
import { expect, test } from 'vitest';
import { seededRandom } from '../support/random.ts';
import { Cluster } from './cluster.ts';

/** A master `a` with replicas in a chain below it, all with the same few keys. */
async function chainOf(names: readonly string[], seed = 1): Promise<Cluster> {
  const cluster = new Cluster(seededRandom(seed), { eventsPerLook: 1, offsetsPerComparison: 1 });
  for (const [index, name] of names.entries()) {
    cluster.add(name, { 'repl-diskless-sync': 'no', 'shutdown-timeout': '2' });
    const master = names[index - 1];
    if (master !== undefined) cluster.machine(name).master = cluster.machine(master);
    cluster.start(name);
  }
  await inSync(cluster);
  cluster.command(names[0]!, 'SET', 'color', 'blue');
  await inSync(cluster);
  return cluster;
}

/** A moment later than now, since what was just commanded must have begun. */
async function inSync(cluster: Cluster): Promise<void> {
  await cluster.pass(1);
  return cluster.until('that all are in sync', 20_000, () => cluster.checks.areInSync());
}

test('a key that expired while its master was down is gone from the replica that continues', async () => {
  const cluster = await chainOf(['a', 'b']);
  cluster.command('a', 'SET', 'short', 'lived', 'PX', '500');
  await inSync(cluster);
  cluster.stop('a', { save: 'always', now: false });
  await cluster.pass(1000);
  cluster.start('a');
  await cluster.pass(3000);
  cluster.checks.compareAll();
  expect(cluster.machine('b').engine?.keyspace.databases[0]?.size).toBe(1);
  expect(cluster.checks.counts).toMatchObject({ full: 1, partial: 1 });
  await cluster.close();
});

test.each([1, 2, 3, 4])('a snapshot that is given up early leaves no file open (seed %i)', async (seed) => {
  const cluster = await chainOf(['a', 'b'], seed);
  cluster.promote('b');
  await cluster.pass(100);
  cluster.attach('b', 'a');
  // As soon as the snapshot begins, its only replica is sent away; its file may still be in the making.
  const begins = () => cluster.journal.filter((line) => line.includes('Starting BGSAVE for SYNC')).length === 2;
  while (!begins()) await cluster.pass(0.1);
  cluster.command('a', 'CLIENT', 'KILL', 'TYPE', 'replica');
  await cluster.pass(300);
  await cluster.close();
});

/** Found by the story of seed 3328: what it loaded was the file that its own save had just put there. */
test.each([1, 3, 4, 5, 7, 9, 10, 12])(
  'a replica loads what it received, whatever it saves meanwhile (seed %i)',
  async (seed) => {
    const cluster = await chainOf(['a', 'b'], seed);
    cluster.command('b', 'CONFIG', 'SET', 'repl-diskless-load', 'disabled');
    cluster.command('b', 'REPLICAOF', 'NO', 'ONE');
    cluster.command('b', 'SET', 'color', 'red');
    await cluster.pass(100);
    const begun = () => cluster.journal.filter((line) => line.includes('from master to disk')).length;
    const before = begun();
    cluster.command('b', 'REPLICAOF', 'a', '6379');
    while (begun() === before) await cluster.pass(0.5);
    await cluster.pass(seed % 4);
    cluster.command('b', 'SAVE');
    await cluster.until('that the link is up', 5000, () => cluster.machine('b').engine?.replication.isLinkUp === true);
    cluster.checks.compareAll();
    await cluster.close();
  },
);

test('a write that only a replica has is noticed', async () => {
  const cluster = await chainOf(['a', 'b', 'c']);
  cluster.command('b', 'CONFIG', 'SET', 'replica-read-only', 'no');
  await cluster.pass(1);
  cluster.command('b', 'SET', 'color', 'red');
  await expect(cluster.heal()).rejects.toThrow(/differ .*\n.*color 0 -1 "(red|blue)"/);
});

test('a connection that an engine would leave open is noticed', async () => {
  const cluster = await chainOf(['a', 'b']);
  cluster.machine('b').process?.transport.connect(
    { host: 'a', port: 6379 },
    { timeoutMs: 1000 },
    () => ({ onData() {}, onDrain() {}, onEnd() {}, onClose() {} }),
    () => {},
  );
  await cluster.pass(100);
  cluster.stop('b', { save: 'never', now: true });
  await expect(cluster.pass(1000)).rejects.toThrow('b ended and left open {"timers":0,"connections":1');
});

test('a chain of four replicas below a master survives the loss of its middle', async () => {
  const cluster = await chainOf(['a', 'b', 'c', 'd', 'e']);
  expect(cluster.depth('e')).toBe(4);
  cluster.crash('c', { loud: false, disk: 'lost' });
  cluster.load('a', 30_000);
  await cluster.pass(2000);
  cluster.attach('d', 'b');
  cluster.write('a', 20);
  await cluster.heal();
  await cluster.close();
});

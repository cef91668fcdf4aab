// What may happen to a cluster, how often, and to whom: one row each.
import type { SeededRandom } from '../support/random.ts';
import type { Cluster } from './cluster.ts';
import { leaveAtEdge } from './edge.ts';
import { type Machine, port } from './machine.ts';
import { weathers } from './weather.ts';
import { drawOwnWrite } from './writes.ts';

interface Act {
  /** So many parts of all that happens. */
  readonly parts: number;
  /** To whom it may happen; to nobody when there is nobody. */
  readonly to: (cluster: Cluster) => readonly string[];
  readonly act: (cluster: Cluster, name: string, random: SeededRandom) => void | Promise<void>;
}

/** Three replicas below one another, and one more. */
const depthMax = 4;
export const backlogSizes = ['1', '16384', '40000', '1048576'];

const rows: readonly Act[] = [
  { parts: 6, to: masters, act: (cluster, name, random) => cluster.write(name, 1 + random.below(60)) },
  // Replicas answer READONLY, and what a lonely master takes is lost when it is attached again.
  { parts: 2, to: up, act: (cluster, name, random) => cluster.write(name, 1 + random.below(4)) },
  { parts: 4, to: masters, act: (cluster, name, random) => cluster.load(name, 5000 + random.below(45_000)) },
  { parts: 5, to: masters, act: (cluster, name, random) => cluster.wait(name, 1 + random.below(3)) },
  { parts: 16, to: replicas, act: cut },
  {
    parts: 4,
    to: replicas,
    act: (cluster, name, random) => cluster.stall(name, random.pick([100, 1500, 9000])),
  },
  { parts: 4, to: () => Object.keys(weathers), act: (cluster, name) => cluster.setWeather(name, weathers[name]!) },
  { parts: 3, to: replicas, act: (cluster, name) => cluster.command(name, 'CLIENT', 'KILL', 'TYPE', 'master') },
  { parts: 2, to: masters, act: (cluster, name) => cluster.command(name, 'CLIENT', 'KILL', 'TYPE', 'replica') },
  { parts: 4, to: up, act: reattach },
  { parts: 2, to: replicas, act: (cluster, name) => cluster.promote(name) },
  { parts: 8, to: masters, act: failOver },
  { parts: 6, to: masters, act: orderFailover },
  { parts: 1, to: masters, act: (cluster, name) => cluster.command(name, 'FAILOVER', 'ABORT') },
  { parts: 4, to: replicas, act: leaveAtEdge },
  { parts: 3, to: up, act: pause },
  { parts: 1, to: up, act: (cluster, name) => cluster.command(name, 'CLIENT', 'UNPAUSE') },
  { parts: 1, to: masters, act: (cluster, name) => cluster.empty(name) },
  { parts: 3, to: all, act: (cluster, name, random) => cluster.fillDisk(name, random.pick([200, 2000, 8000])) },
  { parts: 6, to: replicas, act: writeOwn },
  { parts: 6, to: up, act: change },
  { parts: 1, to: up, act: (cluster, name) => cluster.command(name, 'BGSAVE') },
  { parts: 1, to: up, act: (cluster, name) => cluster.command(name, 'SAVE') },
  { parts: 3, to: running, act: crash },
  {
    parts: 2,
    to: up,
    act: (cluster, name, random) =>
      cluster.stop(name, { save: random.pick(['always', 'never']), now: random.below(2) === 0 }),
  },
  { parts: 9, to: down, act: restart },
];

/** What may be set while it runs. */
const changes: Readonly<Record<string, readonly string[]>> = {
  'repl-backlog-size': backlogSizes,
  'repl-backlog-ttl': ['0', '1', '3', '3600'],
  'repl-timeout': ['3', '5', '8'],
  'repl-ping-replica-period': ['1', '2'],
  'repl-diskless-sync': ['yes', 'no'],
  'repl-diskless-sync-delay': ['0', '1'],
  'repl-diskless-load': ['disabled', 'on-empty-db', 'swapdb'],
  'min-replicas-to-write': ['0', '1'],
  'client-output-buffer-limit': ['replica 0 0 0', 'replica 30000 0 0', 'replica 0 8000 1'],
  // Microseconds for each key: some tens of keys, so a sync lasts for tenths of a second.
  'rdb-key-save-delay': ['0', '2000', '20000'],
  'key-load-delay': ['0', '2000', '20000'],
};

const chances: readonly Act[] = rows.flatMap((row) => Array.from({ length: row.parts }, () => row));

/** Lets one thing happen. */
export async function actByChance(cluster: Cluster, random: SeededRandom): Promise<void> {
  const { to, act } = random.pick(chances);
  const candidates = to(cluster);
  if (candidates.length > 0) await act(cluster, random.pick(candidates), random);
}

/** Mostly soon, since streams are short: in the middle of a command, or of a transaction. */
function cut(cluster: Cluster, name: string, random: SeededRandom): void {
  const after = random.below(random.pick([1, 30, 300, 3000, 30_000]));
  cluster.cut(name, after, random.below(4) === 0 ? 'toServer' : 'toClient');
}

/** The master hands its role over, if it can in time; meanwhile its clients write on, and must wait. */
async function orderFailover(cluster: Cluster, name: string, random: SeededRandom): Promise<void> {
  const master = cluster.machine(name);
  const followers = names(cluster, (machine) => machine.master === master && machine.isUp);
  if (followers.length === 0) return;
  const heir = random.pick(followers);
  const target = random.below(3) === 0 ? [] : ['TO', heir, String(port)];
  const time = random.below(4) === 0 ? [] : ['TIMEOUT', String(random.pick([50, 400, 3000]))];
  const force = target.length > 0 && time.length > 0 && random.below(4) === 0 ? ['FORCE'] : [];
  if (random.below(3) === 0) cluster.stall(heir, random.pick([100, 1000]));
  cluster.write(name, 1 + random.below(5));
  await cluster.pass(random.below(10));
  cluster.command(name, 'FAILOVER', ...target, ...force, ...time);
  cluster.write(name, 1 + random.below(5));
}

function pause(cluster: Cluster, name: string, random: SeededRandom): void {
  cluster.command(name, 'CLIENT', 'PAUSE', random.pick(['50', '500', '3000']), random.pick(['WRITE', 'ALL']));
}

/** A replica takes writes of its own for a moment: no longer, or the writes meant for a master would come in too. */
function writeOwn(cluster: Cluster, name: string, random: SeededRandom): void {
  cluster.command(name, 'CONFIG', 'SET', 'replica-read-only', 'no');
  for (let count = 1 + random.below(6); count > 0; count--) cluster.command(name, ...drawOwnWrite(random));
  cluster.command(name, 'CONFIG', 'SET', 'replica-read-only', 'yes');
}

function change(cluster: Cluster, name: string, random: SeededRandom): void {
  const directive = random.pick(Object.keys(changes));
  cluster.set(name, directive, random.pick(changes[directive]!));
}

/** To any machine that is not below itself. */
function reattach(cluster: Cluster, name: string, random: SeededRandom): void {
  const masters = [...cluster.machines.keys()].filter(
    (other) => !cluster.isBelow(other, name) && cluster.depth(other) < depthMax,
  );
  if (masters.length > 0) cluster.attach(name, random.pick(masters));
}

/**
 * One replica takes its master's place, and the others follow it: so does the master, unless it is why this happens.
 * The heir may be a little behind the others, who then have bytes that its history never had.
 */
async function failOver(cluster: Cluster, name: string, random: SeededRandom): Promise<void> {
  const former = cluster.machine(name);
  const followers = names(cluster, (machine) => machine.master === former && machine.isUp);
  if (followers.length === 0) return;
  const heir = random.pick(followers);
  if (random.below(2) === 0) {
    cluster.stall(heir, 500);
    cluster.write(name, 1 + random.below(3));
    await cluster.pass(random.below(100));
  }
  if (random.below(3) === 0) cluster.crash(name, { loud: random.below(2) === 0, disk: 'kept' });
  cluster.promote(heir);
  if (random.below(2) === 0) cluster.write(heir, 1 + random.below(3));
  await cluster.pass(random.below(10));
  for (const follower of followers) if (follower !== heir) cluster.attach(follower, heir);
  cluster.attach(name, heir);
}

function crash(cluster: Cluster, name: string, random: SeededRandom): void {
  cluster.crash(name, { loud: random.below(2) === 0, disk: random.below(4) === 0 ? 'lost' : 'kept' });
}

/** As it was, or as a master: nobody may have rewritten its file. */
function restart(cluster: Cluster, name: string, random: SeededRandom): void {
  if (random.below(4) === 0) cluster.machine(name).master = null;
  cluster.start(name);
}

function names(cluster: Cluster, isSo: (machine: Machine) => boolean): string[] {
  return [...cluster.machines.values()].filter(isSo).map(({ name }) => name);
}

function all(cluster: Cluster): string[] {
  return names(cluster, () => true);
}

function running(cluster: Cluster): string[] {
  return names(cluster, ({ process }) => process !== null);
}

function down(cluster: Cluster): string[] {
  return names(cluster, ({ process }) => process === null);
}

function up(cluster: Cluster): string[] {
  return names(cluster, ({ isUp }) => isUp);
}

export function masters(cluster: Cluster): string[] {
  return names(cluster, ({ isUp, master }) => isUp && master === null);
}

function replicas(cluster: Cluster): string[] {
  return names(cluster, ({ isUp, master }) => isUp && master !== null);
}

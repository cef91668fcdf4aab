// A story: what happens to a cluster, drawn from a seed, and told again when it ends badly.
import { type SeededRandom, seededRandom } from '../support/random.ts';
import { Cluster } from './cluster.ts';
import { weathers } from './weather.ts';

export interface StoryEnd {
  readonly seed: number;
  readonly journal: readonly string[];
  readonly events: number;
  readonly counts: Readonly<Cluster['checks']['counts']>;
}

/** What was wrong, the story that led there, and how to have it again. */
export class StoryError extends Error {
  constructor(seed: number, journal: readonly string[], cause: unknown) {
    const what = cause instanceof Error ? (cause.stack ?? cause.message) : String(cause);
    const told = journal.slice(-journalShownMax).join('\n');
    super(
      `The story of seed ${seed} ended badly:\n${told}\n\n${what}\n\n` +
        `To have it again: SIMULATION_SEED=${seed} SIMULATION_STORIES=1 npx vitest run --project simulation`,
      { cause },
    );
    this.name = 'StoryError';
  }
}

const journalShownMax = 200;
const actsMin = 12;
const actsMax = 50;
const depthMax = 4;
const backlogSizes = ['16384', '20000', '40000', '1048576'];

/** Tells one story to its end. @throws StoryError */
export async function tellStory(seed: number): Promise<StoryEnd> {
  const random = seededRandom(seed);
  const cluster = new Cluster(random, { checkedIn: random.pick([1, 2, 5]) });
  try {
    await begin(cluster, random);
    const acts = actsMin + random.below(actsMax - actsMin);
    for (let act = 0; act < acts; act++) {
      random.pick(chances)(cluster, random);
      await cluster.pass(random.pick([1, 20, 200, 1500]) + random.below(50));
    }
    await cluster.heal();
    await cluster.close();
  } catch (error) {
    throw new StoryError(seed, cluster.journal, error);
  }
  return { seed, journal: cluster.journal, events: cluster.time.events, counts: cluster.checks.counts };
}

async function begin(cluster: Cluster, random: SeededRandom): Promise<void> {
  const count = random.pick([2, 2, 3, 3, 3, 4, 5]);
  const names = ['a', 'b', 'c', 'd', 'e'].slice(0, count);
  for (const name of names) cluster.add(name, drawSettings(random));
  for (const [index, name] of names.entries()) {
    // A long chain as often as a broad tree.
    const master = index === 0 ? null : names[random.below(2) === 0 ? index - 1 : random.below(index)]!;
    const byFile = random.below(2) === 0;
    if (master !== null && byFile) cluster.machine(name).master = cluster.machine(master);
    cluster.start(name);
    await cluster.until(`that ${name} is up`, 5000, () => cluster.machine(name).isUp);
    if (master !== null && !byFile) cluster.attach(name, master);
    cluster.write('a', 1 + random.below(20));
  }
  await cluster.pass(random.pick([10, 2000]));
}

function drawSettings(random: SeededRandom): Record<string, string> {
  return {
    'repl-backlog-size': random.pick(backlogSizes),
    'repl-ping-replica-period': String(1 + random.below(3)),
    'repl-timeout': String(4 + random.below(4)),
    'repl-diskless-sync': random.pick(['yes', 'no']),
    'repl-diskless-sync-delay': String(random.below(2)),
    'repl-backlog-ttl': random.pick(['0', '3', '3600']),
    rdbcompression: random.pick(['yes', 'no']),
    'hash-max-listpack-entries': random.pick(['4', '512']),
    'list-max-listpack-size': random.pick(['4', '-2']),
    'zset-max-listpack-entries': random.pick(['4', '128']),
    'set-max-intset-entries': random.pick(['4', '512']),
    'shutdown-timeout': '2',
  };
}

type Act = (cluster: Cluster, random: SeededRandom) => void;

/** What may happen, and how often: so many parts of all. An act that has nobody to happen to passes. */
const parts: readonly (readonly [count: number, act: Act])[] = [
  [20, (cluster, random) => to(masters(cluster), random, (name) => cluster.write(name, 1 + random.below(30)))],
  [3, (cluster, random) => to(up(cluster), random, (name) => cluster.write(name, 1 + random.below(4)))],
  [4, (cluster, random) => to(masters(cluster), random, (name) => cluster.load(name, 5000 + random.below(60_000)))],
  [8, cut],
  [
    3,
    (cluster, random) => to(replicas(cluster), random, (name) => cluster.stall(name, random.pick([100, 1500, 9000]))),
  ],
  [3, (cluster, random) => to(Object.keys(weathers), random, (name) => cluster.setWeather(name, weathers[name]!))],
  [
    3,
    (cluster, random) =>
      to(replicas(cluster), random, (name) => cluster.command(name, 'CLIENT', 'KILL', 'TYPE', 'master')),
  ],
  [4, reattach],
  [3, (cluster, random) => to(replicas(cluster), random, (name) => cluster.promote(name))],
  [2, switchOver],
  [2, (cluster, random) => to(up(cluster), random, (name) => cluster.command(name, random.pick(['BGSAVE', 'SAVE'])))],
  [4, crash],
  [
    2,
    (cluster, random) =>
      to(up(cluster), random, (name) =>
        cluster.stop(name, { save: random.pick(['always', 'never']), now: random.below(2) === 0 }),
      ),
  ],
  [6, restart],
  [
    2,
    (cluster, random) =>
      to(up(cluster), random, (name) => set(cluster, name, 'repl-backlog-size', random.pick(backlogSizes))),
  ],
  [
    1,
    (cluster, random) =>
      to(up(cluster), random, (name) => set(cluster, name, 'repl-diskless-sync', random.pick(['yes', 'no']))),
  ],
];

const chances: readonly Act[] = parts.flatMap(([count, act]) => Array.from({ length: count }, () => act));

function cut(cluster: Cluster, random: SeededRandom): void {
  const bytes = random.pick([0, random.below(30), random.below(3000), random.below(30_000)]);
  to(replicas(cluster), random, (name) => cluster.cut(name, bytes, random.below(4) === 0 ? 'toServer' : 'toClient'));
}

/** To any machine that is not below itself. */
function reattach(cluster: Cluster, random: SeededRandom): void {
  to(up(cluster), random, (name) => {
    const others = [...cluster.machines.keys()].filter(
      (other) => !cluster.isBelow(other, name) && cluster.depth(other) < depthMax,
    );
    to(others, random, (master) => cluster.attach(name, master));
  });
}

/** A replica takes its master's place, and the master follows it: what a failover does. */
function switchOver(cluster: Cluster, random: SeededRandom): void {
  to(replicas(cluster), random, (name) => {
    const former = cluster.machine(name).master!;
    if (former.master !== null || !former.isUp) return;
    cluster.promote(name);
    cluster.attach(former.name, name);
  });
}

function crash(cluster: Cluster, random: SeededRandom): void {
  const disk = random.below(4) === 0 ? 'lost' : 'kept';
  to(running(cluster), random, (name) => cluster.crash(name, { loud: random.below(2) === 0, disk }));
}

/** As it was, or as a master: its file may not have been rewritten. */
function restart(cluster: Cluster, random: SeededRandom): void {
  const down = [...cluster.machines.values()].filter(({ process }) => process === null);
  to(down, random, (machine) => {
    if (random.below(4) === 0) machine.master = null;
    cluster.start(machine.name);
  });
}

function set(cluster: Cluster, name: string, directive: string, value: string): void {
  cluster.machine(name).settings[directive] = value;
  cluster.command(name, 'CONFIG', 'SET', directive, value);
}

function to<T>(candidates: readonly T[], random: SeededRandom, act: (chosen: T) => void): void {
  if (candidates.length > 0) act(random.pick(candidates));
}

function running(cluster: Cluster): string[] {
  return [...cluster.machines.values()].filter(({ process }) => process !== null).map(({ name }) => name);
}

function up(cluster: Cluster): string[] {
  return [...cluster.machines.values()].filter(({ isUp }) => isUp).map(({ name }) => name);
}

function masters(cluster: Cluster): string[] {
  return up(cluster).filter((name) => cluster.machine(name).master === null);
}

function replicas(cluster: Cluster): string[] {
  return up(cluster).filter((name) => cluster.machine(name).master !== null);
}

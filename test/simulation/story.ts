// A story: what happens to a cluster, drawn from a seed, and told again when it ends badly.
import { type SeededRandom, seededRandom } from '../support/random.ts';
import { actByChance, backlogSizes, masters } from './acts.ts';
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

/** Tells one story to its end. @throws StoryError */
export async function tellStory(seed: number): Promise<StoryEnd> {
  const random = seededRandom(seed);
  const cluster = new Cluster(random, {
    eventsPerLook: random.pick([1, 3, 10]),
    offsetsPerComparison: random.pick([1, 2, 5]),
  });
  try {
    await begin(cluster, random);
    const acts = actsMin + random.below(actsMax - actsMin);
    for (let act = 0; act < acts; act++) {
      // Something is always under way when something else happens.
      for (const name of masters(cluster)) cluster.write(name, random.below(12));
      await cluster.pass(random.below(6));
      cluster.observeRoles();
      await actByChance(cluster, random);
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
  const weather = random.pick(Object.keys(weathers));
  cluster.setWeather(weather, weathers[weather]!);
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
    'repl-diskless-load': random.pick(['disabled', 'on-empty-db', 'swapdb']),
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

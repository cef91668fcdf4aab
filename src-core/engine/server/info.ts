// INFO: what is known of the engine, as text in the order of Redis 7.0; the sections themselves stand in info-sections.ts.
import type { InfoService } from '../commands/services.ts';
import { infoSections } from './info-sections.ts';
import type { InfoSources, SectionName } from './info-sources.ts';

const WITHOUT_ASKING: ReadonlySet<SectionName> = new Set([
  'server',
  'clients',
  'memory',
  'persistence',
  'stats',
  'replication',
  'cpu',
  'modules',
  'errorstats',
  'cluster',
  'keyspace',
]);

export class Info implements InfoService {
  readonly #sources: InfoSources;

  constructor(sources: InfoSources) {
    this.#sources = sources;
  }

  render(sections: readonly string[]): string {
    const isWanted = wantedSections(sections);
    const texts: string[] = [];
    for (const { name, title, fields } of infoSections) {
      if (!isWanted(name)) continue;
      const lines = fields(this.#sources).map(([field, value]) => `${field}:${value}\r\n`);
      texts.push(`# ${title}\r\n${lines.join('')}`);
    }
    return texts.join('\r\n');
  }

  resetStatistics(): void {
    const { stats, keyspace, table, rates, replication } = this.#sources;
    stats.commandsProcessed = 0;
    stats.connectionsReceived = 0;
    stats.rejectedConnections = 0;
    stats.netInputBytes = 0;
    stats.netOutputBytes = 0;
    stats.netInputReplicationBytes = 0;
    stats.netOutputReplicationBytes = 0;
    stats.errorReplies = 0;
    stats.unexpectedErrorReplies = 0;
    stats.lazyFreedObjects = 0;
    stats.errorsByPrefix.clear();
    keyspace.hits = 0;
    keyspace.misses = 0;
    keyspace.expiredKeys = 0;
    for (const command of table.commands) {
      for (const each of [command, ...(command.subcommands?.commands ?? [])]) {
        each.calls = 0;
        each.rejectedCalls = 0;
        each.failedCalls = 0;
      }
    }
    rates.restart();
    replication.counters.full = 0;
    replication.counters.partialOk = 0;
    replication.counters.partialErr = 0;
  }
}

function wantedSections(sections: readonly string[]): (name: SectionName) => boolean {
  if (sections.length === 0) return (name) => WITHOUT_ASKING.has(name);
  const asked = new Set(sections);
  if (asked.has('all') || asked.has('everything')) return () => true;
  return (name) => asked.has(name) || (asked.has('default') && WITHOUT_ASKING.has(name));
}

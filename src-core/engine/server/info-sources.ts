// What INFO is made of: where its figures come from, and what a section is.
import type { Clock } from '../../base/ports.ts';
import type { ProcessFacts } from '../../base/process-facts.ts';
import type { ConfigService, Stats } from '../commands/services.ts';
import type { CommandTable } from '../commands/table.ts';
import type { Keyspace } from '../keyspace/keyspace.ts';
import type { LoadWatch } from '../persistence/load-watch.ts';
import type { ClientRegistry } from './client-registry.ts';
import type { PubSub } from './pubsub.ts';
import type { Rates } from './rates.ts';

export type InfoField = readonly [name: string, value: string | number];

export interface InfoSources {
  readonly clock: Clock;
  readonly process: ProcessFacts;
  readonly runId: string;
  readonly startedMs: number;
  readonly configFile: () => string;
  readonly tcpPort: () => number;
  /** While a shutdown waits for replicas: for how long at most. */
  readonly shutdownLeftMs: () => number | null;
  readonly config: ConfigService;
  readonly stats: Stats;
  readonly keyspace: Keyspace;
  readonly clients: ClientRegistry;
  readonly pubsub: PubSub;
  readonly table: CommandTable;
  readonly rates: Rates;
  readonly memory: MemoryFigures;
  readonly replication: ReplicationFigures;
  readonly persistence: PersistenceFigures;
  readonly loads: LoadWatch;
}

export interface MemoryFigures {
  /** What the engine held before the first key. */
  readonly startupBytes: number;
  readonly peakBytes: number;
  usedBytes(): number;
}

export interface ReplicationFigures {
  fields(): readonly InfoField[];
  readonly counters: { full: number; partialOk: number; partialErr: number };
  backlogBytes(): number;
}

/** Times in seconds since 1970, -1 where there is none. */
export interface PersistenceFigures {
  readonly savesInProgress: {
    readonly seconds: number;
    readonly keysWritten: number;
    readonly keysTotal: number;
  } | null;
  readonly lastSaveSeconds: number;
  readonly lastSaveWorked: boolean;
  readonly lastSaveTookSeconds: number;
  readonly saves: number;
  /** The RDB version that a snapshot of the present data would have. */
  readonly writtenVersion: number;
}

export type SectionName =
  | 'server'
  | 'clients'
  | 'memory'
  | 'persistence'
  | 'stats'
  | 'replication'
  | 'cpu'
  | 'modules'
  | 'commandstats'
  | 'errorstats'
  | 'latencystats'
  | 'cluster'
  | 'keyspace';

export interface InfoSection {
  readonly name: SectionName;
  readonly title: string;
  readonly fields: (sources: InfoSources) => readonly InfoField[];
}

/** Keys looked at for `avg_ttl`. */

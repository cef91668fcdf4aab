// One look at a node: what is sent, no more than is needed, and how the answers become a reading.
import { FailureError } from '../../contract/failure-error.ts';
import type { RightsView } from '../../contract/views.ts';
import { parseClientList } from '../../remote/client-list.ts';
import { parseClusterNodes, parseShards } from '../../remote/cluster.ts';
import { configCommands, parseConfig, takesManyNames } from '../../remote/config.ts';
import { InfoText } from '../../remote/info.ts';
import { parseRole, type Reply } from '../../remote/role.ts';
import { helloChannel } from '../../remote/sentinel.ts';
import { type ClusterReading, type NodeFacts, readFacts, toOutputBuffers } from './facts.ts';
import type { FleetNode } from './fleet-node.ts';
import { type LookTime, type NodeReading, toReading } from './reading.ts';
import {
  dryRunCommands,
  isError,
  isNoPermission,
  rightRows,
  rightsByAnswers,
  rightsByDryRun,
  userOf,
} from './rights.ts';

/** What moves all the time. */
const quickSections = ['replication', 'stats', 'persistence', 'keyspace'] as const;
/** What is asked for besides at the slow pace. */
const slowSections = ['server', 'memory'] as const;
/** Rights and the cost of commands change least of all. */
const rightsAgeMaxMs = 300_000;

/** What a look brought, and what it cost. */
export interface Look {
  readonly reading: NodeReading;
  /** Of the answers; the questions are a few dozen bytes. */
  readonly bytes: number;
  /** From the first question to the last answer. */
  readonly durationMs: number;
  /** How often each command was sent, by the name that `INFO commandstats` gives it. */
  readonly calls: ReadonlyMap<string, number>;
  /** `usec_per_call` of each command of ours, where a whole look asked for it. */
  readonly microsPerCall: ReadonlyMap<string, number> | null;
}

/** Sends pipelines, and counts what went over the wire. */
class Conversation {
  readonly calls = new Map<string, number>();
  bytes = 0;
  readonly #node: FleetNode;
  readonly #startedAtMs = performance.now();

  constructor(node: FleetNode) {
    this.#node = node;
  }

  get durationMs(): number {
    return performance.now() - this.#startedAtMs;
  }

  async send(commands: readonly (readonly string[])[]): Promise<readonly Reply[]> {
    for (const words of commands) {
      const name = statName(words);
      this.calls.set(name, (this.calls.get(name) ?? 0) + 1);
    }
    const replies = await this.#node.execute(commands);
    this.bytes += sizeOf(replies);
    return replies;
  }
}

/**
 * A quick look: one INFO of the sections that move (four before 7.0, which took one section a command) and ROLE; and
 * while a replica is being fed a snapshot, its output buffer.
 * @throws FailureError when the node cannot be asked, or refuses both INFO and ROLE
 */
export async function lookQuickly(node: FleetNode, before: NodeReading): Promise<Look> {
  const talk = new Conversation(node);
  const info = infoCommands(quickSections, takesManyNames(before.redisVersion));
  const isFeeding = before.outputBuffers !== null && before.replicas.some(({ state }) => state !== 'online');
  const replies = await talk.send([...info, ['ROLE'], ...(isFeeding ? [clientListCommand] : [])]);
  const [role] = replies.slice(info.length);
  const sections = replies.slice(0, info.length);
  checkAnswers(node, sections, role);
  const outputBuffers = isFeeding ? toOutputBuffers(parseClientList(replies.at(-1))) : before.outputBuffers;
  const reading = toReading(toInfo(sections), parseRole(role), now(), { ...factsOf(before), outputBuffers });
  return finish(talk, reading, null);
}

/**
 * A whole look: besides, who the node is, its memory, settings, output buffers, cluster and rights.
 * @param before null at the first look; its rights are kept until they are old
 * @throws FailureError as a quick look does
 */
export async function lookWholly(node: FleetNode, before: NodeReading | null, rightsAgeMs: number): Promise<Look> {
  const talk = new Conversation(node);
  // Which form of a command the server takes is not known before this.
  const info = infoCommands([...slowSections, ...quickSections], false);
  const replies = await talk.send([...info, ['ROLE']]);
  const [sections, role] = [replies.slice(0, -1), replies.at(-1)];
  checkAnswers(node, sections, role);
  const text = toInfo(sections);
  const time = now();
  const facts = readFacts(text);
  const known = before !== null && rightsAgeMs < rightsAgeMaxMs ? before.rights : null;
  const refused = new Set([
    ...(sections.some(isNoPermission) ? ['info'] : []),
    ...(isNoPermission(role) ? ['role'] : []),
  ]);
  const closer = await lookCloser(talk, node, facts, refused, known);
  const reading = toReading(text, parseRole(role), time, { ...facts, ...closer.facts });
  return finish(talk, reading, closer.microsPerCall);
}

interface CloserLook {
  readonly facts: Pick<NodeFacts, 'settings' | 'outputBuffers' | 'cluster' | 'sentinelListeners' | 'rights'>;
  readonly microsPerCall: Look['microsPerCall'];
}

const clientListCommand: readonly string[] = ['CLIENT', 'LIST', 'TYPE', 'replica'];
const listenersCommand: readonly string[] = ['PUBSUB', 'NUMSUB', helloChannel];

/** Everything that an older server or a narrow login may refuse; each part fails by itself. */
async function lookCloser(
  talk: Conversation,
  node: FleetNode,
  facts: NodeFacts,
  refused: ReadonlySet<string>,
  knownRights: RightsView | null,
): Promise<CloserLook> {
  const isModern = takesManyNames(facts.redisVersion);
  const config = configCommands(facts.redisVersion);
  const cluster = facts.cluster ? [['CLUSTER', 'MYID'], isModern ? ['CLUSTER', 'SHARDS'] : ['CLUSTER', 'NODES']] : [];
  const user = userOf(node.credentials);
  const rows = rightRows(facts.cluster !== null);
  // Our own nodes let us do everything.
  const asksRights = node.kind === 'remote' && knownRights === null;
  const dryRuns = asksRights && isModern ? dryRunCommands(user, rows) : [];
  const groups = [[clientListCommand], [['INFO', 'commandstats']], [listenersCommand], config, cluster, dryRuns];
  const replies = await talk.send(groups.flat());
  const answers = [...replies];
  const [clients = [], stats = [], listeners = [], settings = [], shards = [], rights = []] = groups.map(({ length }) =>
    answers.splice(0, length),
  );
  const noPermission = new Set([
    ...refused,
    ...(clients.some(isNoPermission) ? ['client|list'] : []),
    ...(listeners.some(isNoPermission) ? ['pubsub|numsub'] : []),
    ...(settings.some(isNoPermission) ? ['config|get'] : []),
    ...(isNoPermission(shards[0]) ? ['cluster|myid'] : []),
    ...(isNoPermission(shards[1]) ? [isModern ? 'cluster|shards' : 'cluster|nodes'] : []),
  ]);
  const byAnswers = () => (node.kind === 'remote' ? rightsByAnswers(user, noPermission) : null);
  return {
    facts: {
      settings: parseConfig(settings),
      outputBuffers: toOutputBuffers(parseClientList(clients[0])),
      cluster: facts.cluster && readCluster(shards),
      sentinelListeners: readListeners(listeners[0]),
      rights: knownRights ?? rightsByDryRun(user, rows, rights) ?? byAnswers(),
    },
    microsPerCall: readMicros(stats),
  };
}

/** PUBSUB NUMSUB answers `[channel, number]`. */
function readListeners(reply: Reply | undefined): number | null {
  const number = Array.isArray(reply) ? Number(reply[1]) : Number.NaN;
  return Number.isFinite(number) ? number : null;
}

function readCluster([id, shards]: readonly Reply[]): ClusterReading {
  return { ownId: typeof id === 'string' ? id : null, shards: parseShards(shards) ?? parseClusterNodes(shards) };
}

/** `cmdstat_config|get:calls=5,usec=150,usec_per_call=30.00,…` for each command. */
function readMicros(stats: readonly Reply[]): ReadonlyMap<string, number> | null {
  const info = toInfo(stats);
  const section = info.section('commandstats');
  if (section.size === 0) return null;
  const micros = new Map<string, number>();
  for (const name of section.keys()) {
    const perCall = Number(info.pairs(name).get('usec_per_call'));
    if (Number.isFinite(perCall)) micros.set(name.replace('cmdstat_', ''), perCall);
  }
  return micros;
}

/** INFO takes several sections since 7.0. */
function infoCommands(sections: readonly string[], takesMany: boolean): string[][] {
  return takesMany ? [['INFO', ...sections]] : sections.map((name) => ['INFO', name]);
}

/** One of the two is enough to say where a node stands. */
function checkAnswers(node: FleetNode, sections: readonly Reply[], role: Reply | undefined): void {
  const refusal = sections.find(isError);
  if (!refusal || !sections.every(isError) || parseRole(role)) return;
  const command = 'INFO';
  throw isNoPermission(refusal)
    ? new FailureError('noPermission', { command })
    : new FailureError('commandRefused', { name: node.name, command, answer: refusal.error });
}

function toInfo(replies: readonly Reply[]): InfoText {
  return new InfoText(replies.filter((reply) => typeof reply === 'string').join('\n'));
}

function factsOf(reading: NodeReading): NodeFacts {
  const { server, redisVersion, runId, port, memory, settings, outputBuffers, cluster, sentinelListeners, rights } =
    reading;
  return { server, redisVersion, runId, port, memory, settings, outputBuffers, cluster, sentinelListeners, rights };
}

function finish(talk: Conversation, reading: NodeReading, microsPerCall: Look['microsPerCall']): Look {
  return { reading, bytes: talk.bytes, durationMs: talk.durationMs, calls: talk.calls, microsPerCall };
}

function now(): LookTime {
  return { atMs: Date.now(), monotonicMs: performance.now() };
}

/** Commands with subcommands are counted by both words since 7.0. */
function statName([command = '', sub = '']: readonly string[]): string {
  const name = command.toLowerCase();
  return name === 'info' || name === 'role' ? name : `${name}|${sub.toLowerCase()}`;
}

function sizeOf(reply: Reply | readonly Reply[]): number {
  if (typeof reply === 'string') return reply.length;
  if (Array.isArray(reply)) return reply.reduce<number>((sum, item) => sum + sizeOf(item), 0);
  return isError(reply as Reply) ? (reply as { error: string }).error.length : 8;
}

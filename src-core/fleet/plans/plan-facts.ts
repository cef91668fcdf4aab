// Asks the concerned nodes what a plan needs besides their readings: settings, known commands, logins, a sample of keys.
import { FailureError } from '../../contract/failure-error.ts';
import type { NodeId } from '../../contract/places.ts';
import { configCommands, parseConfig } from '../../remote/config.ts';
import { InfoText } from '../../remote/info.ts';
import { probeServer } from '../../remote/raw-probe.ts';
import type { Reply } from '../../remote/role.ts';
import { straightWay } from '../../remote/way.ts';
import { RemoteFleetNode } from '../observing/fleet-node.ts';
import type { Member } from '../observing/member.ts';
import type { PlanFacts } from './plan-draft.ts';
import { sampleSnapshot } from './snapshot-sample.ts';
import type { SyncRecords } from './sync-records.ts';

/** Commands that some servers have renamed, forbidden, or never had. */
const doubtfulCommands = ['failover', 'client'] as const;
const probeTimeoutMs = 2000;
/** Said by the fleet instead of a password that is set. */
const isSet = (value: string | undefined) => value !== undefined && value !== '';

/** What to ask of one node, besides its settings and commands. */
export interface FactWish {
  readonly member: Member;
  /** It will send a snapshot. */
  readonly samples: boolean;
  /** Its present master, where it will log in there again. */
  readonly logsInAt: Member | null;
}

/** Nothing here fails: what a server refuses is not known. */
export async function askFacts(
  wishes: readonly FactWish[],
  records: SyncRecords,
): Promise<ReadonlyMap<NodeId, PlanFacts>> {
  const entries = await Promise.all(
    wishes.map(async (wish) => [wish.member.id, await askNode(wish, records)] as const),
  );
  return new Map(entries);
}

async function askNode({ member, samples, logsInAt }: FactWish, records: SyncRecords): Promise<PlanFacts> {
  const { node, reading } = member;
  const execute = (commands: readonly (readonly string[])[]) => node.execute(commands);
  const config = await orNone(execute(configCommands(reading?.redisVersion ?? '')));
  const settings = parseConfig(config);
  const loginAccepted = logsInAt ? await tryLogin(member, logsInAt) : null;
  const snapshot = samples && reading ? await orNull(sampleSnapshot(execute, reading)) : null;
  if (snapshot?.kind === 'sampled') records.noteSample(member, snapshot);
  return {
    sendsLogin: isSet(settings?.get('masterauth')),
    loginAccepted,
    snapshot: snapshot ?? records.lastSnapshot(member, Date.now()),
    linkBytesPerSecond: records.linkRate(member),
    timedSyncs: records.timed,
    unknownCommands: await askUnknown(execute),
    settings,
    hasConfigFile: await askConfigFile(execute),
  };
}

async function askConfigFile(execute: Member['node']['execute']): Promise<boolean | null> {
  const [reply] = await orNone(execute([['INFO', 'server']]));
  const path = typeof reply === 'string' ? new InfoText(reply).text('config_file') : null;
  return path === null ? null : path !== '';
}

async function askUnknown(execute: Member['node']['execute']): Promise<ReadonlySet<string>> {
  const [reply] = await orNone(execute([['COMMAND', 'INFO', ...doubtfulCommands]]));
  if (!Array.isArray(reply)) return new Set();
  return new Set(doubtfulCommands.filter((_name, index) => reply[index] === null));
}

/**
 * Logs in at the master as the replica would, on a connection of our own. A PSYNC is no probe: it forks.
 * The secret is asked for, used and forgotten here.
 */
async function tryLogin(replica: Member, master: Member): Promise<boolean | null> {
  const [auth, user] = await orNone(
    replica.node.execute([
      ['CONFIG', 'GET', 'masterauth'],
      ['CONFIG', 'GET', 'masteruser'],
    ]),
  );
  const password = readValue(auth);
  if (password === null) return null;
  const username = readValue(user) || null;
  const login = { username, password: password === '' ? null : password };
  try {
    const way = master.node instanceof RemoteFleetNode ? master.node.server.way : straightWay;
    const isUsed = await probeServer({ ...master.address, tls: master.node.tls, ...login }, way, probeTimeoutMs);
    // A replica gives up at a master that asks for no password and is sent one.
    return login.password === null || isUsed;
  } catch (error) {
    const code = error instanceof FailureError ? error.failure.code : '';
    return code === 'authRejected' || code === 'authRequired' ? false : null;
  }
}

/** Null where CONFIG GET was refused. */
function readValue(reply: Reply | undefined): string | null {
  if (!Array.isArray(reply)) return null;
  return typeof reply[1] === 'string' ? reply[1] : '';
}

async function orNone(replies: Promise<readonly Reply[]>): Promise<readonly Reply[]> {
  return replies.catch(() => []);
}

async function orNull<T>(answer: Promise<T>): Promise<T | null> {
  return answer.catch(() => null);
}

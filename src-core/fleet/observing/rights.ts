// What the login of a node may not do, of all that Syncline would use; told by ACL DRYRUN, else by what was refused.
import { probeKey } from '../../contract/settings.ts';
import type { Feature, RightsView } from '../../contract/views.ts';
import type { Reply } from '../../remote/role.ts';
import { helloChannel } from '../../remote/sentinel.ts';
import type { Credentials } from './fleet-node.ts';

/** A right: how ACL rules name the command, what it is needed for, and a call of it that DRYRUN takes for well formed. */
interface RightRow {
  readonly command: string;
  readonly feature: Feature;
  readonly words: readonly string[];
  /** What a rule must grant besides the command: keys, channels. */
  readonly also?: string;
}

const commonRows: readonly RightRow[] = [
  { command: 'info', feature: 'figures', words: ['INFO', 'replication'] },
  { command: 'role', feature: 'link', words: ['ROLE'] },
  { command: 'config|get', feature: 'settings', words: ['CONFIG', 'GET', 'save'] },
  { command: 'client|list', feature: 'outputBuffers', words: ['CLIENT', 'LIST', 'TYPE', 'replica'] },
  { command: 'replicaof', feature: 'attach', words: ['REPLICAOF', 'NO', 'ONE'] },
  { command: 'client|kill', feature: 'reconnect', words: ['CLIENT', 'KILL', 'TYPE', 'master'] },
  { command: 'config|set', feature: 'tune', words: ['CONFIG', 'SET', 'repl-timeout', '60'] },
  { command: 'config|rewrite', feature: 'tune', words: ['CONFIG', 'REWRITE'] },
  { command: 'client|pause', feature: 'pauseWrites', words: ['CLIENT', 'PAUSE', '1', 'WRITE'] },
  { command: 'client|unpause', feature: 'pauseWrites', words: ['CLIENT', 'UNPAUSE'] },
  { command: 'failover', feature: 'failover', words: ['FAILOVER', 'ABORT'] },
  { command: 'pubsub|numsub', feature: 'sentinels', words: ['PUBSUB', 'NUMSUB', helloChannel] },
  { command: 'subscribe', feature: 'sentinels', words: ['SUBSCRIBE', helloChannel], also: `&${helloChannel}` },
  { command: 'set', feature: 'probe', words: ['SET', probeKey, '0', 'PX', '1000'], also: `~${probeKey}` },
  { command: 'get', feature: 'probe', words: ['GET', probeKey], also: `~${probeKey}` },
];

const clusterRows: readonly RightRow[] = [
  { command: 'cluster|myid', feature: 'cluster', words: ['CLUSTER', 'MYID'] },
  { command: 'cluster|shards', feature: 'cluster', words: ['CLUSTER', 'SHARDS'] },
];

/** CLUSTER SHARDS is CLUSTER NODES before 7.0. */
const olderClusterRow: RightRow = { command: 'cluster|nodes', feature: 'cluster', words: ['CLUSTER', 'NODES'] };

export function rightRows(isCluster: boolean): readonly RightRow[] {
  return isCluster ? [...commonRows, ...clusterRows] : commonRows;
}

/** The user that a login makes; without a password the server takes everybody for `default`. */
export function userOf({ username, password }: Credentials): string {
  return (password === null ? null : username) ?? 'default';
}

/** One ACL DRYRUN for each row: nothing of it is carried out. */
export function dryRunCommands(user: string, rows: readonly RightRow[]): string[][] {
  return rows.map(({ words }) => ['ACL', 'DRYRUN', user, ...words]);
}

/** Null where the server has no ACL DRYRUN (before 7.0), or does not let this user call it. */
export function rightsByDryRun(
  user: string,
  rows: readonly RightRow[],
  replies: readonly (Reply | undefined)[],
): RightsView | null {
  if (replies.length === 0 || replies.some((reply) => typeof reply !== 'string')) return null;
  const missing = rows.filter((_, index) => replies[index] !== 'OK');
  return toRights(user, missing, true);
}

/** @param refused commands as ACL rules name them, which were answered with -NOPERM */
export function rightsByAnswers(user: string, refused: ReadonlySet<string>): RightsView {
  const missing = [...rightRows(true), olderClusterRow].filter(({ command }) => refused.has(command));
  return toRights(user, missing, false);
}

function toRights(user: string, rows: readonly RightRow[], isComplete: boolean): RightsView {
  const missing = rows.map(({ command, feature }) => ({ command, feature }));
  const rules = rows.flatMap(({ command, also }) => [`+${command}`, ...(also === undefined ? [] : [also])]);
  const grants = [...new Set(rules)].join(' ');
  return { user, missing, aclLine: missing.length === 0 ? null : `ACL SETUSER ${user} ${grants}`, isComplete };
}

/** True for an answer that an ACL user gets for a command that it may not run. */
export function isNoPermission(reply: Reply | undefined): boolean {
  return isError(reply) && /^NOPERM/.test(reply.error);
}

export function isError(reply: Reply | undefined): reply is { readonly error: string } {
  return typeof reply === 'object' && reply !== null && 'error' in reply;
}

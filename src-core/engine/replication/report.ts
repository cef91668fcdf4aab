// What INFO replication and ROLE say, field by field in the order of Redis 7.0.
import { noHistoryId } from './history.ts';
import { infoWord } from './master/replica-state.ts';
import type { LinkStatus } from './replica/link-needs.ts';
import { roleWord } from './replica/link-state.ts';
import type { Replication } from './replication.ts';

/** One field: name and value. */
export type ReportField = readonly [name: string, value: string | number];

/** The section `# Replication` of INFO. */
export function replicationFields(replication: Replication, nowMs: number): readonly ReportField[] {
  const { stream, link } = replication;
  const { id, offset, previous } = stream.history;
  const backlog = stream.window;
  return [
    ['role', link === null ? 'master' : 'slave'],
    ...(link === null ? [] : linkFields(replication, link, nowMs)),
    ...replicaFields(replication, nowMs),
    ['master_failover_state', replication.failover.state],
    ['master_replid', id],
    ['master_replid2', previous?.id ?? noHistoryId],
    ['master_repl_offset', offset],
    ['second_repl_offset', previous?.endByte ?? -1],
    ['repl_backlog_active', backlog === null ? 0 : 1],
    ['repl_backlog_size', stream.backlogSizeBytes],
    ['repl_backlog_first_byte_offset', backlog?.firstByte ?? 0],
    ['repl_backlog_histlen', backlog?.histlenBytes ?? 0],
  ];
}

/** What ROLE answers, as nested arrays of texts and numbers. */
export type RoleReport =
  | readonly ['master', number, readonly (readonly [ip: string, port: string, offset: string])[]]
  | readonly ['slave', string, number, string, number];

export function roleReport(replication: Replication): RoleReport {
  const { link, stream, replicas } = replication;
  if (link === null) {
    const online = replicas.replicas.filter(({ state }) => infoWord(state) === 'online');
    return [
      'master',
      stream.offset,
      online.map(({ ip, announcement, ackOffset }) => [ip, String(announcement.listeningPort), String(ackOffset)]),
    ];
  }
  const offset = link.state.kind === 'connected' ? stream.offset : -1;
  return ['slave', link.address.host, link.address.port, roleWord(link.state), offset];
}

function linkFields(replication: Replication, link: LinkStatus, nowMs: number): ReportField[] {
  const { stream, settings } = replication;
  const isUp = link.state.kind === 'connected';
  const fields: ReportField[] = [
    ['master_host', link.address.host],
    ['master_port', link.address.port],
    ['master_link_status', isUp ? 'up' : 'down'],
    ['master_last_io_seconds_ago', isUp ? secondsBetween(link.lastIoMs, nowMs) : -1],
    ['master_sync_in_progress', link.state.kind === 'transfer' ? 1 : 0],
    ['slave_read_repl_offset', stream.offset + link.unappliedBytes],
    ['slave_repl_offset', stream.offset],
  ];
  if (link.state.kind === 'transfer') fields.push(...transferFields(link, nowMs));
  if (!isUp) {
    const downSeconds = link.downSinceMs === null ? -1 : secondsBetween(link.downSinceMs, nowMs);
    fields.push(['master_link_down_since_seconds', downSeconds]);
  }
  fields.push(
    ['slave_priority', settings.priority],
    ['slave_read_only', settings.readOnly ? 1 : 0],
    ['replica_announced', settings.announced ? 1 : 0],
  );
  return fields;
}

/** Redis says a total of -1 before the length is known, and 0 when the master streams without one. */
function transferFields(link: LinkStatus, nowMs: number): ReportField[] {
  const readBytes = link.transfer?.readBytes ?? 0;
  const totalBytes = link.transfer === null ? -1 : (link.transfer.totalBytes ?? 0);
  const percent = totalBytes === 0 ? 0 : (readBytes / totalBytes) * 100;
  return [
    ['master_sync_total_bytes', totalBytes],
    ['master_sync_read_bytes', readBytes],
    ['master_sync_left_bytes', totalBytes - readBytes],
    ['master_sync_perc', percent.toFixed(2)],
    ['master_sync_last_io_seconds_ago', secondsBetween(link.lastIoMs, nowMs)],
  ];
}

function replicaFields(replication: Replication, nowMs: number): ReportField[] {
  const { replicas, settings } = replication;
  const fields: ReportField[] = [['connected_slaves', replicas.size]];
  if (settings.minReplicasToWrite > 0 && settings.minReplicasMaxLagSeconds > 0) {
    fields.push(['min_slaves_good_slaves', replicas.countGood()]);
  }
  let number = 0;
  for (const replica of replicas.replicas) {
    const word = infoWord(replica.state);
    if (word === null) continue;
    const { ip, announcement, ackOffset, ackAtMs } = replica;
    const lag = word === 'online' ? secondsBetween(ackAtMs, nowMs) : 0;
    const value = `ip=${ip},port=${announcement.listeningPort},state=${word},offset=${ackOffset},lag=${lag}`;
    fields.push([`slave${number}`, value]);
    number++;
  }
  return fields;
}

function secondsBetween(fromMs: number, toMs: number): number {
  return Math.floor(toMs / 1000) - Math.floor(fromMs / 1000);
}

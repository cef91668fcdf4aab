// REPLICAOF, SLAVEOF, FAILOVER, ROLE, REPLCONF, PSYNC, SYNC and WAIT.

import { splitLine } from '../../../resp/inline-line.ts';
import type { MasterAddress } from '../../replication/link-reason.ts';
import type { FailoverRequest } from '../../replication/master/failover.ts';
import type { Asked } from '../../replication/psync.ts';
import { roleReport } from '../../replication/report.ts';
import type { Args } from '../args.ts';
import { ReplyError, replyErrors } from '../reply-errors.ts';
import type { CommandContext, CommandFlag, CommandRow } from '../spec.ts';

const portMax = 65535;
/** Redis's `NI_MAXHOST`: no announced address is longer. */
const announcedAddressMaxBytes = 1025;

const texts = {
  isReplica: 'ERR Command is not valid when client is a replica.',
  invalidPort: 'ERR Invalid master port',
  alreadyConnected: 'OK Already connected to specified master',
  waitOnReplica:
    'ERR WAIT cannot be used with replica instances. Please also note that since Redis 4.0 if a replica is configured ' +
    'to be writable (which is not the default) writes to replicas are just local and are not propagated.',
  timeoutNotInteger: 'ERR timeout is not an integer or out of range',
  rdbOnlyRange: 'ERR value is out of range, value must between 0 and 1',
  filterMissing: 'ERR Missing rdb-filter-only values',
  failingOver: 'ERR REPLICAOF not allowed while failing over.',
  failoverTimeout: 'ERR FAILOVER timeout must be greater than 0',
  timeoutNegative: 'ERR timeout is negative',
} as const;

function replicaof({ args, reply, services, session }: CommandContext): void {
  if (session.isReplica) throw new ReplyError(texts.isReplica);
  const { replication, clients } = services;
  if (replication.failover.isRunning) throw new ReplyError(texts.failingOver);
  const by = clients.describe(session);
  if (args.is(1, 'NO') && args.is(2, 'ONE')) {
    replication.promote(by);
    reply.ok();
    return;
  }
  const port = args.integer(2, texts.invalidPort);
  if (port < 0 || port > portMax) throw new ReplyError(texts.invalidPort);
  const outcome = replication.replicaOf({ host: args.text(1), port }, by);
  if (outcome === 'already') reply.simple(texts.alreadyConnected);
  else reply.ok();
}

/** FAILOVER [TO host port [FORCE]] [TIMEOUT ms], or FAILOVER ABORT. */
function failover({ args, reply, services }: CommandContext): void {
  const { replication } = services;
  const refusal =
    args.count === 2 && args.is(1, 'ABORT')
      ? replication.failover.abort()
      : replication.startFailover(parseFailover(args));
  if (refusal !== null) throw new ReplyError(refusal);
  reply.ok();
}

/** The words may come in any order, each once. */
function parseFailover(args: Args): FailoverRequest {
  let target: MasterAddress | null = null;
  let timeoutMs = 0;
  let force = false;
  for (let i = 1; i < args.count; i++) {
    if (args.is(i, 'TIMEOUT') && i + 1 < args.count && timeoutMs === 0) {
      timeoutMs = args.integer(i + 1);
      if (timeoutMs <= 0) throw new ReplyError(texts.failoverTimeout);
      i++;
    } else if (args.is(i, 'TO') && i + 2 < args.count && target === null) {
      target = { host: args.text(i + 1), port: args.integer(i + 2) };
      i += 2;
    } else if (args.is(i, 'FORCE') && !force) force = true;
    else throw new ReplyError(replyErrors.syntax);
  }
  return { target, timeoutMs, force };
}

function role({ reply, services }: CommandContext): void {
  const report = roleReport(services.replication);
  reply.array(report.length);
  reply.bulkText(report[0]);
  if (report[0] === 'slave') {
    const [, host, port, state, offset] = report;
    reply.bulkText(host);
    reply.integer(port);
    reply.bulkText(state);
    reply.integer(offset);
    return;
  }
  const [, offset, replicas] = report;
  reply.integer(offset);
  reply.array(replicas.length);
  for (const replica of replicas) {
    reply.array(replica.length);
    for (const word of replica) reply.bulkText(word);
  }
}

/** Pairs of option and value; ACK and GETACK are never answered, and end the command. */
function replconf({ args, reply, services, session }: CommandContext): void {
  const { replication } = services;
  if (args.count % 2 === 0) throw new ReplyError(replyErrors.syntax);
  for (let i = 1; i < args.count; i += 2) {
    if (args.is(i, 'ACK')) {
      const offset = Number(args.text(i + 1));
      if (session.isReplica && Number.isSafeInteger(offset)) replication.replicas.acknowledge(session, offset);
      return;
    }
    if (args.is(i, 'GETACK')) {
      if (session.kind === 'master') replication.ackRequested();
      return;
    }
    announce(args.text(i), i + 1, { args, replication, session });
  }
  reply.ok();
}

/** What a replica says of itself before it asks for a sync. */
function announce(
  option: string,
  at: number,
  {
    args,
    replication,
    session,
  }: Pick<CommandContext, 'args' | 'session'> & Pick<CommandContext['services'], 'replication'>,
): void {
  const said = replication.replicas.announcement(session);
  switch (option.toLowerCase()) {
    case 'listening-port':
      said.listeningPort = args.integer(at);
      return;
    case 'ip-address':
      if (args.length(at) >= announcedAddressMaxBytes) {
        throw new ReplyError(
          `ERR REPLCONF ip-address provided by replica instance is too long: ${args.length(at)} bytes`,
        );
      }
      said.ipAddress = args.text(at);
      return;
    case 'capa':
      // Words that we do not know are promises that we do not need.
      if (args.is(at, 'EOF')) said.eof = true;
      else if (args.is(at, 'PSYNC2')) said.psync2 = true;
      return;
    case 'rdb-only':
      said.rdbOnly = rdbOnly(args.integer(at));
      return;
    case 'rdb-filter-only':
      said.withoutData = filtersData(args.copy(at));
      return;
    default:
      throw new ReplyError(`ERR Unrecognized REPLCONF option: ${option}`);
  }
}

function rdbOnly(value: number): boolean {
  if (value !== 0 && value !== 1) throw new ReplyError(texts.rdbOnlyRange);
  return value === 1;
}

/** Names what the snapshot may hold; that can only be functions, which are always in it: only the keys are left out. */
function filtersData(wanted: Buffer): true {
  const words = splitLine(wanted);
  if (words === null) throw new ReplyError(texts.filterMissing);
  const unknown = words.map((word) => word.toString('latin1')).find((word) => word.toLowerCase() !== 'functions');
  if (unknown !== undefined) throw new ReplyError(`ERR Unsupported rdb-filter-only option: ${unknown}`);
  return true;
}

function psync(context: CommandContext): void {
  const { args, services, session } = context;
  if (session.isReplica) return;
  const asked: Asked = { id: args.text(1), byte: args.integer(2) };
  const takesOver = args.count > 3 && args.is(3, 'FAILOVER');
  const { replication } = services;
  const refusal =
    (takesOver ? replication.takeOver(session, asked) : null) ?? replication.sync(session, asked, owesAnswers(context));
  if (refusal !== null) throw new ReplyError(refusal);
}

function sync(context: CommandContext): void {
  const { services, session } = context;
  if (session.isReplica) return;
  const refusal = services.replication.sync(session, null, owesAnswers(context));
  if (refusal !== null) throw new ReplyError(refusal);
}

/** Answers that are still on their way: they would stand in the middle of the snapshot. */
function owesAnswers({ reply, session }: CommandContext): boolean {
  return reply.length > 0 || session.pendingBytes > 0;
}

function wait({ args, reply, services, session, inExec }: CommandContext): void {
  const { replication } = services;
  if (replication.role === 'replica') throw new ReplyError(texts.waitOnReplica);
  const replicas = args.integer(1);
  const timeoutMs = args.integer(2, texts.timeoutNotInteger);
  if (timeoutMs < 0) throw new ReplyError(texts.timeoutNegative);
  const acknowledged = replication.countAcks();
  if (acknowledged >= replicas || inExec) {
    reply.integer(acknowledged);
    return;
  }
  session.wait();
  const answer = (line: string) => {
    session.push(Buffer.from(`${line}\r\n`));
    session.unblock();
  };
  replication.waitForReplicas(replicas, timeoutMs, session, {
    done: (count) => answer(`:${count}`),
    dropped: () => {
      session.closeAfterReply = true;
      answer(`-${replyErrors.unblockedByRole}`);
    },
    refused: () => answer(`-${replyErrors.unblockedByClient}`),
  });
}

const adminFlags: readonly CommandFlag[] = ['admin', 'noscript', 'stale', 'no_async_loading'];
const syncFlags: readonly CommandFlag[] = ['admin', 'noscript', 'no_async_loading', 'no_multi'];
const adminCategories = ['admin', 'slow', 'dangerous'] as const;

export const replicationCommands: readonly CommandRow[] = [
  {
    name: 'replicaof',
    arity: 3,
    flags: adminFlags,
    categories: adminCategories,
    since: '5.0.0',
    summary: 'Make the server a replica of another instance, or promote it as master.',
    run: replicaof,
  },
  {
    name: 'slaveof',
    arity: 3,
    flags: adminFlags,
    categories: adminCategories,
    since: '1.0.0',
    summary: 'The old name of REPLICAOF.',
    run: replicaof,
  },
  {
    name: 'failover',
    arity: -1,
    flags: ['admin', 'noscript', 'stale'],
    categories: adminCategories,
    since: '6.2.0',
    summary: 'Start a coordinated failover between this server and one of its replicas.',
    run: failover,
  },
  {
    name: 'role',
    arity: 1,
    flags: ['noscript', 'loading', 'stale', 'fast'],
    categories: ['admin', 'fast', 'dangerous'],
    since: '2.8.12',
    summary: 'Return the role of the instance in the context of replication',
    run: role,
  },
  {
    name: 'replconf',
    arity: -1,
    flags: ['admin', 'noscript', 'loading', 'stale', 'allow_busy'],
    categories: adminCategories,
    since: '3.0.0',
    summary: 'An internal command for configuring the replication stream',
    run: replconf,
  },
  {
    name: 'psync',
    arity: -3,
    flags: syncFlags,
    categories: adminCategories,
    since: '2.8.0',
    summary: 'Internal command used for replication',
    run: psync,
  },
  {
    name: 'sync',
    arity: 1,
    flags: syncFlags,
    categories: adminCategories,
    since: '1.0.0',
    summary: 'Internal command used for replication',
    run: sync,
  },
  {
    name: 'wait',
    arity: 3,
    flags: ['noscript'],
    categories: ['slow', 'connection'],
    since: '3.0.0',
    summary: 'Wait for the synchronous replication of all the write commands sent in the context of the connection',
    run: wait,
  },
];

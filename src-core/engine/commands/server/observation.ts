// MONITOR, SLOWLOG and LATENCY: looking at the commands that run.
import { helpReply } from '../help-reply.ts';
import { ReplyError } from '../reply-errors.ts';
import type { SlowLogEntry } from '../services.ts';
import type { CommandContext, CommandFlag, CommandRow } from '../spec.ts';
import { latencyReport } from './latency-report.ts';

const slowLogShown = 10;
const countRange = 'ERR count should be greater than or equal to -1';

function monitor({ reply, session, services, inExec }: CommandContext): void {
  if (inExec || session.kind !== 'client') throw new ReplyError("ERR MONITOR isn't allowed for DENY BLOCKING client");
  // Asked again it stays as it is, and Redis says nothing.
  if (session.isMonitor) return;
  services.observation.monitor(session);
  reply.ok();
}

function slowlogGet({ args, reply, services }: CommandContext): void {
  const count = args.count > 2 ? args.integer(2, countRange) : slowLogShown;
  if (count < -1 || args.count > 3) throw new ReplyError(countRange);
  const { entries } = services.observation.slowLog;
  const shown = count === -1 ? entries : entries.slice(0, count);
  reply.array(shown.length);
  for (const { id, atSeconds, durationUs, words, address, clientName } of shown satisfies readonly SlowLogEntry[]) {
    reply.array(6);
    reply.integer(id);
    reply.integer(atSeconds);
    reply.integer(durationUs);
    reply.array(words.length);
    for (const word of words) reply.bulk(word);
    reply.bulkText(address);
    reply.bulkText(clientName);
  }
}

function latencyHistory({ args, reply, services }: CommandContext): void {
  const samples = services.observation.latency.samplesOf(args.text(2));
  reply.array(samples.length);
  for (const { atSeconds, durationMs } of samples) {
    reply.array(2);
    reply.integer(atSeconds);
    reply.integer(durationMs);
  }
}

function latencyLatest({ reply, services }: CommandContext): void {
  const { events } = services.observation.latency;
  reply.array(events.length);
  for (const { name, worstMs, samples } of events) {
    const last = samples.at(-1)!;
    reply.array(4);
    reply.bulkText(name);
    reply.integer(last.atSeconds);
    reply.integer(last.durationMs);
    reply.integer(worstMs);
  }
}

function latencyReset({ args, reply, services }: CommandContext): void {
  const names = Array.from({ length: args.count - 2 }, (_, i) => args.text(i + 2));
  reply.integer(services.observation.latency.reset(names));
}

function latencyDoctor({ reply, services }: CommandContext): void {
  const { config, observation, ports } = services;
  reply.verbatim(
    latencyReport(observation.latency.events, {
      thresholdMs: config.number('latency-monitor-threshold'),
      slowLogUs: config.number('slowlog-log-slower-than'),
      nowSeconds: Math.floor(ports.clock.nowMs() / 1000),
    }),
  );
}

const slowlogHelp = [
  'GET [<count>]',
  '    Return top <count> entries from the slowlog (default: 10, -1 mean all).',
  '    Entries are made of:',
  '    id, timestamp, time in microseconds, arguments array, client IP and port,',
  '    client name',
  'LEN',
  '    Return the length of the slowlog.',
  'RESET',
  '    Reset the slowlog.',
  'HELP',
  '    Prints this help.',
];

const latencyHelp = [
  'DOCTOR',
  '    Return a human readable latency analysis report.',
  'HISTORY <event>',
  '    Return time-latency samples for the <event> class.',
  'LATEST',
  '    Return the latest latency samples for all events.',
  'RESET [<event> ...]',
  '    Reset latency data of one or more <event> classes.',
  '    (default: reset all data for all event classes)',
  'HELP',
  '    Prints this help.',
];

const adminCategories = ['admin', 'slow', 'dangerous'] as const;

function slowlog(name: string, arity: number, summary: string, run: (context: CommandContext) => void): CommandRow {
  const flags: readonly CommandFlag[] = ['admin', 'loading', 'stale'];
  return { name, arity, flags, categories: adminCategories, since: '2.2.12', summary, run };
}

function latency(name: string, arity: number, summary: string, run: (context: CommandContext) => void): CommandRow {
  const flags: readonly CommandFlag[] = ['admin', 'noscript', 'loading', 'stale'];
  return { name, arity, flags, categories: adminCategories, since: '2.8.13', summary, run };
}

function help(since: string, container: string, lines: readonly string[]): CommandRow {
  const summary = 'Show helpful text about the different subcommands';
  const run = ({ reply }: CommandContext) => helpReply(reply, container, lines);
  return { name: 'help', arity: 2, flags: ['loading', 'stale'], categories: ['slow'], since, summary, run };
}

export const observationCommands: readonly CommandRow[] = [
  {
    name: 'monitor',
    arity: 1,
    flags: ['admin', 'noscript', 'loading', 'stale'],
    categories: adminCategories,
    since: '1.0.0',
    summary: 'Listen for all requests received by the server in real time',
    run: monitor,
  },
  {
    name: 'slowlog',
    arity: -2,
    flags: [],
    categories: ['slow'],
    since: '2.2.12',
    summary: 'A container for slow log commands',
    subcommands: [
      slowlog('get', -2, "Get the slow log's entries", slowlogGet),
      slowlog('len', 2, "Get the slow log's length", ({ reply, services }) =>
        reply.integer(services.observation.slowLog.entries.length),
      ),
      slowlog('reset', 2, 'Clear all entries from the slow log', ({ reply, services }) => {
        services.observation.slowLog.reset();
        reply.ok();
      }),
      help('6.2.0', 'SLOWLOG', slowlogHelp),
    ],
  },
  {
    name: 'latency',
    arity: -2,
    flags: [],
    categories: ['slow'],
    since: '2.8.13',
    summary: 'A container for latency diagnostics commands',
    subcommands: [
      latency('doctor', 2, 'Return a human readable latency analysis report.', latencyDoctor),
      latency('history', 3, 'Return timestamp-latency samples for the event.', latencyHistory),
      latency('latest', 2, 'Return the latest latency samples for all events.', latencyLatest),
      latency('reset', -2, 'Reset latency data for one or more events.', latencyReset),
      help('2.8.13', 'LATENCY', latencyHelp),
    ],
  },
];

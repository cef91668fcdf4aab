// The server as a whole: INFO, TIME, SHUTDOWN.
import { ReplyError, replyErrors } from '../reply-errors.ts';
import type { ShutdownOptions } from '../services.ts';
import type { CommandContext, CommandRow } from '../spec.ts';

function info({ args, reply, services }: CommandContext): void {
  const sections = Array.from({ length: args.count - 1 }, (_, i) => args.text(i + 1).toLowerCase());
  reply.verbatim(services.info.render(sections));
}

function time({ reply, services }: CommandContext): void {
  // Asked anew, since two calls in one turn shall differ; the clock knows milliseconds, so the rest is zero.
  const nowMs = services.ports.clock.nowMs();
  reply.array(2);
  reply.bulkInteger(Math.floor(nowMs / 1000));
  reply.bulkInteger(Math.floor((nowMs % 1000) * 1000));
}

/** SHUTDOWN [NOSAVE|SAVE] [NOW] [FORCE] [ABORT]: no answer if it works, for then the connection ends. */
function shutdown({ args, reply, session, services }: CommandContext): void {
  let save: ShutdownOptions['save'] = 'configured';
  let now = false;
  let force = false;
  let abort = false;
  for (let i = 1; i < args.count; i++) {
    if (args.is(i, 'NOSAVE') && save !== 'always') save = 'never';
    else if (args.is(i, 'SAVE') && save !== 'never') save = 'always';
    else if (args.is(i, 'NOW')) now = true;
    else if (args.is(i, 'FORCE')) force = true;
    else if (args.is(i, 'ABORT')) abort = true;
    else throw new ReplyError(replyErrors.syntax);
  }
  if (abort) {
    if (args.count > 2) throw new ReplyError(replyErrors.syntax);
    if (!services.server.abortShutdown()) throw new ReplyError('ERR No shutdown in progress.');
    reply.ok();
    return;
  }
  session.block();
  services.server.shutdown({ save, now, force }, () => {
    session.push(Buffer.from('-ERR Errors trying to SHUTDOWN. Check logs.\r\n'));
    session.unblock();
  });
}

export const serverCommands: readonly CommandRow[] = [
  {
    name: 'info',
    arity: -1,
    flags: ['loading', 'stale'],
    categories: ['slow', 'dangerous'],
    since: '1.0.0',
    summary: 'Get information and statistics about the server',
    run: info,
  },
  {
    name: 'time',
    arity: 1,
    flags: ['loading', 'stale', 'fast'],
    categories: ['fast'],
    since: '2.6.0',
    summary: 'Return the current server time',
    run: time,
  },
  {
    name: 'shutdown',
    arity: -1,
    flags: ['admin', 'noscript', 'loading', 'stale', 'no_multi', 'allow_busy'],
    categories: ['admin', 'slow', 'dangerous'],
    since: '1.0.0',
    summary: 'Synchronously save the dataset to disk and then shut down the server',
    run: shutdown,
  },
];

// DEBUG: the two subcommands that tests and people with a question use.
import { helpReply } from './help-reply.ts';
import { ReplyError, unknownSubcommand, wrongArity } from './reply-errors.ts';
import type { CommandContext, CommandRow } from './spec.ts';

const notAllowed =
  'ERR DEBUG command not allowed. If the enable-debug-command option is set to "local", you can run it from a local connection, otherwise you need to set this option in the configuration file, and then restart the server.';

const debugHelp = [
  'SLEEP <seconds>',
  '    Stop the server for <seconds>. Decimals allowed.',
  'SET-ACTIVE-EXPIRE (0|1)',
  '    Setting it to 0 disables expiring keys in background.',
  'HELP',
  '    Prints this help.',
];

/** Longer than anybody waits: a slip of the keyboard shall not stop a server for ever. */
const SLEEP_MAX_MS = 600_000;

function debug(context: CommandContext): void {
  const { args, reply, session, services } = context;
  if (!services.server.debugAllowed(session)) throw new ReplyError(notAllowed);
  if (args.is(1, 'SLEEP') && args.count === 3) sleep(context);
  else if (args.is(1, 'SET-ACTIVE-EXPIRE') && args.count === 3) {
    services.server.setActiveExpire(args.integer(2) !== 0);
    reply.ok();
  } else if (args.is(1, 'HELP') && args.count === 2) helpReply(reply, 'DEBUG', debugHelp);
  else if (['SLEEP', 'SET-ACTIVE-EXPIRE', 'HELP'].some((name) => args.is(1, name))) {
    throw new ReplyError(wrongArity(`debug|${args.text(1).toLowerCase()}`));
  } else throw new ReplyError(unknownSubcommand('debug', args.text(1)));
}

/** Stands still, with the whole thread: that is what it is for. */
function sleep({ args, reply }: CommandContext): void {
  const seconds = Number.parseFloat(args.text(2));
  if (seconds > 0) {
    const never = new Int32Array(new SharedArrayBuffer(4));
    Atomics.wait(never, 0, 0, Math.min(seconds * 1000, SLEEP_MAX_MS));
  }
  reply.ok();
}

export const debugCommands: readonly CommandRow[] = [
  {
    name: 'debug',
    arity: -2,
    flags: ['admin', 'noscript', 'loading', 'stale'],
    categories: ['admin', 'slow', 'dangerous'],
    since: '1.0.0',
    summary: 'A container for debugging commands',
    run: debug,
  },
];

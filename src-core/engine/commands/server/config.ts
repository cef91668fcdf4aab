// CONFIG: the directives, read and changed while the server runs.
import { answerLater } from '../answer-later.ts';
import { helpReply } from '../help-reply.ts';
import { ReplyError, wrongArity } from '../reply-errors.ts';
import type { CommandContext, CommandFlag, CommandRow } from '../spec.ts';

function configGet({ args, reply, services }: CommandContext): void {
  const patterns = Array.from({ length: args.count - 2 }, (_, i) => args.text(i + 2));
  const found = services.config.matching(patterns);
  reply.map(found.length);
  for (const [name, value] of found) {
    reply.bulkText(name);
    reply.bulkText(value);
  }
}

function configSet({ args, reply, services }: CommandContext): void {
  if (args.count % 2 !== 0) throw new ReplyError(wrongArity('config|set'));
  const pairs: [string, string][] = [];
  for (let i = 2; i < args.count; i += 2) pairs.push([args.text(i), args.utf8(i + 1)]);
  services.config.setAll(pairs);
  reply.ok();
}

function configResetstat({ reply, services }: CommandContext): void {
  services.info.resetStatistics();
  reply.ok();
}

function configRewrite(context: CommandContext): void {
  const written = context.services.server.rewriteConfig();
  if (written === null) throw new ReplyError('ERR The server is running without a config file');
  answerLater(context, written, (error) => `ERR Rewriting config file: ${error.message}`);
}

const configHelp = [
  'GET <pattern>',
  '    Return parameters matching the glob-like <pattern> and their values.',
  'SET <directive> <value>',
  '    Set the configuration <directive> to <value>.',
  'RESETSTAT',
  '    Reset statistics reported by the INFO command.',
  'REWRITE',
  '    Rewrite the configuration file.',
  'HELP',
  '    Prints this help.',
];

const adminFlags: readonly CommandFlag[] = ['admin', 'noscript', 'loading', 'stale'];

export const configCommands: readonly CommandRow[] = [
  {
    name: 'config',
    arity: -2,
    flags: [],
    categories: ['slow'],
    since: '2.0.0',
    summary: 'A container for server configuration commands',
    subcommands: [
      {
        name: 'get',
        arity: -3,
        flags: adminFlags,
        categories: ['admin', 'slow', 'dangerous'],
        since: '2.0.0',
        summary: 'Get the values of configuration parameters',
        run: configGet,
      },
      {
        name: 'set',
        arity: -4,
        flags: adminFlags,
        categories: ['admin', 'slow', 'dangerous'],
        since: '2.0.0',
        summary: 'Set configuration parameters to the given values',
        run: configSet,
      },
      {
        name: 'resetstat',
        arity: 2,
        flags: adminFlags,
        categories: ['admin', 'slow', 'dangerous'],
        since: '2.0.0',
        summary: 'Reset the stats returned by INFO',
        run: configResetstat,
      },
      {
        name: 'rewrite',
        arity: 2,
        flags: adminFlags,
        categories: ['admin', 'slow', 'dangerous'],
        since: '2.8.0',
        summary: 'Rewrite the configuration file with the in memory configuration',
        run: configRewrite,
      },
      {
        name: 'help',
        arity: 2,
        flags: ['loading', 'stale'],
        categories: ['slow'],
        since: '5.0.0',
        summary: 'Show helpful text about the different subcommands',
        run: ({ reply }) => helpReply(reply, 'CONFIG', configHelp),
      },
    ],
  },
];

#!/usr/bin/env node
// The program `syncline`: one engine without a window (`server`), or the console in a browser (`serve`).
import { fileURLToPath } from 'node:url';
import { Command } from 'commander';
import packageJson from '../../package.json' with { type: 'json' };

const { version } = packageJson;

const program = new Command('syncline')
  .description('See and steer Redis replication.')
  .version(version)
  .enablePositionalOptions();

program
  .command('server')
  .description('Runs one engine, with the arguments of redis-server: [redis.conf] [--option value ...] [-]')
  .helpOption(false)
  .allowUnknownOption()
  .passThroughOptions()
  .argument('[words...]')
  .action(async (words: string[]) => {
    // Loaded here, so that neither of the two waits for what only the other needs.
    const { runServer } = await import('./server.ts');
    await runServer(words, version);
  });

program
  .command('serve')
  .description('Runs the console for a browser on this machine, and prints its address')
  .option('--port <number>', 'the port of its address; 0 takes a free one', '0')
  .action(async (options: { readonly port: string }) => {
    const { serve } = await import('../web/serve.ts');
    await serve({
      port: parsePort(options.port),
      workerUrl: new URL('./node-worker.js', import.meta.url),
      rendererFolder: fileURLToPath(new URL('../renderer', import.meta.url)),
      version,
    });
  });

await program.parseAsync();

function parsePort(text: string): number {
  const port = Number(text);
  if (!/^[0-9]+$/.test(text) || port > 65535) program.error(`error: '${text}' is no port: 0 to 65535 is`);
  return port;
}

// Our own headless server as a person starts it: the built `syncline server` in a process of its own.
import { type ServerProcess, type StartOptions, startServerProcess } from './server-process.ts';

/** Starts the built engine on a free loopback port with persistence off, unless the settings say otherwise. */
export function startSyncline(options: StartOptions = {}): Promise<ServerProcess> {
  return startServerProcess(
    { name: 'syncline server', command: process.execPath, leadingArguments: ['out/main/cli.js', 'server'] },
    options,
  );
}

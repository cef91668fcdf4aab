// `npm start`: opens Syncline in Electron where that can be, else serves it to a browser and says why.
import { spawn, spawnSync } from 'node:child_process';
import { join } from 'node:path';
import type { Transform } from 'node:stream';
import { chooseShell, readWish, type ShellChoice } from './choose-shell.ts';
import { developmentHostPort, toPageAddress } from './development.ts';
import { electronPackageFolder, findElectron } from './find-electron.ts';

/** EX_CONFIG of sysexits.h: what was asked for cannot be had as this machine is set up. */
const exitCannotStart = 78;
const installBoundMs = 120_000;
const root = join(import.meta.dirname, '..', '..');

interface Start {
  readonly command: string;
  readonly words: readonly string[];
  readonly environment?: NodeJS.ProcessEnv;
  /** What its output passes through on the way to ours. */
  readonly output?: Transform;
}

function main(words: readonly string[]): void {
  const wish = readWish(words);
  const passedOn = words.filter((word) => !word.startsWith('--shell=') && word !== '--dev');
  const hasDisplay = process.platform !== 'linux' || Boolean(process.env.DISPLAY || process.env.WAYLAND_DISPLAY);
  if (wish !== 'web' && hasDisplay) installElectronOnce();
  const choice = chooseShell(wish, findElectron(process.env), hasDisplay);
  if (choice.kind === 'refused') throw new Error(`Electron cannot start: ${choice.because}`);
  if (choice.kind === 'web' && choice.because !== null) console.error(`In the browser, since ${choice.because}.`);
  run(words.includes('--dev') ? startToDevelop(choice, passedOn) : startToUse(choice, passedOn));
}

/** A person with a display gets the official binary fetched, once and bounded; a machine never does. */
function installElectronOnce(): void {
  const folder = electronPackageFolder();
  const isAsked = process.stdout.isTTY && !process.env.CI;
  if (!isAsked || folder === null || findElectron(process.env).executable !== null) return;
  console.error('Fetching the Electron binary, once …');
  const fetched = spawnSync(process.execPath, [join(folder, 'install.js')], {
    stdio: 'ignore',
    timeout: installBoundMs,
  });
  if (fetched.status !== 0) console.error('It could not be fetched.');
}

function startToUse(choice: ShellChoice, words: readonly string[]): Start {
  if (choice.kind === 'electron') return { command: choice.executable, words: [root, ...words] };
  return { command: process.execPath, words: [join(root, 'out/main/cli.js'), 'serve', ...words] };
}

/** electron-vite rebuilds, reloads the page, and starts its "Electron" again; for the web shell that is Node itself. */
function startToDevelop(choice: ShellChoice, words: readonly string[]): Start {
  const electronVite = [join(root, 'node_modules/electron-vite/bin/electron-vite.js'), 'dev', '--watch'];
  if (choice.kind === 'electron') return { command: process.execPath, words: [...electronVite, '--', ...words] };
  const serve = ['--entry', join(root, 'out/main/cli.js'), '--', 'serve', '--port', String(developmentHostPort)];
  return {
    command: process.execPath,
    words: [...electronVite, ...serve, ...words],
    environment: { ...process.env, ELECTRON_EXEC_PATH: process.execPath },
    output: toPageAddress(),
  };
}

function run({ command, words, environment, output }: Start): void {
  const stdout = output === undefined ? 'inherit' : 'pipe';
  const child = spawn(command, words, {
    cwd: root,
    stdio: ['inherit', stdout, 'inherit'],
    env: environment ?? process.env,
  });
  if (output !== undefined) child.stdout?.pipe(output).pipe(process.stdout);
  const pass = (signal: NodeJS.Signals) => process.on(signal, () => child.kill(signal));
  pass('SIGINT');
  pass('SIGTERM');
  child.on('error', (error) => {
    console.error(error.message);
    process.exitCode = exitCannotStart;
  });
  child.on('exit', (code, signal) => {
    process.exitCode = code ?? (signal === null ? 0 : 1);
  });
}

try {
  main(process.argv.slice(2));
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = exitCannotStart;
}

// `syncline server`: one engine in this process, started, logged and ended as `redis-server` is.
import { closeSync, openSync, readdirSync, readFileSync, statSync, writeSync } from 'node:fs';
import { chmod, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { globMatches } from '#core/base/glob.ts';
import { Config } from '#core/engine/server/config.ts';
import { type ConfigSource, FatalConfigError, loadConfig } from '#core/engine/server/config-file.ts';
import { ConfigError } from '#core/engine/server/config-values.ts';
import { Engine, type EngineEnding } from '#core/engine/server/engine.ts';
import { formatLogLine, type LogRecord } from '#core/engine/server/log.ts';
import { REDIS_VERSION } from '#core/engine/server/redis-version.ts';
import { StartError } from '#core/engine/server/start-error.ts';
import { nodePorts } from '#core/platform/node-ports.ts';
import { nodeProcessFacts } from '#core/platform/process-facts.ts';
import { parseServerArguments } from './server-arguments.ts';

const STDIN = 0;

/** Runs until a signal or SHUTDOWN ends it; sets the exit code. `version` is the product's. */
export async function runServer(words: readonly string[], version: string): Promise<void> {
  let log: LineLog;
  let config: Config;
  try {
    config = new Config({ resolveFolder });
    const passedOver = loadConfig(config, configSources(words, config), { include: readIncluded });
    log = openLog(config);
    sayStarting(log, version, words.length > 0);
    for (const name of passedOver) log('warning', `The line '${name}' of the configuration has no effect here.`);
    for (const name of config.withoutEffect()) log('warning', `The directive '${name}' has no effect here.`);
  } catch (error) {
    if (!(error instanceof FatalConfigError)) throw error;
    process.stderr.write(`${error.message}\n`);
    process.exitCode = 1;
    return;
  }
  await runEngine(config, log, version);
}

// ---- the configuration

function configSources(words: readonly string[], config: Config): ConfigSource[] {
  const { configPath, readsStdin, optionLines } = parseServerArguments(words);
  const sources: ConfigSource[] = [];
  if (configPath !== null) {
    config.file = resolve(configPath);
    sources.push({ name: config.file, text: readConfigFile(config.file) });
  }
  if (readsStdin) sources.push({ name: 'the standard input', text: readFileSync(STDIN, 'utf8') });
  if (optionLines !== '') {
    // Redis counts an empty line before the options.
    if (sources.length === 0) sources.push({ name: 'no file', text: '' });
    sources.push({ name: 'the options of the command line', text: optionLines });
  }
  return sources;
}

function readConfigFile(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw new FatalConfigError(`Fatal error, can't open config file '${path}': ${systemWords(error)}`);
  }
}

/** The last part of an included path may be a pattern; that nothing fits one is no error. */
function readIncluded(path: string): ConfigSource[] {
  const pattern = basename(path);
  if (!/[*?[]/.test(pattern)) return [{ name: resolve(path), text: readConfigFile(path) }];
  const folder = dirname(path);
  const names = readdirSync(folder).filter((name) => globMatches(pattern, name));
  return names.sort().map((name) => ({ name: resolve(folder, name), text: readConfigFile(join(folder, name)) }));
}

function resolveFolder(path: string): string {
  const folder = resolve(path);
  try {
    if (statSync(folder).isDirectory()) return folder;
  } catch (error) {
    throw new ConfigError(systemWords(error));
  }
  throw new ConfigError('Not a directory');
}

const SYSTEM_WORDS: Readonly<Record<string, string>> = {
  ENOENT: 'No such file or directory',
  EACCES: 'Permission denied',
  EISDIR: 'Is a directory',
  ENOTDIR: 'Not a directory',
};

function systemWords(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  return SYSTEM_WORDS[code] ?? (error instanceof Error ? error.message : String(error));
}

// ---- the log

type LineLog = (level: LogRecord['level'], text: string) => void;

/** Lines of the launcher itself carry the mark C, as Redis's do before it is anything. */
function openLog(config: Config): LineLog {
  const path = config.text('logfile');
  if (path !== '') {
    try {
      closeSync(openSync(path, 'a'));
    } catch (error) {
      throw new FatalConfigError(
        `\n*** FATAL CONFIG FILE ERROR (Redis ${REDIS_VERSION}) ***\nCan't open the log file: ${systemWords(error)}`,
      );
    }
  }
  const write = lineWriter(path);
  return (level, text) => write(formatLogLine({ atMs: Date.now(), level, mark: 'C', text }, process.pid));
}

/** Opens the file for each line, so that a rotated one is followed. */
function lineWriter(path: string): (line: string) => void {
  if (path === '') return (line) => void process.stdout.write(`${line}\n`);
  return (line) => {
    const file = openSync(path, 'a');
    writeSync(file, `${line}\n`);
    closeSync(file);
  };
}

function sayStarting(log: LineLog, version: string, isConfigured: boolean): void {
  log('warning', 'oO0OoO0OoO0Oo Redis is starting oO0OoO0OoO0Oo');
  log(
    'warning',
    `Redis version=${REDIS_VERSION}, bits=64, commit=00000000, modified=0, pid=${process.pid}, just started (Syncline ${version})`,
  );
  if (isConfigured) log('warning', 'Configuration loaded');
  else {
    log(
      'warning',
      'Warning: no config file specified, using the default config. In order to specify a config file use syncline server /path/to/redis.conf',
    );
  }
}

// ---- the engine

async function runEngine(config: Config, log: LineLog, version: string): Promise<void> {
  const engine = makeEngine(config, log, version);
  const write = lineWriter(config.text('logfile'));
  engine.events.log.on((record) => write(formatLogLine(record, process.pid)));
  const ended = new Promise<void>((resolveEnded) => void engine.events.ended.on(() => resolveEnded()));
  const isReady = listenToSignals(engine, config);
  try {
    await engine.start();
    isReady();
  } catch (error) {
    if (error instanceof StartError) engine.say('warning', error.message);
    else log('warning', `Fatal error loading the DB: ${systemWords(error)}. Exiting.`);
    process.exit(1);
  }
  await ended;
  // Sockets that are still sending their last bytes must not keep the process.
  process.exit(0);
}

/** Ends the process when the users of the configuration cannot be made. */
function makeEngine(config: Config, log: LineLog, version: string): Engine {
  try {
    const engine: Engine = new Engine(nodePorts(), config, {
      process: nodeProcessFacts(version),
      firstActs: async () => {
        await writePidFile(config, engine);
        const socketMode = config.number('unixsocketperm');
        if (config.text('unixsocket') !== '' && socketMode !== 0) await chmod(config.text('unixsocket'), socketMode);
      },
      lastActs: () => removePidFile(config, engine),
    });
    return engine;
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    log('warning', error.message);
    log('warning', 'Critical error while loading ACLs. Exiting.');
    process.exit(1);
  }
}

/**
 * Until the answered function is called there is nothing to save yet, so a signal ends without it. A second signal ends
 * at once, as Redis does: then something hangs, and a person wants it gone.
 */
function listenToSignals(engine: Engine, config: Config): () => void {
  let ready = false;
  let asked = false;
  const onSignal = (signal: 'SIGTERM' | 'SIGINT') => {
    if (asked) process.exit(1);
    asked = true;
    const seconds = Math.floor(Date.now() / 1000);
    process.stdout.write(`${process.pid}:signal-handler (${seconds}) Received ${signal} scheduling shutdown...\n`);
    engine.stop(ready ? endingOf(signal, config) : { save: 'never', now: true, force: true }).catch(() => {
      asked = false;
      engine.say(
        'warning',
        `${signal} received but errors trying to shut down the server, check the logs for more information`,
      );
    });
  };
  process.on('SIGTERM', onSignal);
  process.on('SIGINT', onSignal);
  return () => {
    ready = true;
  };
}

/** `shutdown-on-sigterm` and `shutdown-on-sigint`. */
function endingOf(signal: 'SIGTERM' | 'SIGINT', config: Config): EngineEnding {
  const words = config.text(signal === 'SIGTERM' ? 'shutdown-on-sigterm' : 'shutdown-on-sigint').split(' ');
  const save = words.includes('save') ? 'always' : words.includes('nosave') ? 'never' : 'configured';
  return { save, now: words.includes('now'), force: words.includes('force') };
}

async function writePidFile(config: Config, engine: Engine): Promise<void> {
  const path = config.text('pidfile');
  if (path === '') return;
  await writeFile(path, `${process.pid}\n`).catch((error: unknown) => {
    engine.say('warning', `Failed to write PID file: ${systemWords(error)}`);
  });
}

async function removePidFile(config: Config, engine: Engine): Promise<void> {
  const path = config.text('pidfile');
  if (path === '') return;
  engine.say('notice', 'Removing the pid file.');
  await rm(path, { force: true });
}

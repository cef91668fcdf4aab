// Reads a `redis.conf`, with includes, and the options of the command line, which Redis treats as further lines of it.
import { splitLine } from '../../resp/inline-line.ts';
import { type Config, isSecretDirective } from './config.ts';
import { foreignLines } from './config-directives.ts';
import { ConfigError } from './config-values.ts';

/** Why the server does not start. The message is all that is to be printed. */
export class FatalConfigError extends Error {
  constructor(text: string) {
    super(text);
    this.name = 'FatalConfigError';
  }
}

/** One file, or what stands for one. */
export interface ConfigSource {
  /** Shown to whoever must repair it: a path, or "the options of the command line". */
  readonly name: string;
  readonly text: string;
}

export interface ConfigReader {
  /** The files of an `include`, which may be a pattern. @throws FatalConfigError when one cannot be read. */
  include(path: string): readonly ConfigSource[];
}

const INCLUDE_DEPTH_MAX = 16;

/**
 * Applies the sources, one after another, as one text: lines are counted through, as Redis does for its options.
 * Answers the foreign lines (by their first word) that were passed over.
 * @throws FatalConfigError with Redis's message, and where the line stands.
 */
export function loadConfig(config: Config, sources: readonly ConfigSource[], reader: ConfigReader): string[] {
  const passedOver = new Set<string>();
  let line = 0;
  for (const [i, source] of sources.entries()) {
    if (i > 0) line++;
    line = loadSource(config, source, reader, { line, depth: 0, passedOver });
  }
  return [...passedOver];
}

interface Place {
  readonly line: number;
  readonly depth: number;
  readonly passedOver: Set<string>;
}

function loadSource(config: Config, source: ConfigSource, reader: ConfigReader, place: Place): number {
  let number = place.line;
  const lines = source.text.split('\n');
  if (lines.at(-1) === '') lines.pop();
  for (const raw of lines) {
    number++;
    const line = raw.trim();
    if (line === '' || line.startsWith('#')) continue;
    try {
      loadLine(config, line, reader, place);
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error;
      throw new FatalConfigError(fatalText(number, line, error.message, source.name));
    }
  }
  return number;
}

function loadLine(config: Config, line: string, reader: ConfigReader, place: Place): void {
  const words = splitLine(Buffer.from(line));
  if (words === null) throw new ConfigError('Unbalanced quotes in configuration line');
  const [name, ...values] = words.map((word) => word.toString()) as [string, ...string[]];
  const directive = name.toLowerCase();
  if (directive === 'include' && values.length === 1) {
    if (place.depth >= INCLUDE_DEPTH_MAX) throw new ConfigError('Too many levels of include');
    for (const source of reader.include(values[0]!)) {
      loadSource(config, source, reader, { line: 0, depth: place.depth + 1, passedOver: place.passedOver });
    }
  } else if (directive === 'user' && values.length > 0) {
    config.userLines.push(words.slice(1).map((word) => word.toString('latin1')));
  } else if (foreignLines.includes(directive) && values.length > 0) place.passedOver.add(directive);
  else config.load(directive, values);
}

function fatalText(number: number, line: string, reason: string, sourceName: string): string {
  const name = line.split(/\s/, 1)[0]!;
  const shown = isSecretDirective(name) ? `${name} (hidden)` : line;
  return [
    '',
    '*** FATAL CONFIG FILE ERROR (Redis 7.0.15) ***',
    `Reading the configuration file, at line ${number}`,
    `>>> '${shown}'`,
    reason,
    `(in ${sourceName})`,
  ].join('\n');
}

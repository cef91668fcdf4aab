// The kinds of values that directives have: how words become a value, how a value is printed, and Redis's refusals.

/** Why a value is refused, in Redis's words. */
export class ConfigError extends Error {
  constructor(reason: string) {
    super(reason);
    this.name = 'ConfigError';
  }
}

/** What a directive holds. Lists of words are kept as one canonical text, which is also what CONFIG GET shows. */
export type ConfigValue = number | boolean | string;

/** What a kind may look at besides the words. */
export interface ParseContext {
  readonly previous: ConfigValue;
  /** From a file or the command line, where a directive may come again and add to what was said. */
  readonly loading: boolean;
  /** While loading: nothing was said of this directive yet. */
  readonly first: boolean;
}

export interface ValueKind {
  /** CONFIG SET splits the value at spaces; a file may give several words. */
  readonly manyWords?: boolean;
  /** @throws ConfigError */
  parse(words: readonly string[], context: ParseContext): ConfigValue;
  /** As CONFIG GET shows it. */
  print(value: ConfigValue): string;
  /** What a file says after the name, a text for each line. Absent: one line, as CONFIG GET shows it. */
  write?(value: ConfigValue): readonly string[];
}

const LONG_MAX = 9223372036854775807n;
const LONG_MIN = -9223372036854775808n;

/** A whole number from `min` to `max`, both allowed. Bounds beyond 2^53 are Redis's and printed exactly. */
export function integerKind(min: number, max: number | bigint): ValueKind {
  return {
    parse: (words) => {
      const text = words[0]!;
      if (!/^-?[0-9]+$/.test(text)) throw new ConfigError("argument couldn't be parsed into an integer");
      const value = BigInt(text);
      if (value > LONG_MAX || value < LONG_MIN) throw new ConfigError("argument couldn't be parsed into an integer");
      return withinBounds(value, min, max);
    },
    print: String,
  };
}

const MEMORY_UNITS: Readonly<Record<string, bigint>> = {
  '': 1n,
  b: 1n,
  k: 1000n,
  kb: 1024n,
  m: 1000n ** 2n,
  mb: 1024n ** 2n,
  g: 1000n ** 3n,
  gb: 1024n ** 3n,
};

/**
 * Bytes, with Redis's units: `1k` is 1000, `1kb` is 1024. `leastSet`: CONFIG SET of less than this gives this; a file and
 * the command line may say less, as in Redis.
 */
export function memoryKind(min: number, max: number | bigint, leastSet = 0): ValueKind {
  return {
    parse: (words, { loading }) => {
      const value = parseMemory(words[0]!);
      if (value === null) throw new ConfigError('argument must be a memory value');
      const bytes = withinBounds(value, min, max);
      return loading ? bytes : Math.max(bytes, leastSet);
    },
    print: String,
    write: (value) => [memoryText(Number(value))],
  };
}

/** 1048576 → `1mb`: in the largest unit that leaves no rest. */
function memoryText(bytes: number): string {
  const unit = (['gb', 'mb', 'kb'] as const).find((name) => bytes !== 0 && bytes % Number(MEMORY_UNITS[name]) === 0);
  return unit === undefined ? String(bytes) : `${bytes / Number(MEMORY_UNITS[unit])}${unit}`;
}

/** `64mb` → 67108864; null when it is no amount of memory. */
export function parseMemory(text: string): bigint | null {
  const match = /^([0-9]+)([a-z]*)$/i.exec(text);
  const unit = match === null ? undefined : MEMORY_UNITS[match[2]!.toLowerCase()];
  return match === null || unit === undefined ? null : BigInt(match[1]!) * unit;
}

function withinBounds(value: bigint, min: number, max: number | bigint): number {
  if (value < BigInt(min) || value > BigInt(max)) {
    throw new ConfigError(`argument must be between ${min} and ${max} inclusive`);
  }
  return Number(value);
}

/** An octal number such as a file's mode. */
export const octalKind: ValueKind = {
  parse: (words) => {
    const text = words[0]!;
    if (!/^[0-7]+$/.test(text)) throw new ConfigError("argument couldn't be parsed as an octal number");
    const value = Number.parseInt(text, 8);
    if (value > 0o777) throw new ConfigError('argument must be between 0 and 777 inclusive');
    return value;
  },
  print: (value) => value.toString(8),
};

export const yesNoKind: ValueKind = {
  parse: (words) => {
    const text = words[0]!.toLowerCase();
    if (text !== 'yes' && text !== 'no') throw new ConfigError("argument must be 'yes' or 'no'");
    return text === 'yes';
  },
  print: (value) => (value === true ? 'yes' : 'no'),
};

/** One of some words, in any case. */
export function choiceKind(...choices: readonly string[]): ValueKind {
  return { parse: (words) => mustBeChoice(words[0]!, choices), print: String };
}

/** One or more of some words. */
export function choicesKind(...choices: readonly string[]): ValueKind {
  return {
    manyWords: true,
    parse: (words) => words.map((word) => mustBeChoice(word, choices)).join(' '),
    print: String,
  };
}

function mustBeChoice(word: string, choices: readonly string[]): string {
  const found = choices.find((choice) => choice === word.toLowerCase());
  if (found === undefined) throw new ConfigError(`argument(s) must be one of the following: ${choices.join(', ')}`);
  return found;
}

/** Any text in one word; `refusal` answers why it may not be, or null. */
export function textKind(refusal: (text: string) => string | null = () => null): ValueKind {
  return {
    parse: (words) => {
      const reason = refusal(words[0]!);
      if (reason !== null) throw new ConfigError(reason);
      return words[0]!;
    },
    print: String,
    write: (value) => [quoteWord(String(value))],
  };
}

/** A word in double quotes, so that it is read back as it is. */
export function quoteWord(word: string): string {
  const escaped = word
    .replace(/[\\"]/g, '\\$&')
    .replace(/[\x00-\x1f\x7f]/g, (sign) => `\\x${sign.charCodeAt(0).toString(16).padStart(2, '0')}`);
  return `"${escaped}"`;
}

/** Any number of words, kept with one space between. */
export const wordsKind: ValueKind = {
  manyWords: true,
  parse: (words) => words.join(' ').trim(),
  print: String,
  write: (value) => [value === '' ? '""' : String(value)],
};

/** `900 1 300 10`: seconds and changes, in pairs. In a file each line adds a point, and `""` takes all away. */
export const saveKind: ValueKind = {
  manyWords: true,
  parse: (words, { previous, loading, first }) => {
    if (words.length === 1 && words[0] === '') return '';
    if (words.length === 0 || words.length % 2 !== 0 || words.some((word) => !/^[0-9]+$/.test(word))) {
      throw new ConfigError('Invalid save parameters');
    }
    const pairs = words.map(Number);
    if (pairs.some((number, i) => i % 2 === 0 && number < 1)) throw new ConfigError('Invalid save parameters');
    const added = pairs.join(' ');
    return loading && !first && previous !== '' ? `${previous} ${added}` : added;
  },
  print: String,
  write: (value) => {
    const points = parseSavePoints(String(value));
    return points.length === 0 ? ['""'] : points.map(({ seconds, changes }) => `${seconds} ${changes}`);
  },
};

const BUFFER_CLASSES = ['normal', 'slave', 'pubsub'] as const;
export type BufferClass = (typeof BUFFER_CLASSES)[number];

/** `normal 0 0 0 slave 268435456 67108864 60 …`: any classes may be said, the others stay. */
export const outputBufferLimitKind: ValueKind = {
  manyWords: true,
  parse: (words, { previous }) => {
    if (words.length === 0 || words.length % 4 !== 0) {
      throw new ConfigError('Wrong number of arguments in buffer limit configuration.');
    }
    const limits = parseOutputBufferLimits(String(previous));
    for (let i = 0; i < words.length; i += 4) {
      const asked = words[i]!.toLowerCase();
      const name = BUFFER_CLASSES.find((known) => known === (asked === 'replica' ? 'slave' : asked));
      if (name === undefined) throw new ConfigError('Invalid client class specified in buffer limit configuration.');
      const hard = parseMemory(words[i + 1]!);
      const soft = parseMemory(words[i + 2]!);
      if (hard === null || soft === null || !/^[0-9]+$/.test(words[i + 3]!)) {
        throw new ConfigError('Error in hard, soft or soft_seconds setting in buffer limit configuration.');
      }
      limits[name] = { hardBytes: Number(hard), softBytes: Number(soft), softSeconds: Number(words[i + 3]) };
    }
    return BUFFER_CLASSES.map((name) => {
      const limit = limits[name];
      return `${name} ${limit.hardBytes} ${limit.softBytes} ${limit.softSeconds}`;
    }).join(' ');
  },
  print: String,
  write: (value) =>
    Object.entries(parseOutputBufferLimits(String(value))).map(
      ([name, { hardBytes, softBytes, softSeconds }]) =>
        `${name === 'slave' ? 'replica' : name} ${memoryText(hardBytes)} ${memoryText(softBytes)} ${softSeconds}`,
    ),
};

/** Zero means no limit. */
export interface OutputBufferLimit {
  readonly hardBytes: number;
  readonly softBytes: number;
  readonly softSeconds: number;
}

/** Reads the canonical text of `client-output-buffer-limit`. */
export function parseOutputBufferLimits(text: string): Record<BufferClass, OutputBufferLimit> {
  const words = text.split(' ');
  const limit = (name: BufferClass): OutputBufferLimit => {
    const at = words.indexOf(name);
    return { hardBytes: Number(words[at + 1]), softBytes: Number(words[at + 2]), softSeconds: Number(words[at + 3]) };
  };
  return { normal: limit('normal'), slave: limit('slave'), pubsub: limit('pubsub') };
}

/** A save point: save after `seconds` if there were `changes`. */
export interface SavePoint {
  readonly seconds: number;
  readonly changes: number;
}

/** Reads the canonical text of `save`. */
export function parseSavePoints(text: string): SavePoint[] {
  const numbers = text === '' ? [] : text.split(' ').map(Number);
  const points: SavePoint[] = [];
  for (let i = 0; i + 1 < numbers.length; i += 2) points.push({ seconds: numbers[i]!, changes: numbers[i + 1]! });
  return points;
}

/** `host port`, or `no one` for none. The canonical text is empty for none. */
export const masterAddressKind: ValueKind = {
  manyWords: true,
  parse: (words) => {
    if (words.length !== 2) throw new ConfigError('wrong number of arguments');
    if (words[0]!.toLowerCase() === 'no' && words[1]!.toLowerCase() === 'one') return '';
    const port = Number(words[1]);
    if (!/^[0-9]+$/.test(words[1]!) || port > 65535) throw new ConfigError('Invalid master port');
    return `${words[0]} ${port}`;
  },
  print: String,
};

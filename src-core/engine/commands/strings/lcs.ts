// LCS: the longest text that two strings have in common, in order though not in one piece, and where it lies in them.
import { ReplyError, replyErrors } from '../reply-errors.ts';
import type { CommandContext, CommandRow } from '../spec.ts';
import { stringBytes } from './string-bytes.ts';

const texts = {
  notStrings: 'ERR The specified keys must contain string values',
  lengthAndIndexes: 'ERR If you want both the length and indexes, please just use IDX.',
  tooMuchMemory: 'ERR Insufficient memory, transient memory for LCS exceeds proto-max-bulk-len',
} as const;

/** Places of the first and the last byte in each of the strings. */
interface Match {
  readonly first: readonly [start: number, end: number];
  readonly second: readonly [start: number, end: number];
}

interface Options {
  readonly length: boolean;
  readonly indexes: boolean;
  readonly matchLengths: boolean;
  readonly matchMin: number;
}

function lcs(context: CommandContext): void {
  const { args, db, reply, services } = context;
  const [first, second] = [1, 2].map((i) => bytesOf(context, db.lookupRead(args, i))) as [Buffer, Buffer];
  const options = parseOptions(context);
  if ((first.length + 1) * (second.length + 1) * Uint32Array.BYTES_PER_ELEMENT > services.limits.maxBulkBytes) {
    throw new ReplyError(texts.tooMuchMemory);
  }
  const lengths = commonLengths(first, second);
  const length = lengths.at(-1)!;
  if (options.length) {
    reply.integer(length);
    return;
  }
  const { text, matches } = trace(first, second, lengths);
  if (options.indexes) replyMatches(context, matches, length, options);
  else reply.bulk(text);
}

function bytesOf({ db }: CommandContext, ref: number): Buffer {
  try {
    return stringBytes(db, ref);
  } catch (error) {
    throw error instanceof ReplyError ? new ReplyError(texts.notStrings) : error;
  }
}

function parseOptions({ args }: CommandContext): Options {
  let [length, indexes, matchLengths, matchMin] = [false, false, false, 0];
  for (let i = 3; i < args.count; i++) {
    if (args.is(i, 'LEN')) length = true;
    else if (args.is(i, 'IDX')) indexes = true;
    else if (args.is(i, 'WITHMATCHLEN')) matchLengths = true;
    else if (args.is(i, 'MINMATCHLEN') && i + 1 < args.count) matchMin = Math.max(0, Number(args.integer(++i)));
    else throw new ReplyError(replyErrors.syntax);
  }
  if (length && indexes) throw new ReplyError(texts.lengthAndIndexes);
  return { length, indexes, matchLengths, matchMin };
}

/**
 * A table of `first.length + 1` rows and `second.length + 1` columns: at [i, j] how long the common text of the first i
 * and the first j bytes is. For `ab` and `b` the rows are 0 0, 0 0, 0 1.
 */
function commonLengths(first: Buffer, second: Buffer): Uint32Array {
  const columns = second.length + 1;
  const lengths = new Uint32Array((first.length + 1) * columns);
  for (let i = 1, at = columns; i <= first.length; i++) {
    const byte = first[i - 1];
    at++;
    for (let j = 1; j < columns; j++, at++) {
      const above = lengths[at - columns]!;
      const left = lengths[at - 1]!;
      if (byte === second[j - 1]) lengths[at] = lengths[at - columns - 1]! + 1;
      else lengths[at] = above > left ? above : left;
    }
  }
  return lengths;
}

/** Goes back through the table from its end; matches come in that order, the last one first. */
function trace(first: Buffer, second: Buffer, lengths: Uint32Array): { text: Buffer; matches: Match[] } {
  const columns = second.length + 1;
  const text = Buffer.alloc(lengths.at(-1)!);
  const matches: Match[] = [];
  let left = text.length;
  let matched = 0;
  let i = first.length;
  let j = second.length;
  const end = () => {
    if (matched > 0) matches.push({ first: [i, i + matched - 1], second: [j, j + matched - 1] });
    matched = 0;
  };
  while (i > 0 && j > 0) {
    if (first[i - 1] === second[j - 1]) {
      text[--left] = first[i - 1]!;
      matched++;
      i--;
      j--;
      continue;
    }
    end();
    if (lengths[(i - 1) * columns + j]! > lengths[i * columns + j - 1]!) i--;
    else j--;
  }
  end();
  return { text, matches };
}

function replyMatches({ reply }: CommandContext, matches: readonly Match[], length: number, options: Options): void {
  const wanted = matches.filter(({ first: [start, end] }) => end - start + 1 >= options.matchMin);
  reply.map(2);
  reply.bulkText('matches');
  reply.array(wanted.length);
  for (const { first, second } of wanted) {
    reply.array(options.matchLengths ? 3 : 2);
    for (const range of [first, second]) {
      reply.array(2);
      for (const place of range) reply.integer(place);
    }
    if (options.matchLengths) reply.integer(first[1] - first[0] + 1);
  }
  reply.bulkText('len');
  reply.integer(length);
}

export const lcsCommands: readonly CommandRow[] = [
  {
    name: 'lcs',
    arity: -3,
    flags: ['readonly'],
    keys: { first: 1, last: 2, step: 1 },
    categories: ['read', 'string', 'slow'],
    since: '7.0.0',
    summary: 'Find longest common substring',
    run: lcs,
  },
];

// The arguments of `syncline server`, which are those of `redis-server`: a file first, then `--option value …`, then `-`.
import { quoteWord } from '#core/engine/server/config-values.ts';

export interface ServerArguments {
  /** The path of a `redis.conf`, as it was typed; null for none. */
  readonly configPath: string | null;
  /** A `-` at the end: more of the configuration comes from the standard input. */
  readonly readsStdin: boolean;
  /** The options as lines of a configuration file; empty for none. */
  readonly optionLines: string;
}

/**
 * Follows Redis to the letter: an option takes all words up to the next one, its first value may itself begin with `--`,
 * and `--save` without a value means no save points.
 */
export function parseServerArguments(words: readonly string[]): ServerArguments {
  let rest = words;
  let configPath: string | null = null;
  if (rest.length > 0 && rest[0] !== '-' && !rest[0]!.startsWith('--')) {
    configPath = rest[0]!;
    rest = rest.slice(1);
  }
  const readsStdin = rest.at(-1) === '-';
  if (readsStdin) rest = rest.slice(0, -1);
  return { configPath, readsStdin, optionLines: optionLines(rest) };
}

function optionLines(words: readonly string[]): string {
  const lines: string[] = [];
  let wantsValue = false;
  for (const [i, word] of words.entries()) {
    if (word.startsWith('--') && !wantsValue) {
      // `"--port 7000"` as one word holds the value too.
      const line = word.slice(2).trim();
      const next = words[i + 1];
      const savesNothing = line.toLowerCase() === 'save' && (next === undefined || next.startsWith('--'));
      wantsValue = !line.includes(' ') && !savesNothing && next !== undefined;
      lines.push(savesNothing ? `${line} ""` : line);
    } else {
      wantsValue = false;
      if (lines.length === 0) lines.push('');
      lines[lines.length - 1] += ` ${quoteWord(word)}`;
    }
  }
  return lines.join('\n');
}

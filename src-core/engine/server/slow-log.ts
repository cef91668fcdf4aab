// The commands that took long: SLOWLOG keeps the last of them, cut to what a person reads.
import type { SlowLogEntry, SlowLogService } from '../commands/services.ts';

/** Redis's bounds of an entry: so many words, each so long. */
const WORDS_MAX = 32;
const WORD_BYTES_MAX = 128;

export class SlowLog implements SlowLogService {
  /** The newest first. */
  entries: readonly SlowLogEntry[] = [];
  #nextId = 0;

  add(entry: Omit<SlowLogEntry, 'id'>, entriesMax: number): void {
    const words = shortened(entry.words);
    this.entries = [{ ...entry, words, id: this.#nextId++ }, ...this.entries.slice(0, Math.max(0, entriesMax - 1))];
  }

  reset(): void {
    this.entries = [];
  }
}

function shortened(words: readonly Buffer[]): readonly Buffer[] {
  if (words.length <= WORDS_MAX) return words.map(shortenedWord);
  const left = words.length - WORDS_MAX + 1;
  return [...words.slice(0, WORDS_MAX - 1).map(shortenedWord), Buffer.from(`... (${left} more arguments)`)];
}

function shortenedWord(word: Buffer): Buffer {
  if (word.length <= WORD_BYTES_MAX) return word;
  const rest = Buffer.from(`... (${word.length - WORD_BYTES_MAX} more bytes)`);
  return Buffer.concat([word.subarray(0, WORD_BYTES_MAX), rest]);
}

// Splits a line that a person typed into words, as Redis does: "…" with escapes, '…' with \' only.

const BACKSLASH = 0x5c;
const DOUBLE_QUOTE = 0x22;
const SINGLE_QUOTE = 0x27;

const ESCAPES: Readonly<Record<number, number>> = { 110: 10, 114: 13, 116: 9, 98: 8, 97: 7 };

/** The words, or null when a quote is not closed, or is followed by something that is no space. */
export function splitLine(line: Buffer): Buffer[] | null {
  const words: Buffer[] = [];
  let at = 0;
  for (;;) {
    while (at < line.length && isSpace(line[at]!)) at++;
    if (at >= line.length) return words;
    const word: number[] = [];
    const next = readWord(line, at, word);
    if (next < 0) return null;
    words.push(Buffer.from(word));
    at = next;
  }
}

/** Reads one word into `word`; answers where it ends, or -1. */
function readWord(line: Buffer, start: number, word: number[]): number {
  let at = start;
  while (at < line.length) {
    const byte = line[at]!;
    if (isSpace(byte) || byte === 0) return at + (byte === 0 ? 1 : 0);
    if (byte === DOUBLE_QUOTE || byte === SINGLE_QUOTE) {
      at = byte === DOUBLE_QUOTE ? readDoubleQuoted(line, at + 1, word) : readSingleQuoted(line, at + 1, word);
      if (at < 0 || (at < line.length && !isSpace(line[at]!))) return -1;
      return at;
    }
    word.push(byte);
    at++;
  }
  return at;
}

function readDoubleQuoted(line: Buffer, start: number, word: number[]): number {
  let at = start;
  while (at < line.length) {
    const byte = line[at]!;
    if (byte === DOUBLE_QUOTE) return at + 1;
    if (byte !== BACKSLASH || at + 1 >= line.length) {
      word.push(byte);
      at++;
      continue;
    }
    const hexadecimal = /^x[0-9a-fA-F]{2}$/.test(line.latin1Slice(at + 1, Math.min(at + 4, line.length)));
    if (hexadecimal) {
      word.push(Number.parseInt(line.latin1Slice(at + 2, at + 4), 16));
      at += 4;
    } else {
      const escaped = line[at + 1]!;
      word.push(ESCAPES[escaped] ?? escaped);
      at += 2;
    }
  }
  return -1;
}

function readSingleQuoted(line: Buffer, start: number, word: number[]): number {
  let at = start;
  while (at < line.length) {
    const byte = line[at]!;
    if (byte === SINGLE_QUOTE) return at + 1;
    if (byte === BACKSLASH && line[at + 1] === SINGLE_QUOTE) {
      word.push(SINGLE_QUOTE);
      at += 2;
    } else {
      word.push(byte);
      at++;
    }
  }
  return -1;
}

function isSpace(byte: number): boolean {
  return byte === 32 || (byte >= 9 && byte <= 13);
}

// Splits a line into words as Redis does in its configuration file: spaces, "…" with escapes, and '…'.

const SPACE = /[ \n\r\t\v\f\0]/;
const ESCAPES: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t', b: '\b', a: '\x07' };

/** The words of a line; null when a quote is not closed, or a closed one is followed by something else than a space. */
export function splitQuotedWords(line: string): string[] | null {
  const words: string[] = [];
  let at = 0;
  for (;;) {
    while (at < line.length && SPACE.test(line[at]!)) at++;
    if (at >= line.length) return words;
    let word = '';
    while (at < line.length && !SPACE.test(line[at]!)) {
      const sign = line[at]!;
      if (sign !== '"' && sign !== "'") {
        word += sign;
        at++;
        continue;
      }
      const quoted = sign === '"' ? readDoubleQuoted(line, at + 1) : readSingleQuoted(line, at + 1);
      if (quoted === null || (quoted.end < line.length && !SPACE.test(line[quoted.end]!))) return null;
      word += quoted.text;
      at = quoted.end;
    }
    words.push(word);
  }
}

/** `end` is the place after the closing quote. */
interface Quoted {
  readonly text: string;
  readonly end: number;
}

function readDoubleQuoted(line: string, from: number): Quoted | null {
  let text = '';
  for (let at = from; at < line.length; at++) {
    const sign = line[at]!;
    if (sign === '"') return { text, end: at + 1 };
    if (sign !== '\\' || at + 1 >= line.length) {
      text += sign;
      continue;
    }
    const hexadecimal = /^x([0-9a-f]{2})/i.exec(line.slice(at + 1, at + 4));
    if (hexadecimal !== null) {
      text += String.fromCharCode(Number.parseInt(hexadecimal[1]!, 16));
      at += 3;
    } else {
      at++;
      text += ESCAPES[line[at]!] ?? line[at]!;
    }
  }
  return null;
}

function readSingleQuoted(line: string, from: number): Quoted | null {
  let text = '';
  for (let at = from; at < line.length; at++) {
    if (line[at] === "'") return { text, end: at + 1 };
    if (line[at] === '\\' && line[at + 1] === "'") at++;
    text += line[at]!;
  }
  return null;
}

/** A word in double quotes, so that `splitQuotedWords` gives it back. */
export function quoteWord(word: string): string {
  const escaped = word.replace(/[\\"]/g, '\\$&').replace(/[\x00-\x1f\x7f]/g, (sign) => {
    const letter = Object.keys(ESCAPES).find((key) => ESCAPES[key] === sign);
    return letter === undefined ? `\\x${sign.charCodeAt(0).toString(16).padStart(2, '0')}` : `\\${letter}`;
  });
  return `"${escaped}"`;
}

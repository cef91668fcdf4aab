// Redis's glob patterns (KEYS, SCAN MATCH, PSUBSCRIBE, CONFIG GET): `*`, `?`, `[a-z]`, `[^a]`, and `\` before a sign.

const STAR = 0x2a;
const QUESTION = 0x3f;
const OPEN = 0x5b;
const CLOSE = 0x5d;
const CARET = 0x5e;
const DASH = 0x2d;
const BACKSLASH = 0x5c;

/**
 * Whether the whole of `text` matches `pattern`; both are byte texts. A class that is not closed ends with the
 * pattern, and a backslash at the end stands for itself, as in Redis. Takes at most text x pattern steps: after a
 * mismatch only the last star is tried again.
 */
export function globMatches(pattern: string, text: string, ignoreCase = false): boolean {
  // Redis takes an empty text for matched by no pattern but the empty one, and by a lone star.
  if (text.length === 0) return pattern.length === 0 || pattern === '*';
  const wanted = ignoreCase ? pattern.toLowerCase() : pattern;
  const given = ignoreCase ? text.toLowerCase() : text;
  let p = 0;
  let t = 0;
  let starPattern = -1;
  let starText = -1;
  while (t < given.length || p < wanted.length) {
    if (p < wanted.length) {
      if (wanted.charCodeAt(p) === STAR) {
        starPattern = ++p;
        starText = t;
        continue;
      }
      const after = t < given.length ? matchOne(wanted, p, given.charCodeAt(t)) : -1;
      if (after !== -1) {
        p = after;
        t++;
        continue;
      }
    }
    if (starPattern === -1 || starText >= given.length) return false;
    p = starPattern;
    t = ++starText;
  }
  return true;
}

/** Where the pattern goes on after matching `code` with the item at `p`; -1 if it does not match. */
function matchOne(pattern: string, p: number, code: number): number {
  const sign = pattern.charCodeAt(p);
  if (sign === QUESTION) return p + 1;
  if (sign === OPEN) return matchClass(pattern, p + 1, code);
  if (sign === BACKSLASH && p + 1 < pattern.length) return pattern.charCodeAt(p + 1) === code ? p + 2 : -1;
  return sign === code ? p + 1 : -1;
}

/** As `matchOne`, for a class whose items start at `from`. */
function matchClass(pattern: string, from: number, code: number): number {
  let at = from;
  const negated = pattern.charCodeAt(at) === CARET;
  if (negated) at++;
  let found = false;
  for (; at < pattern.length && pattern.charCodeAt(at) !== CLOSE; at++) {
    const sign = pattern.charCodeAt(at);
    if (sign === BACKSLASH && at + 1 < pattern.length) {
      if (pattern.charCodeAt(++at) === code) found = true;
    } else if (pattern.charCodeAt(at + 1) === DASH && at + 2 < pattern.length) {
      const end = pattern.charCodeAt(at + 2);
      if (code >= Math.min(sign, end) && code <= Math.max(sign, end)) found = true;
      at += 2;
    } else if (sign === code) found = true;
  }
  if (found === negated) return -1;
  return Math.min(at + 1, pattern.length);
}

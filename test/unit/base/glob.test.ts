import { describe, expect, it } from 'vitest';
import { globMatches } from '#core/base/glob.ts';

// Each answer is what KEYS of Redis 7.0.15 gave for a key of that name.
const rows: readonly [pattern: string, text: string, matches: boolean][] = [
  ['*', '', true],
  ['', '', true],
  ['**', '', false],
  ['', 'a', false],
  ['a*c', 'abbbc', true],
  ['a*c', 'abbbd', false],
  ['a**c', 'ac', true],
  ['*a*b*', 'xxaxxbxx', true],
  ['?', 'a', true],
  ['?', '', false],
  ['h[ae]llo', 'hallo', true],
  ['h[ae]llo', 'hillo', false],
  ['h[^e]llo', 'hallo', true],
  ['h[^e]llo', 'hello', false],
  ['h[a-c]llo', 'hbllo', true],
  ['h[c-a]llo', 'hbllo', true],
  ['h[a-c]llo', 'hdllo', false],
  ['[\\]]', ']', true],
  ['[a\\-z]', '-', true],
  ['[a\\-z]', 'b', false],
  ['[a-', 'a', true],
  ['[a-', '-', true],
  ['[abc', 'b', true],
  ['[abc', 'd', false],
  ['[]', 'a', false],
  ['[^]', 'a', true],
  ['\\*', '*', true],
  ['\\*', 'a', false],
  ['a\\', 'a\\', true],
  ['[^', 'a', true],
  ['[', 'a', false],
  ['[', '[', false],
  ['a[', 'a', false],
];

describe('a glob pattern', () => {
  it.each(rows)('%j against %j answers %j', (pattern, text, matches) => {
    expect(globMatches(pattern, text)).toBe(matches);
  });

  it('does not care about case when told so, in classes either', () => {
    expect(globMatches('MAX*[A-C]', 'maxmemory-b', true)).toBe(true);
    expect(globMatches('MAX*', 'maxmemory')).toBe(false);
  });

  it('does not take for ever over many stars', () => {
    expect(globMatches('a*'.repeat(40), `${'a'.repeat(5000)}b`.repeat(2).slice(0, -1).concat('c'))).toBe(true);
    expect(globMatches(`${'a*'.repeat(40)}b`, 'a'.repeat(5000))).toBe(false);
  });
});

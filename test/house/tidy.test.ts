// The rules of the house that no linter knows.
import { expect, test } from 'vitest';
import { failureCodes } from '#core/contract/failures.ts';
import { statementCodes } from '#core/contract/statements.ts';
import { linesMatching, readSources, type SourceFile } from './sources.ts';

const sources = readSources();
const code = sources.filter(({ path }) => /\.(tsx?|mjs|cjs|js)$/.test(path));
const written = code.filter(({ path }) => /^(src-|test\/)/.test(path));
/** This file names what it forbids. */
const others = (files: readonly SourceFile[]) => files.filter(({ path }) => path !== 'test/house/tidy.test.ts');

const fileLinesMax = 400;
const openingCharsMin = 20;

test('the sources were found', () => {
  expect(written.length).toBeGreaterThan(20);
});

test('a file opens with a sentence that says what it is for', () => {
  const opening = new RegExp(`^(#!.*\\n)?(//|/\\*\\*?) ?[^\\s*].{${openingCharsMin},}`);
  expect(written.filter(({ text }) => !opening.test(text)).map(({ path }) => path)).toEqual([]);
});

test('a file stays under 400 lines, unless it is a table of rows and says so', () => {
  const isTable = ({ path, text }: SourceFile) =>
    /(^|[-/])table\.|\.test\./.test(path) || /^\/\/.*\btable\b/i.test(text);
  const long = written.filter((file) => !isTable(file) && file.text.split('\n').length > fileLinesMax);
  expect(long.map(({ path, text }) => `${path}: ${text.split('\n').length} lines`)).toEqual([]);
});

test('a state machine has its drawing', () => {
  const machines = written.filter(({ path }) => /-state\.ts$/.test(path));
  const drawn = /^(\/\/| \*).*(--+>|──+[>►▶]|-+\[|<--+|◄──+)/m;
  expect(machines.filter(({ text }) => !drawn.test(text)).map(({ path }) => path)).toEqual([]);
});

test('every command of the engine is named in a test', () => {
  const rows = code.filter(({ path }) => /^src-core\/engine\/commands\//.test(path));
  const names = rows.flatMap(({ text }) => [...text.matchAll(/\bname: '([a-z|-]+)'/gi)].map(([, name = '']) => name));
  const tests = code
    .filter(({ path }) => path.startsWith('test/') && !path.startsWith('test/house/'))
    .map(({ text }) => text.toUpperCase())
    .join('\n');
  const isNamed = (name: string) =>
    new RegExp(`(?<![A-Z-])${name.toUpperCase().split('|').join('[^A-Z]{1,6}')}(?![A-Z])`).test(tests);
  expect(names.length).toBeGreaterThan(100);
  expect([...new Set(names)].filter((name) => !isNamed(name))).toEqual([]);
});

test('a colour is written only in design', () => {
  const page = sources.filter(
    ({ path }) => path.startsWith('src-renderer/') && !path.startsWith('src-renderer/design/'),
  );
  const colour = /(['"`\s:(,]#([0-9a-f]{3,4}|[0-9a-f]{6}|[0-9a-f]{8})\b(?!-))|\b(rgba?|hsla?|oklch|oklab)\(/i;
  expect(page.length).toBeGreaterThan(0);
  expect(linesMatching(page, colour)).toEqual([]);
});

test('nothing is left to do, switched off, or let through', () => {
  const left = /\b(TODO|FIXME|XXX)\b|@ts-(ignore|nocheck|expect-error)|\b(test|it|describe|suite)\.(only|skip|todo)\b/;
  expect(linesMatching(others(sources), left)).toEqual([]);
});

test('no test waits by time', () => {
  const tests = code.filter(({ path }) => path.startsWith('test/') && path !== 'test/support/wait-for.ts');
  expect(linesMatching(others(tests), /timers\/promises|waitForTimeout\(|setTimeout\(\s*(resolve|done)\b/)).toEqual([]);
});

test('no path of somebody’s machine is written down', () => {
  const machinePath = /(^|[\s'"`(=:])\/(work|tmp|home\/\w+|Users\/\w+)(\/|['"`\s)]|$)/;
  expect(linesMatching(others(sources), machinePath)).toEqual([]);
});

test('every failure and every statement has its sentence', async () => {
  const { en } = await import('../../src-renderer/i18n/en.ts');
  const keys = new Set(leafKeys(en));
  const codes = [
    ...failureCodes.map((code) => `failure.${code}`),
    ...statementCodes.map((code) => `statement.${code}`),
  ];
  expect(codes.filter((code) => !keys.has(code))).toEqual([]);
});

test('every text is used, and every text used is there', async () => {
  const { en } = await import('../../src-renderer/i18n/en.ts');
  const keys = leafKeys(en);
  const page = code
    .filter(({ path }) => path.startsWith('src-renderer/') && !path.startsWith('src-renderer/i18n/'))
    .map(({ text }) => text)
    .join('\n');
  const whole = new Set([...page.matchAll(/['"`]([a-zA-Z][\w-]*(?:\.[\w-]+)+)['"`]/g)].map(([, key = '']) => key));
  // A key made of a constant and a parameter: `failure.${code}` uses all that begin so.
  const begun = [...page.matchAll(/[`'"]([a-zA-Z][\w-]*(?:\.[\w-]+)*\.)(?:\$\{|['"`])/g)].map(
    ([, start = '']) => start,
  );
  const base = (key: string) => key.replace(/_(zero|one|two|few|many|other)$/, '');
  const isUsed = (key: string) => whole.has(base(key)) || begun.some((start) => key.startsWith(start));
  expect(keys.filter((key) => !isUsed(key))).toEqual([]);
  const known = new Set(keys.map(base));
  const asked = [...page.matchAll(/\bt\(\s*['"]([\w.-]+)['"]/g)].map(([, key = '']) => key);
  expect(asked.filter((key) => !known.has(key))).toEqual([]);
});

/** `{ a: { b: 'text' } }` gives `a.b`. */
function leafKeys(tree: object, prefix = ''): string[] {
  return Object.entries(tree).flatMap(([key, value]) =>
    typeof value === 'object' && value !== null ? leafKeys(value, `${prefix}${key}.`) : [`${prefix}${key}`],
  );
}

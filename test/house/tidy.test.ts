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
/** A constant at the outermost level whose literal spans lines. */
const tableOfRows = /^(export )?const [^\n]*[[{(]\n[\s\S]*?^[\]})].*$/gm;
const openingCharsMin = 12;

test('the sources were found', () => {
  expect(written.length).toBeGreaterThan(20);
});

test('a file opens with a sentence that says what it is for', () => {
  const opening = new RegExp(`^(#!.*\\n)?(//|/\\*\\*?) ?[^\\s*].{${openingCharsMin},}`);
  // A test file may leave it to the names of its tests, which are sentences.
  const silent = written.filter(({ path, text }) => !/\.test\.tsx?$/.test(path) && !opening.test(text));
  expect(silent.map(({ path }) => path)).toEqual([]);
});

test('a file stays under 400 lines, its tables of rows apart', () => {
  const long = written
    .map(({ path, text }) => ({ path, lines: text.replace(tableOfRows, '').split('\n').length }))
    .filter(({ path, lines }) => lines > fileLinesMax && !/\.test\.tsx?$/.test(path));
  expect(long.map(({ path, lines }) => `${path}: ${lines} lines`)).toEqual([]);
});

test('a state machine has its drawing', () => {
  const machines = written.filter(({ path }) => /^src-(core|main)\/.*-state\.ts$/.test(path));
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
  const tests = code.filter(({ path }) => /^test\/(?!bench\/|soak\/|support\/wait-for\.ts)/.test(path));
  expect(linesMatching(others(tests), /timers\/promises|waitForTimeout\(|setTimeout\(\s*(resolve|done)\b/)).toEqual([]);
});

test('no path of somebody’s machine is written down', () => {
  const machinePath = /(^|[\s'"`(=:])\/(work|tmp|home\/\w+|Users\/\w+)(\/|['"`\s)]|$)/;
  expect(linesMatching(others(sources), machinePath)).toEqual([]);
});

test('every failure and every statement has its sentence', async () => {
  const { en } = await import('../../src-renderer/i18n/en.ts');
  const keys = leafKeys(en);
  const hasText = (key: string) => keys.some((one) => one === key || one.startsWith(`${key}.`));
  const codes = [
    ...failureCodes.map((code) => `failure.${code}`),
    ...statementCodes.map((code) => `statement.${code}`),
  ];
  expect(codes.filter((code) => !hasText(code))).toEqual([]);
});

/** That a text which is used is there, the types of its keys see to. */
test('every text that is there is used', async () => {
  const { en } = await import('../../src-renderer/i18n/en.ts');
  const page = code
    .filter(({ path }) => path.startsWith('src-renderer/') && !path.startsWith('src-renderer/i18n/en'))
    .map(({ text }) => text)
    .join('\n');
  const whole = new Set([...page.matchAll(/['"`]([a-zA-Z][\w-]*(?:\.[\w-]+)+)['"`]/g)].map(([, key = '']) => key));
  // A key made of a constant and a parameter: `failure.${code}` uses all that begin so.
  const begun = [...page.matchAll(/[`'"]([a-zA-Z][\w-]*(?:\.[\w-]+)*\.)(?:\$\{|['"`])/g)].map(
    ([, start = '']) => start,
  );
  const withoutPlural = (key: string) => key.replace(/\|(zero|one|two|few|many|other)$/, '');
  const isUsed = (key: string) => whole.has(withoutPlural(key)) || begun.some((start) => key.startsWith(start));
  expect(leafKeys(en).filter((key) => !isUsed(key))).toEqual([]);
});

/** `{ a: { b: 'text' } }` gives `a.b`. */
function leafKeys(tree: object, prefix = ''): string[] {
  return Object.entries(tree).flatMap(([key, value]) =>
    typeof value === 'object' && value !== null ? leafKeys(value, `${prefix}${key}.`) : [`${prefix}${key}`],
  );
}

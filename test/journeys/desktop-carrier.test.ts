// The stand-in plays what the desktop journey rests on; a real Electron, where there is one, must do the same.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Desktop, launchDesktop } from '../support/electron-stand-in/launch.ts';
import { waitFor } from '../support/wait-for.ts';

let desktop: Desktop;

beforeAll(async () => {
  desktop = await launchDesktop('test/fixtures/desktop/main.mjs');
  console.log(`run on: ${desktop.carrier}`);
});

afterAll(async () => {
  expect(await desktop.close()).toBe(0);
});

/** Scripts go as text, since the page's names are not this program's. */
const inPage = (script: string): Promise<unknown> => desktop.page.evaluate(script);

test('the page sees what the preload exposed, frozen, and nothing of Node or of the wire', async () => {
  const seen = await inPage(`({
    keys: Object.keys(desktop), word: desktop.word, twice: desktop.twice(21), frozen: Object.isFrozen(desktop),
    globals: [typeof require, typeof process, typeof __electronStandInSay, typeof __electronStandInHear],
  })`);
  expect(seen).toEqual({
    keys: ['word', 'twice', 'sum', 'fail', 'heard', 'unplayed', 'openPort', 'sendPort'],
    word: 'exposed',
    twice: 42,
    frozen: true,
    globals: ['undefined', 'undefined', 'undefined', 'undefined'],
  });
});

test('an invocation is answered by its handler, and a failure keeps its words', async () => {
  expect(await inPage('desktop.sum(40, 2)')).toBe(42);
  expect(await inPage('desktop.fail().catch((error) => error.message)')).toContain('as told');
});

test('a port from the main process reaches the page and speaks both ways', async () => {
  const answer = await inPage(
    '(async () => { const port = nextPort(); desktop.openPort(); return ask(await port, [1, 2]) })()',
  );
  expect(answer).toEqual(['from main', { echo: [1, 2] }]);
});

test('a port from the preload reaches the main process and speaks both ways', async () => {
  const answer = await inPage(
    '(async () => { const port = nextPort(); desktop.sendPort(); return ask(await port, "hi") })()',
  );
  expect(answer).toEqual(['from preload', { taken: 'hi' }]);
});

test('a navigation and a new window are asked about, and do not happen', async () => {
  const before = desktop.page.url();
  await inPage('void (location.href = "http://127.0.0.1:9/away")');
  await inPage('void open("http://127.0.0.1:9/popup")');
  const heard = await waitFor(
    'both questions',
    () => inPage('desktop.heard()'),
    (all) => Array.isArray(all) && all.filter((line) => /^(navigate|open)/.test(line)).length === 2,
  );
  expect(heard).toEqual(expect.arrayContaining(['navigate http://127.0.0.1:9/away']));
  expect(desktop.page.url()).toBe(before);
});

test('a page that reloads closes its ports and runs the preload again', async () => {
  await inPage('(async () => { const port = nextPort(); desktop.openPort(); return ask(await port, 1) })()');
  await desktop.page.reload();
  const heard = await waitFor(
    'the port to close',
    () => inPage('desktop.heard()'),
    (all) => String(all).includes('port closed'),
  );
  expect(heard).toContain('port closed');
});

test.runIf(process.env.ELECTRON_EXE === undefined)('what the stand-in does not play throws by name', async () => {
  expect(await inPage('desktop.unplayed()')).toBe('the Electron stand-in does not play app.dock');
});

// `npm start` on a machine without display or Electron: an address within seconds, and behind it a lab that moves.

import { spawnSync } from 'node:child_process';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startBrowser } from '../support/browser.ts';
import { startWebShell } from '../support/web-shell.ts';
import { ConsolePage } from './console-page.ts';

/** What is promised for a machine that has nothing else to do; a bare Node starts there in so long. */
const promisedStartMs = 5_000;
const bareStartMs = 50;
/** For a machine that is busier at one moment than at the next. */
const roomFactor = 4;

/** How many times as long as on a quiet machine a bare Node takes to start now. */
function slowness(): number {
  const beganMs = performance.now();
  spawnSync(process.execPath, ['-e', '']);
  return Math.max(1, (performance.now() - beganMs) / bareStartMs);
}

let browser: Browser;
beforeAll(async () => {
  browser = await startBrowser();
});
afterAll(() => browser.close());

test('the launcher says why it is not Electron, prints an address, and the lab moves, within seconds', async () => {
  const before = slowness();
  const startedAt = performance.now();
  await using shell = await startWebShell(['out/main/launcher.js', '--port', '0']);
  expect(shell.output()).toMatch(/^In the browser, since .+\.$/m);
  const page = new ConsolePage(await browser.newPage());
  await page.page.goto(shell.address);
  const offset = await page.figureChange('alpha', 'offset', Number.NaN);
  await page.figureChange('alpha', 'offset', offset);
  const tookMs = performance.now() - startedAt;
  console.log(`address after ${Math.round(shell.startedInMs)} ms, offsets that move after ${Math.round(tookMs)} ms`);
  expect(tookMs).toBeLessThan(promisedStartMs * roomFactor * Math.max(before, slowness()));
});

test('nothing is served without the token', async () => {
  await using shell = await startWebShell();
  const { origin } = new URL(shell.address);
  const page = await browser.newPage();
  for (const path of ['/', '/index.html', '/assets/', '/favicon.ico']) {
    const response = await page.request.get(`${origin}${path}`);
    expect({ path, refused: response.status() >= 400 }).toEqual({ path, refused: true });
  }
  await page.close();
});

test('Ctrl-C ends it at once, and with a good code', async () => {
  await using shell = await startWebShell();
  expect(await shell.stop()).toBe(0);
});

// Addresses that lead nowhere: each gives its own clear sentence in the connect dialog, and the lab runs on.
import { once } from 'node:events';
import { createServer as createHttpServer } from 'node:http';
import { createServer, type Server } from 'node:net';
import { expect, test } from 'vitest';
import type { FailureCode } from '#core/contract/failures.ts';
import { freePort, portOf } from '../support/free-port.ts';
import { startRedis } from '../support/redis-server.ts';
import { carriers } from './carriers.ts';
import type { ConsolePage } from './console-page.ts';

const [web] = carriers;

async function listening(server: Server): Promise<number> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return portOf(server);
}

async function triesToConnect(page: ConsolePage, url: string): Promise<{ code: string | null; text: string }> {
  await page.part('connect-open').click();
  await page.part('connect-url').fill(url);
  await page.part('connect-submit').click();
  await page.see(page.part('connect-failure'));
  const code = await page.part('connect-failure').getAttribute('data-code');
  const text = await page.part('connect-failure').innerText();
  expect(await page.part('connect-url').inputValue()).toBe(url);
  await page.part('connect-cancel').click();
  await page.part('connect-dialog').waitFor({ state: 'hidden' });
  return { code, text };
}

test('what is no Redis, hangs, refuses, or does not resolve is named, and no node is harmed', async () => {
  if (web === undefined) throw new Error('the web carrier is missing');
  await using opened = await web.open();
  const page = opened.console;
  await using locked = await startRedis({ settings: { requirepass: 'right' } });
  const http = createHttpServer((_request, response) => response.end('a web page'));
  const silent = createServer((socket) => socket.on('error', () => {}));
  try {
    const cases: readonly (readonly [string, FailureCode])[] = [
      [`redis://127.0.0.1:${await freePort()}`, 'connectionRefused'],
      ['redis://no-such-host.invalid:6379', 'addressUnresolved'],
      ['http://127.0.0.1:80', 'addressInvalid'],
      [`redis://127.0.0.1:${await listening(http)}`, 'notRedis'],
      [`redis://127.0.0.1:${await listening(silent)}`, 'connectionTimedOut'],
      [`redis://127.0.0.1:${locked.port}`, 'authRequired'],
      [`redis://:wrong@127.0.0.1:${locked.port}`, 'authRejected'],
    ];
    for (const name of ['alpha', 'bravo', 'charlie']) await page.see(page.card(name));
    for (const [url, code] of cases) {
      const failure = await triesToConnect(page, url);
      expect({ url, code: failure.code }).toEqual({ url, code });
      expect(failure.text.length).toBeGreaterThan(20);
      expect(failure.text).not.toContain('wrong');
    }
    expect((await page.cardNames()).sort()).toEqual(['alpha', 'bravo', 'charlie']);
    const offset = await page.figure('charlie', 'offset');
    expect(await page.figureChange('charlie', 'offset', offset)).toBeGreaterThan(offset);
    expect(page.problems).toEqual([]);
  } finally {
    http.closeAllConnections();
    http.close();
    silent.close();
  }
});

// Connecting real servers: over TLS, and to addresses that lead nowhere, of which each gives its own clear sentence.
import { once } from 'node:events';
import { createServer as createHttpServer } from 'node:http';
import { createServer, type Server } from 'node:net';
import { resolve } from 'node:path';
import { expect, test } from 'vitest';
import type { FailureCode } from '#core/contract/failures.ts';
import { freePort, portOf } from '../support/free-port.ts';
import { startRedis } from '../support/redis-server.ts';
import { waitFor } from '../support/wait-for.ts';
import { openInBrowser } from './carriers.ts';
import type { ConsolePage } from './console-page.ts';

const certificates = resolve('test/fixtures/tls');

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
  await using opened = await openInBrowser();
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

/** A real Redis that listens with TLS too, under a certificate of the fixtures' authority. */
async function startTlsRedis(tlsPort: number) {
  return startRedis({
    settings: {
      'tls-port': tlsPort,
      'tls-cert-file': resolve(certificates, 'server.crt'),
      'tls-key-file': resolve(certificates, 'server.key'),
      'tls-ca-cert-file': resolve(certificates, 'ca.crt'),
      'tls-auth-clients': 'no',
      requirepass: 'over tls',
    },
  });
}

test('a server is reached over TLS when its authority is trusted, and refused by name when it is not', async () => {
  const tlsPort = await freePort();
  await using redis = await startTlsRedis(tlsPort);
  const url = `rediss://:over%20tls@localhost:${tlsPort}`;
  {
    await using distrusting = await openInBrowser();
    await distrusting.console.see(distrusting.console.card('alpha'));
    const failure = await triesToConnect(distrusting.console, url);
    expect(failure.code).toBe('tlsFailed');
    expect(failure.text).not.toContain('over tls');
  }
  await using trusting = await openInBrowser({ NODE_EXTRA_CA_CERTS: resolve(certificates, 'ca.crt') });
  await trusting.console.see(trusting.console.card('alpha'));
  const name = await trusting.console.connect(url);
  await waitFor(
    'its role to be read',
    () => trusting.console.role(name),
    (role) => role === 'master',
  );
  const admin = redis.client();
  const clients = String(await admin.call('CLIENT', 'LIST'));
  expect(clients.split('\n').filter((line) => line.includes(`laddr=127.0.0.1:${tlsPort}`))).toHaveLength(1);
  expect(trusting.console.problems).toEqual([]);
});

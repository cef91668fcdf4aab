// Kept connections in the window: passwords under a passphrase, pasted lines, another console's file, own authorities.
import type { Locator } from 'playwright-core';
import { expect, test } from 'vitest';
import { makeCertificateFolder } from '../support/certificates.ts';
import { freePort } from '../support/free-port.ts';
import { startRedis } from '../support/redis-server.ts';
import { openInBrowser } from './carriers.ts';

const passphrase = 'four words are enough';

test('a connection is kept with its password sealed, opened, and removed; pasted ones are looked at first', async () => {
  await using opened = await openInBrowser();
  const page = opened.console;
  await using redis = await startRedis({ settings: { requirepass: 'right' } });
  const closed = await freePort();
  await page.see(page.card('bravo'));
  await page.page.keyboard.press('Alt+k');
  await page.see(page.part('connections-none'));
  await page.part('secrets-passphrase').fill(passphrase);
  await page.part('secrets-unlock').click();
  await page.see(page.part('secrets-lock'));

  await page.part('connections-new').click();
  await page.part('profile-name').fill('orders');
  await page.part('profile-host').fill('127.0.0.1');
  await page.part('profile-port').fill(String(redis.port));
  await page.part('profile-login').getByText('Save the password').click();
  await page.part('profile-password').fill('wrong');
  await page.part('profile-save-open').click();
  await page.see(page.part('profile-failure'));
  expect(await page.part('profile-failure').getAttribute('data-code')).toBe('authRejected');
  await page.part('profile-password').fill('right');
  await page.part('profile-save-open').click();
  await page.part('profile-editor').waitFor({ state: 'detached' });
  await page.see(page.card('orders'));

  await page.page.keyboard.press('Alt+k');
  await page.part('connections-paste').click();
  await page.part('paste-text').fill(`cart = redis://127.0.0.1:${closed}\nnonsense here`);
  await page.part('paste-look').click();
  await page.see(page.part('import-skipped'));
  await page.part('import-keep').click();
  await page.see(page.part('connection-cart'));
  await page.part('connection-open-cart').click();
  await page.see(page.part('connection-failure'));
  expect(await page.part('connection-failure').getAttribute('data-code')).toBe('connectionRefused');
  await page.part('connection-remove-cart').click();
  await page.part('connection-remove-yes').click();
  await page.part('connection-cart').waitFor({ state: 'detached' });
  expect(await page.part('connection-orders').getAttribute('data-connected')).toBe('true');
  expect(page.problems).toEqual([]);
});

test('a server with an authority of its own is refused with the reason, and connected once the files are chosen', async () => {
  await using certificates = await makeCertificateFolder();
  const authority = await certificates.authority('house');
  const [server, client] = [await authority.identity('server'), await authority.identity('client')];
  await using redis = await startRedis({
    settings: {
      'tls-port': await freePort(),
      'tls-cert-file': server.certificate,
      'tls-key-file': server.key,
      'tls-ca-cert-file': authority.certificate,
      'tls-auth-clients': 'yes',
    },
  });
  const [, tlsPort] = (await redis.client().config('GET', 'tls-port')) as string[];
  await using opened = await openInBrowser();
  const page = opened.console;
  await page.see(page.card('bravo'));
  await page.part('connect-open').first().click();
  await page.part('connect-url').fill(`rediss://127.0.0.1:${tlsPort}`);
  await page.part('connect-name').fill('vault');
  await page.part('connect-submit').click();
  await page.see(page.part('connect-failure'));
  expect(await page.part('connect-failure').innerText()).toMatch(/an authority that this machine does not/);

  await page.part('connect-more').click();
  await page.see(page.part('profile-editor'));
  expect(await page.part('profile-port').inputValue()).toBe(tlsPort);
  await chooseFile(page.part('profile-authority-file'), authority.certificate);
  await chooseFile(page.part('profile-certificate-file'), client.certificate);
  await chooseFile(page.part('profile-tlsKey-file'), client.key);
  await page.part('profile-server-name').fill('server');
  await page.part('profile-save-open').click();
  await page.see(page.card('vault'));
  await page.untilRole('vault', 'master');
  expect(page.problems).toEqual([]);
});

test('an import says which files it could not take over, and where they are chosen', async () => {
  await using opened = await openInBrowser();
  const page = opened.console;
  const entry = {
    host: '127.0.0.1',
    port: 6379,
    name: 'legacy',
    separator: ':',
    sslOptions: { ca: '/etc/keys/ca.crt' },
  };
  await page.see(page.card('bravo'));
  await page.page.keyboard.press('Alt+k');
  await page.see(page.part('connections-none'));
  const content = Buffer.from(Buffer.from(JSON.stringify([entry])).toString('base64'));
  await chooseFile(page.part('connections-import'), {
    name: 'connections.ano',
    mimeType: 'text/plain',
    buffer: content,
  });
  await page.see(page.part('import-missing-legacy'));
  expect(await page.part('import-missing-legacy').innerText()).toBe(
    'To be chosen anew: authority (CA) /etc/keys/ca.crt',
  );
  await page.part('import-environment').getByText('Prod').click();
  await page.part('import-keep').click();
  await page.see(page.part('connection-missing-legacy'));
  expect(await page.part('connection-legacy').innerText()).toContain('Prod');
  await page.part('connection-edit-legacy').click();
  await page.see(page.part('profile-authority-missing'));
  expect(await page.part('profile-authority-missing').innerText()).toContain('/etc/keys/ca.crt');
  expect(page.problems).toEqual([]);
});

type Chosen = Parameters<Locator['setInputFiles']>[0];

/** Presses what opens the choice of a file, and chooses it. */
async function chooseFile(opener: Locator, file: Chosen): Promise<void> {
  const [chooser] = await Promise.all([opener.page().waitForEvent('filechooser'), opener.click()]);
  await chooser.setFiles(file);
}

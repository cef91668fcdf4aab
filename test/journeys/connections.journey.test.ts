// Kept connections in the window: a password under a passphrase, a wrong one, pasted lines, and removal.
import { expect, test } from 'vitest';
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

// The console at the least size it promises, in both themes: everything there, nothing beside the window.
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { startBrowser } from '../support/browser.ts';
import { waitFor } from '../support/wait-for.ts';
import { startWebShell } from '../support/web-shell.ts';
import { openInBrowser } from './carriers.ts';
import { ConsolePage } from './console-page.ts';

const leastSize = { width: 1100, height: 700 };
const folder = join('test-results', 'screenshots');
mkdirSync(folder, { recursive: true });

test.for(['dark', 'light'] as const)(
  'at 1100×700 the %s console shows its parts and does not scroll sideways',
  async (theme) => {
    await using shell = await startWebShell();
    const browser = await startBrowser();
    try {
      const page = new ConsolePage(await browser.newPage({ viewport: leastSize }));
      await page.page.goto(shell.address);
      await page.chooseTheme(theme);
      for (const name of ['alpha', 'bravo', 'charlie']) await page.see(page.card(name));
      await page.figureChange('alpha', 'offset', await page.figureChange('alpha', 'offset', Number.NaN));
      await page.select('bravo');
      await page.see(page.part('info-master_link_status'));
      await page.page.screenshot({ path: join(folder, `least-${theme}.png`) });

      const beside = await page.page.evaluate(
        'document.documentElement.scrollWidth - document.documentElement.clientWidth',
      );
      expect(beside).toBe(0);
      const cards = await Promise.all(['alpha', 'bravo', 'charlie'].map((name) => page.card(name).boundingBox()));
      for (const box of cards) {
        expect(box?.x).toBeGreaterThanOrEqual(0);
        expect((box?.x ?? 0) + (box?.width ?? 0)).toBeLessThanOrEqual(leastSize.width);
      }
      await page.begin('promote', 'bravo');
      await page.see(page.part('plan-run'));
      const run = await page.part('plan-run').boundingBox();
      expect((run?.y ?? 0) + (run?.height ?? 0)).toBeLessThanOrEqual(leastSize.height);
      await page.page.screenshot({ path: join(folder, `least-plan-${theme}.png`) });
      expect(page.problems).toEqual([]);
    } finally {
      await browser.close();
    }
  },
);

test('a node that is out of view is found by its name, on the map and in the table', async () => {
  await using opened = await openInBrowser();
  const page = opened.console;
  await page.see(page.card('charlie'));
  await page.page.setViewportSize({ width: 720, height: 450 });
  const ground = page.page.locator('.topology');
  await page.see(ground);
  const isInView = async () => {
    const [card, room] = await Promise.all([page.card('charlie').boundingBox(), ground.boundingBox()]);
    if (card === null || room === null) return false;
    const middle = { x: card.x + card.width / 2, y: card.y + card.height / 2 };
    return middle.x > room.x && middle.x < room.x + room.width && middle.y > room.y && middle.y < room.y + room.height;
  };
  // Pushed away by hand.
  await ground.hover({ position: { x: 4, y: 4 } });
  await page.page.mouse.wheel(0, -4000);
  await waitFor('charlie to be out of view', async () => !(await isInView()));
  await seek(page, 'charlie');
  await page.see(page.page.locator('[data-testid="inspector"][data-node="charlie"]'));
  await waitFor('charlie to be in view', isInView);

  await page.part('view-table').click();
  await seek(page, 'alpha');
  await page.see(page.part('node-row-alpha'));
  await waitFor(
    'its row to be chosen',
    async () => (await page.part('node-row-alpha').getAttribute('data-selected')) === 'true',
  );
  expect(page.problems).toEqual([]);
});

async function seek(page: ConsolePage, name: string): Promise<void> {
  await page.page.keyboard.press('Control+k');
  const field = page.page.getByPlaceholder('Search nodes and commands');
  await page.see(field);
  await field.fill(name);
  await page.page.getByText(`Inspect ${name}`, { exact: true }).click();
  await field.waitFor({ state: 'detached' });
}

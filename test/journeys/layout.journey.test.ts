// The console at the least size it promises, in both themes: everything there, nothing beside the window.
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { startBrowser } from '../support/browser.ts';
import { startWebShell } from '../support/web-shell.ts';
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

// Faults on a link as a person makes them: from the menu of a replica, seen on its pipe, and cleared with one click.
import { expect, test } from 'vitest';
import { waitFor } from '../support/wait-for.ts';
import { openInBrowser } from './carriers.ts';

test('a fault is put on a link, seen on its pipe and in its effect, changed, and cleared with one click', async () => {
  await using opened = await openInBrowser();
  const { console } = opened;
  await console.untilPhase('bravo', 'streaming');

  await console.part('node-card-bravo-menu').click();
  await console.part('menu-faults').click();
  await console.part('fault-kind-delay').check();
  await console.part('fault-toReplicaMs').fill('300');
  await console.part('faults-set').click();
  const mark = console.part('fault-mark-bravo');
  await console.see(mark);
  // The relay stands first, and does its work once the link streams through it.
  await waitFor(
    'the mark to say what is on',
    async () => (await mark.innerText()).replace(/\s+/g, ' '),
    (words) => words.includes('delay 300 ms / 200 ms'),
  );
  await console.untilPhase('bravo', 'streaming');
  // The master is still the one that it was: no card of a stranger, and the pipe is there.
  expect(await console.cardNames()).toHaveLength(3);
  expect(await console.page.locator('[data-testid^="ghost-card-"]').count()).toBe(0);

  await mark.getByRole('button').first().click();
  await console.part('fault-kind-cut').check();
  await console.part('fault-seconds').fill('600');
  await console.part('faults-set').click();
  await waitFor('the link to be down', async () => (await console.phase('bravo')) !== 'streaming');
  await waitFor('the mark to say so', async () => (await mark.getAttribute('data-phase')) === 'refusing');

  await console.part('fault-clear-bravo').click();
  await mark.waitFor({ state: 'detached' });
  await console.untilPhase('bravo', 'streaming');

  // The journal has all three, the newest first, each with what was sent.
  await console.part('view-journal').click();
  const entries = console.part('journal-fault');
  await console.see(entries);
  expect((await entries.allInnerTexts()).map((text) => /cleared|cut|delay/.exec(text)?.[0])).toEqual([
    'cleared',
    'cut',
    'delay',
  ]);
  await console.part('journal-filter').fill('cleared');
  await waitFor('the filter to leave one', async () => (await entries.count()) === 1);
  await entries.getByRole('button').first().click();
  expect(await entries.innerText()).toMatch(/REPLICAOF 127\.0\.0\.1 \d+/);
  expect(console.problems).toEqual([]);
});

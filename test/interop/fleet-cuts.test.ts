// Every kind of plan cut off after each of its steps, in every way: nobody is paused or orphaned, and it is led on or back.
import { afterAll, describe, it, vi } from 'vitest';
import { type Kind, kinds } from '../support/cut-kinds.ts';
import { CutScene } from '../support/cut-scene.ts';
import { type Cut, CutStory } from '../support/cut-story.ts';
import { cuts } from '../support/cuts.ts';

/** Most of the time a story waits: for a pause to end, a link to come back, a process to start. */
vi.setConfig({ maxConcurrency: 8 });

/** Scenes that no test uses now: rows run side by side, each in one, and the next row takes it over. */
const free: { readonly servers: Kind['servers']; readonly scene: CutScene }[] = [];

async function withScene(servers: Kind['servers'], test: (scene: CutScene) => Promise<void>): Promise<void> {
  const at = free.findIndex((each) => each.servers === servers);
  const [found] = at < 0 ? [] : free.splice(at, 1);
  const scene = found?.scene ?? (await CutScene.start(servers));
  try {
    await test(scene);
  } catch (error) {
    await scene[Symbol.asyncDispose]();
    throw error;
  }
  free.push({ servers, scene });
}

afterAll(async () => {
  for (const { scene } of free) await scene[Symbol.asyncDispose]();
});

/** None done, one done, and so on: up to the one before the last. */
async function atEachStep(kind: Kind, cut: Cut): Promise<void> {
  const chosen = cut.steps?.(kind);
  await withScene(kind.servers, async (scene) => {
    for (let steps = 0; ; steps++) {
      if (chosen && steps > Math.max(...chosen)) return;
      if (chosen && !chosen.includes(steps)) continue;
      const story = await CutStory.begin(scene, kind, cut, steps);
      const ending = await cut.run(story);
      const runId = await story.expectUnharmed(ending);
      await cut.mend(story);
      await story.lead(runId);
      if (steps + 1 === story.plan.steps.length) return;
    }
  });
}

for (const kind of kinds) {
  describe.concurrent(kind.title, () => {
    for (const cut of cuts)
      it(`${cut.title}: nothing is harmed, and it is led on or back`, () => atEachStep(kind, cut));
  });
}

// Building a lab: in order, and a node that fails takes no other with it.
import { expect, it } from 'vitest';
import { buildLab, firstLab, type LabBuilder } from '#core/lab/first-lab.ts';

function recorder(failing: string | null = null) {
  const calls: string[] = [];
  const builder: LabBuilder = {
    create: async (name) => {
      calls.push(`create ${name}`);
      return `id-${name}`;
    },
    start: async (id) => {
      if (id === failing) throw new Error(`${id} did not start`);
    },
    attach: async (id, masterId) => void calls.push(`attach ${id} ${masterId}`),
    load: async (id, { writesPerSecond }) => void calls.push(`load ${id} ${writesPerSecond}`),
  };
  return { calls, builder };
}

it('makes one master with a gentle load and two replicas at the very first start', async () => {
  const { calls, builder } = recorder();
  expect(await buildLab(firstLab, builder)).toEqual([]);
  expect(calls).toEqual([
    'create alpha',
    'create bravo',
    'create charlie',
    'load id-alpha 20',
    'attach id-bravo id-alpha',
    'attach id-charlie id-alpha',
  ]);
});

it('leaves the replicas of a master that did not start as they are, and says what failed', async () => {
  const { calls, builder } = recorder('id-alpha');
  expect(await buildLab(firstLab, builder)).toEqual([new Error('id-alpha did not start')]);
  expect(calls).toEqual(['create alpha', 'create bravo', 'create charlie']);
});

// The fleet's live stream as a screen takes it: numbered without a gap, and a fresh snapshot for one that fell behind.
import { expect, it } from 'vitest';
import { Fleet } from '#core/fleet/fleet.ts';
import { watchFleet } from '#core/host/streams.ts';

const nothing = { changed: [], removed: [], samples: {}, marks: [], surroundings: null };

it('begins with a snapshot and numbers what follows', async () => {
  const fleet = new Fleet();
  const stream = watchFleet(fleet, { shell: 'web', version: '1' }, undefined);
  const first = await stream.next();
  expect(first.value).toMatchObject({ seq: 0, kind: 'snapshot', snapshot: { shell: 'web', version: '1', nodes: [] } });
  fleet.changes.emit({ ...nothing, removed: ['a'] });
  fleet.changes.emit({ ...nothing, removed: ['b'] });
  expect([(await stream.next()).value, (await stream.next()).value]).toEqual([
    { seq: 1, kind: 'patch', ...nothing, removed: ['a'] },
    { seq: 2, kind: 'patch', ...nothing, removed: ['b'] },
  ]);
  await stream.return();
  fleet.dispose();
});

it('gives a screen that fell behind one snapshot instead of all that it missed', async () => {
  const fleet = new Fleet();
  const stream = watchFleet(fleet, { shell: 'web', version: '1' }, undefined);
  await stream.next();
  for (let patch = 0; patch < 33; patch++) fleet.changes.emit({ ...nothing, removed: [`${patch}`] });
  expect((await stream.next()).value).toMatchObject({ seq: 1, kind: 'snapshot' });
  fleet.changes.emit({ ...nothing, removed: ['after'] });
  expect((await stream.next()).value).toMatchObject({ seq: 2, kind: 'patch', removed: ['after'] });
  await stream.return();
  fleet.dispose();
});

it('says nothing of where the host keeps its things', async () => {
  const fleet = new Fleet();
  const options = { shell: 'web', version: '1', settingsFolder: '/secret/place' } as const;
  const stream = watchFleet(fleet, options, undefined);
  expect(JSON.stringify((await stream.next()).value)).not.toContain('/secret/place');
  await stream.return();
  fleet.dispose();
});

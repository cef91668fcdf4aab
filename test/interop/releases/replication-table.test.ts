// What a link does after each fault where ours stands beside other releases of the family.
import { describe, it } from 'vitest';
import { faultCases, faultRows, type Place, playFault } from '../../support/fault-table.ts';
import { type ReleaseName, releaseNames } from '../../support/releases.ts';

/** Redis 6.0 cannot follow a master that writes as Redis 7.0 does: neither a real one nor ours. */
const followers = releaseNames.filter((name) => name !== 'Redis 6.0');

const between = (name: ReleaseName): Place => ({
  kinds: [name, 'Syncline', name],
  expects: 'ofThree',
  transfers: ['diskless'],
});
const above = (name: ReleaseName): Place => ({ kinds: ['Syncline', name], expects: 'ofTwo', transfers: ['disk'] });
const below = (name: ReleaseName): Place => ({ kinds: [name, 'Syncline'], expects: 'ofTwo', transfers: ['disk'] });

/** Chains of one release alone prove that what we expect is what it does; one each, where the releases differ. */
const controls = faultRows(
  releaseNames.map((name) => ({ kinds: [name, name], expects: 'ofTwo', transfers: ['diskless'] })),
  faultCases.filter(({ belowRedis6 }) => belowRedis6),
);
const rows = faultRows(
  [...releaseNames.map(between), ...releaseNames.map(below), ...followers.map(above)],
  faultCases.filter(({ isForAll }) => isForAll),
);

describe('what each link of a chain with other releases does', () => {
  it.concurrent.each([...rows, ...controls].map((row) => [row.title, row] as const))('%s', async (_, row) =>
    playFault(row),
  );
});

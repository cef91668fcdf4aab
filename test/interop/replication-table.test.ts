// What a link does after each fault, as one table: {ours above, below, between real servers} × {disk, diskless} × faults.
import { describe, it } from 'vitest';
import { faultRows, type Place, playFault } from '../support/fault-table.ts';

/** Where ours stands. The chain of real servers alone proves that what we expect is what Redis does. */
const places: readonly Place[] = [
  { kinds: ['Syncline', 'Redis'], expects: 'ofTwo', transfers: ['disk', 'diskless'] },
  { kinds: ['Redis', 'Syncline'], expects: 'ofTwo', transfers: ['disk', 'diskless'] },
  { kinds: ['Redis', 'Syncline', 'Redis'], expects: 'ofThree', transfers: ['disk', 'diskless'] },
  { kinds: ['Syncline', 'Syncline', 'Syncline'], expects: 'ofThree', transfers: ['diskless'] },
  { kinds: ['Redis', 'Redis', 'Redis'], expects: 'ofThree', transfers: ['disk', 'diskless'] },
];

describe('what each link of a chain does', () => {
  it.concurrent.each(faultRows(places).map((row) => [row.title, row] as const))('%s', async (_, row) => playFault(row));
});

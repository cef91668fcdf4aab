// Figures of INFO that are made and not counted: sizes for people, and rates over the last samples.
import { expect, test } from 'vitest';
import type { Stats } from '#core/engine/commands/services.ts';
import { humanBytes } from '#core/engine/server/human-bytes.ts';
import { Rates } from '#core/engine/server/rates.ts';
import { SimulatedTime } from '../../../support/simulated-time.ts';

test.each([
  [0, '0B'],
  [1023, '1023B'],
  [941008, '918.95K'],
  [25276510208, '23.54G'],
  [1024 ** 4, '1.00T'],
])('%i bytes are %s', (bytes, text) => {
  expect(humanBytes(bytes)).toBe(text);
});

test('a rate is what came over the last sixteen samples, and starts anew when the counters do', () => {
  const time = new SimulatedTime();
  const stats = { commandsProcessed: 0, netInputBytes: 0, netOutputBytes: 0 } as unknown as Stats;
  const rates = new Rates(time, stats);
  expect(rates.perSecond('commands')).toBe(0);
  for (let i = 0; i < 40; i++) {
    stats.commandsProcessed += i < 20 ? 1000 : 5;
    rates.sample();
    time.advance(100);
  }
  expect(rates.perSecond('commands')).toBeCloseTo(50);
  rates.restart();
  expect(rates.perSecond('commands')).toBe(0);
});

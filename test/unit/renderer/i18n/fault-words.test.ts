// The few words of each fault, as the mark on the pipe says them.
import { beforeAll, expect, test } from 'vitest';
import type { Fault } from '#core/contract/faults.ts';
import { faultText } from '../../../../src-renderer/i18n/fault-words.ts';
import { startTexts } from '../../../../src-renderer/i18n/i18n.ts';

beforeAll(startTexts);

/** Thin spaces are a matter of looks. */
const words = (fault: Fault | null, phase: 'passing' | 'refusing' | 'acting' | 'between' = 'acting') =>
  faultText({ fault, phase }).replace(/\s/g, ' ');

test.each<[Fault | null, string]>([
  [null, 'relay'],
  [{ kind: 'cut', seconds: 0, everySeconds: null }, 'cut'],
  [{ kind: 'cut', seconds: 5, everySeconds: null }, 'cut 5 s'],
  [{ kind: 'cut', seconds: 5, everySeconds: 20 }, 'cut 5 s every 20 s'],
  [{ kind: 'cutAfter', direction: 'toReplica', bytes: 1000 }, 'cut after 1.00 kB'],
  [{ kind: 'cutAt', direction: 'toReplica', text: '+CONTINUE' }, 'cut at “+CONTINUE”'],
  [{ kind: 'holdOff' }, 'connects held off'],
  [{ kind: 'stall' }, 'frozen'],
  [{ kind: 'delay', toReplicaMs: 20, toMasterMs: 20, jitterMs: 0 }, 'delay 20 ms'],
  [{ kind: 'delay', toReplicaMs: 20, toMasterMs: 0, jitterMs: 5 }, 'delay 20 ms / 0 ms + 5 ms'],
  [{ kind: 'throttle', bytesPerSecond: 10_000 }, 'at most 10.0 kB/s'],
  [{ kind: 'drop', direction: 'toReplica' }, 'drops to replica'],
  [{ kind: 'drop', direction: 'toMaster' }, 'drops to master'],
  [{ kind: 'corrupt', direction: 'toMaster', where: { kind: 'atByte', byte: 9 }, seed: 1 }, 'corrupts byte 9'],
  [
    { kind: 'corrupt', direction: 'toMaster', where: { kind: 'rate', everyBytes: 500 }, seed: 1 },
    'corrupts 1 in 500 B',
  ],
])('%o is said as %s', (fault, text) => {
  expect(words(fault)).toBe(text);
});

test('a repeated cut says in which phase it is', () => {
  const cut: Fault = { kind: 'cut', seconds: 5, everySeconds: 20 };
  expect(words(cut, 'refusing')).toBe('cut 5 s every 20 s · refusing');
  expect(words(cut, 'between')).toBe('cut 5 s every 20 s · until the next');
});

// LCS: texts, lengths, places, refusals, and texts drawn from few letters, where many answers are equally long.
import { seededRandom } from '../../support/random.ts';
import type { Step } from '../commands-differential.test.ts';

const forms = [
  '',
  ' LEN',
  ' IDX',
  ' IDX WITHMATCHLEN',
  ' IDX MINMATCHLEN 2',
  ' IDX MINMATCHLEN 3 WITHMATCHLEN',
  ' MINMATCHLEN 9',
];

function compared(first: string, second: string): Step[] {
  return [['MSET', 'a', first, 'b', second], ...forms.map((form) => `LCS a b${form}`)];
}

function drawn(): Step[] {
  const random = seededRandom(7);
  const text = () => Array.from({ length: 1 + random.below(30) }, () => 'abc'[random.below(3)]).join('');
  return Array.from({ length: 40 }, () => compared(text(), text())).flat();
}

export const lcsCases: Readonly<Record<string, readonly Step[]>> = {
  'LCS of two texts': [...compared('ohmytext', 'mynewtext'), ...compared('same', 'same'), ...compared('a', 'b')],
  'LCS of bytes': compared('\xff\x00\x01', '\x00\xff\x01'),
  'LCS of what is not there': [
    'LCS none nothing',
    'LCS none nothing LEN',
    'LCS none nothing IDX',
    'SET a 1',
    'LCS a none IDX',
  ],
  'LCS of texts in any order': drawn(),
  'LCS in RESP3': ['HELLO 3', ...compared('ohmytext', 'mynewtext').slice(0, 5)],
  'LCS is refused': [
    'LCS a',
    'LCS a b LEN IDX',
    'LCS a b NO',
    'LCS a b MINMATCHLEN',
    'LCS a b MINMATCHLEN x',
    'LCS a b MINMATCHLEN -1',
    'LPUSH list 1',
    'LCS list a',
    'LCS a list NO',
    'CONFIG SET proto-max-bulk-len 1048576',
    ['SET', 'a', 'x'.repeat(2000)],
    ['SET', 'b', 'x'.repeat(2000)],
    'LCS a b LEN',
    'CONFIG SET proto-max-bulk-len 536870912',
  ],
  'MEMORY USAGE without a figure': [
    'MEMORY USAGE none',
    'MEMORY USAGE none SAMPLES 0',
    'MEMORY USAGE none SAMPLES -1',
    'MEMORY USAGE none SAMPLES x',
    'MEMORY USAGE none SAMPLES',
    'MEMORY USAGE none NO 1',
    'MEMORY USAGE',
    'MEMORY NO',
    'MEMORY',
  ],
};

import { expect, test } from 'vitest';
import { logLinesMax } from '#core/contract/settings.ts';
import type { LogLine } from '#core/contract/views.ts';
import { appendLines, filterLines } from '../../../../src-renderer/inspector/log-lines.ts';

const line = (seq: number, text = `line ${seq}`): LogLine => ({ seq, atMs: seq, mark: 'M', level: '*', text });
const seqs = (lines: readonly LogLine[]) => lines.map((one) => one.seq);

test('new lines are appended', () => {
  expect(seqs(appendLines([line(1)], [line(2), line(3)]))).toEqual([1, 2, 3]);
});

test('a stream that begins anew does not double the lines', () => {
  expect(seqs(appendLines([line(1), line(2)], [line(1), line(2), line(3)]))).toEqual([1, 2, 3]);
});

test('only the newest lines are kept', () => {
  const many = Array.from({ length: logLinesMax + 10 }, (_, seq) => line(seq));
  const kept = appendLines(null, many);
  expect(kept).toHaveLength(logLinesMax);
  expect(kept[0]?.seq).toBe(10);
});

test('the filter finds a text whatever the case', () => {
  const lines = [line(1, 'Full resync from master'), line(2, 'PING')];
  expect(seqs(filterLines(lines, 'FULL'))).toEqual([1]);
  expect(seqs(filterLines(lines, '  '))).toEqual([1, 2]);
  expect(filterLines(lines, 'absent')).toEqual([]);
});

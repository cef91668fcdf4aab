// What a step was answered, in words.
import { beforeAll, expect, test } from 'vitest';
import { answerText, isCancelled } from '../../../../src-renderer/i18n/answer-text.ts';
import { startTexts } from '../../../../src-renderer/i18n/i18n.ts';

beforeAll(startTexts);

test('a server’s words stay as they came', () => {
  for (const answer of ['OK', '(integer) 1', 'ERR {"code":1}', 'noSuchCode {}', 'runCancelled {torn']) {
    expect([answerText(answer), isCancelled(answer)]).toEqual([answer, false]);
  }
});

test('what hindered the host is said as everywhere else', () => {
  expect(answerText('nodeNotConnected {"name":"bravo"}')).toBe('bravo is not connected.');
  expect([answerText('runCancelled {}'), isCancelled('runCancelled {}')]).toEqual(['It was cancelled.', true]);
});

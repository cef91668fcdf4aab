import { beforeAll, expect, test } from 'vitest';
import { failureCodes } from '#core/contract/failures.ts';
import { statementCodes } from '#core/contract/statements.ts';
import { startTexts } from '../../../../src-renderer/i18n/i18n.ts';
import { failureText, statementText, writeParams } from '../../../../src-renderer/i18n/statement-text.ts';
import { sentenceOf } from '../../../../src-renderer/inspector/InfoFieldRow.tsx';

beforeAll(startTexts);

test('figures get their units and ids are shortened', () => {
  const params = {
    missingBytes: 1204,
    askedByte: 46_910_221,
    port: 6379,
    askedId: 'c88cd043d66193e8',
    timeoutMs: 5000,
  };
  expect(writeParams(params)).toEqual({
    missingBytes: '1.20\u202fkB',
    askedByte: '46\u202f910\u202f221',
    port: '6379',
    askedId: 'c88cd043…',
    timeoutMs: '5.0\u202fs',
  });
});

test('a sentence is filled in', () => {
  expect(statementText({ code: 'titleAttach', params: { name: 'delta', master: 'alpha' } })).toBe(
    'Attach delta to alpha',
  );
});

test('every statement and failure has a text of its own', () => {
  for (const code of statementCodes) expect(statementText({ code, params: {} })).not.toContain('statement.');
  for (const code of failureCodes) {
    const { what, next } = failureText({ code, params: {}, retryable: false });
    expect(what.length).toBeGreaterThan(10);
    expect(next.length).toBeGreaterThan(5);
  }
});

test('the code of a failed handshake is said in words, and stays for who searches for it', () => {
  const failed = (reason: string) =>
    failureText({ code: 'tlsFailed', params: { host: 'db', port: 6380, reason }, retryable: false }).what;
  expect(failed('CERT_HAS_EXPIRED')).toBe('No TLS with db:6380: its certificate has expired (CERT_HAS_EXPIRED).');
  expect(failed('socket hang up')).toBe('No TLS with db:6380: socket hang up.');
});

test('markup in an answer of a server stays text', () => {
  const params = { name: 'bravo', command: 'X', answer: '<b>{{name}}</b>' };
  const { what } = failureText({ code: 'commandRefused', params, retryable: false });
  expect(what).toBe('bravo refused X: <b>{{name}}</b>');
});

test('a statement of a newer host is shown, not hidden', () => {
  const newer = { code: 'somethingNew', params: { name: 'x' } } as unknown as Parameters<typeof statementText>[0];
  expect(statementText(newer)).toContain('somethingNew');
});

test('every replica row of INFO shares a sentence, and a foreign field says that it is one', () => {
  expect(sentenceOf('slave12')).toBe(sentenceOf('slave0'));
  expect(sentenceOf('master_replid')).toContain('history');
  expect(sentenceOf('made_up_field')).toContain('does not know');
});

// SHA-1 and SHA-256 against Node's own, over all lengths around the edges of a block.
import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { sha1 } from '#core/base/sha1.ts';
import { sha256 } from '#core/base/sha256.ts';

const messages = Array.from({ length: 200 }, (_, length) => Buffer.alloc(length, `${length} bytes of this`));

test('SHA-1 of every length up to three blocks is what OpenSSL says', () => {
  for (const message of messages) {
    expect(Buffer.from(sha1(message))).toEqual(createHash('sha1').update(message).digest());
  }
});

test('SHA-256 of every length up to three blocks is what OpenSSL says', () => {
  for (const message of messages) {
    expect(Buffer.from(sha256(message))).toEqual(createHash('sha256').update(message).digest());
  }
});

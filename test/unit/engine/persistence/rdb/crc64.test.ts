// CRC-64: the published check value, and the same sum however the bytes arrive.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Crc64, crc64 } from '#core/engine/persistence/rdb/crc64.ts';

const reflectedPolynomial = 0x95ac9329ac4bc9b5n;

/** The definition, bit by bit. */
function bitwise(bytes: Uint8Array): bigint {
  let sum = 0n;
  for (const byte of bytes) {
    sum ^= BigInt(byte);
    for (let bit = 0; bit < 8; bit++) sum = (sum & 1n) === 1n ? (sum >> 1n) ^ reflectedPolynomial : sum >> 1n;
  }
  return sum;
}

describe('CRC-64', () => {
  it('gives the published check value', () => {
    expect(crc64(Buffer.from('123456789')).toString(16)).toBe('e9c6d914c4b8d9ca');
  });

  it('is zero for nothing', () => {
    expect(crc64(Buffer.alloc(0))).toBe(0n);
  });

  it('follows its definition at every length around a slice and around the switch to WebAssembly', () => {
    const bytes = Buffer.from(Array.from({ length: 200 }, (_, at) => (at * 73 + 11) & 255));
    for (let length = 0; length <= bytes.length; length++) {
      expect(crc64(bytes.subarray(0, length)), `of ${length} bytes`).toBe(bitwise(bytes.subarray(0, length)));
    }
  });

  it('gives the same sum in pieces as at once', () => {
    const inputs = fc.tuple(fc.uint8Array({ maxLength: 600 }), fc.array(fc.nat(600), { maxLength: 5 }));
    fc.assert(
      fc.property(inputs, ([bytes, cuts]) => {
        const crc = new Crc64();
        let at = 0;
        for (const cut of [...cuts, bytes.length].sort((a, b) => a - b)) {
          const end = Math.max(at, Math.min(cut, bytes.length));
          crc.update(bytes, at, end);
          at = end;
        }
        expect(crc.value).toBe(bitwise(bytes));
      }),
    );
  });

  it('sums inputs larger than its window', () => {
    const bytes = Buffer.alloc(300_001, 'syncline');
    const crc = new Crc64();
    for (let at = 0; at < bytes.length; at += 37) crc.update(bytes, at, Math.min(at + 37, bytes.length));
    expect(crc64(bytes)).toBe(crc.value);
    crc.reset();
    expect(crc.value).toBe(0n);
  });
});

// The writer chooses the encodings that Redis 7.0 chooses, and fills chunks of any size with the same bytes.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { rdbVersion } from '#core/engine/persistence/rdb/format.ts';
import { chunkBytesMin, compressBytesMax, RdbWriter } from '#core/engine/persistence/rdb/writer.ts';

function write(act: (writer: RdbWriter) => void, options: { compress?: boolean; chunkBytes?: number } = {}): Buffer {
  const chunks: Buffer[] = [];
  const target = {
    take: () => Buffer.alloc(options.chunkBytes ?? 4096),
    emit: (chunk: Buffer, length: number) => void chunks.push(chunk.subarray(0, length)),
  };
  const writer = new RdbWriter(target, { compress: options.compress ?? true, version: rdbVersion });
  act(writer);
  writer.flush();
  return Buffer.concat(chunks);
}

function string(writer: RdbWriter, text: string): void {
  const bytes = Buffer.from(Uint8Array.from(Buffer.from(text, 'latin1')).buffer);
  writer.string(bytes, new DataView(bytes.buffer), 0, bytes.length);
}

describe('the writer', () => {
  it.each([
    ['0', 'c000'],
    ['127', 'c07f'],
    ['-128', 'c080'],
    ['128', 'c18000'],
    ['-32768', 'c10080'],
    ['32768', 'c200800000'],
    ['2147483647', 'c2ffffff7f'],
    ['-2147483648', 'c200000080'],
  ])('writes the integer %s as %s', (text, hex) => {
    expect(write((writer) => string(writer, text)).toString('hex')).toBe(hex);
  });

  it.each(['2147483648', '-2147483649', '007', '-0', '+1', '-', '', ' 1', '1.5', '12345678901', '1e3'])(
    'writes %j as a text, since it is no integer of 32 bits in its only form',
    (text) => {
      const expected = Buffer.concat([Buffer.from([text.length]), Buffer.from(text)]);
      expect(write((writer) => string(writer, text))).toEqual(expected);
    },
  );

  it.each([
    [0, '00'],
    [63, '3f'],
    [64, '4040'],
    [16383, '7fff'],
    [16384, '8000004000'],
    [0xffffffff, '80ffffffff'],
    [0x100000000, '810000000100000000'],
  ])('writes the length %d as %s', (length, hex) => {
    expect(write((writer) => writer.length(length)).toString('hex')).toBe(hex);
  });

  it('compresses strings of more than 20 bytes when that saves at least four', () => {
    const compressed = (text: string) => write((writer) => string(writer, text))[0] === 0xc3;
    expect(compressed('a'.repeat(20))).toBe(false);
    expect(compressed('a'.repeat(21))).toBe(true);
    expect(compressed('abcdefghijklmnopqrstuvwxyz')).toBe(false);
    expect(compressed('ab'.repeat(compressBytesMax / 2))).toBe(true);
    expect(compressed(`${'ab'.repeat(compressBytesMax / 2)}c`)).toBe(false);
    expect(write((writer) => string(writer, 'a'.repeat(100)), { compress: false })[0]).toBe(0x40);
  });

  it('tries one of eight short strings once many in a row did not compress, and each again as soon as one did', () => {
    const random = (index: number) =>
      Buffer.from(Array.from({ length: 48 }, (_, at) => (index * 48 + at) & 255)).toString('latin1');
    const repeating = 'a'.repeat(48);
    const size = (row: readonly string[]) =>
      write((writer) => {
        for (const text of row) string(writer, text);
      }).length;
    const isCompressed = (row: readonly string[], last: string) => size([...row, last]) - size(row) < last.length;
    const vain = Array.from({ length: 64 }, (_, index) => random(index));
    expect(isCompressed(vain.slice(1), repeating)).toBe(true);
    expect(isCompressed(vain, repeating)).toBe(false);
    const seven = Array.from({ length: 7 }, (_, index) => random(index));
    expect(isCompressed([...vain, ...seven], repeating)).toBe(true);
    expect(isCompressed([...vain, ...seven, repeating], repeating)).toBe(true);
    expect(isCompressed(vain, 'b'.repeat(513))).toBe(true);
  });

  it('names a database only when it changes', () => {
    const bytes = write((writer) => {
      writer.selectDatabase(3);
      writer.selectDatabase(3);
      writer.selectDatabase(0);
      writer.forgetSelection();
      writer.selectDatabase(0);
    });
    expect(bytes.toString('hex')).toBe('fe03fe00fe00');
  });

  it('gives the same bytes whatever the size of the chunks', () => {
    const texts = fc.array(fc.string({ unit: 'binary-ascii', maxLength: 2000 }), { maxLength: 20 });
    fc.assert(
      fc.property(texts, fc.integer({ min: chunkBytesMin, max: 1500 }), (all, chunkBytes) => {
        const act = (writer: RdbWriter) => {
          writer.header();
          for (const text of all) {
            writer.expiry(1_700_000_000_000);
            string(writer, text);
            writer.text(text);
            writer.double(text.length / 3);
          }
          writer.endOfFile();
        };
        expect(write(act, { chunkBytes })).toEqual(write(act, { chunkBytes: 1_000_000 }));
      }),
      { numRuns: 50 },
    );
  });
});

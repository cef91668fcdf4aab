// The reply writer in both protocols, and the reply decoder over what it wrote.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decodeReply } from '#core/resp/reply-decoder.ts';
import { type Protocol, ReplyWriter } from '#core/resp/reply-writer.ts';

function written(protocol: Protocol, write: (writer: ReplyWriter) => void): string {
  const writer = new ReplyWriter(16);
  writer.protocol = protocol;
  write(writer);
  return writer.taken().toString('latin1');
}

describe('the reply writer', () => {
  test.each<[string, (writer: ReplyWriter) => void, string, string]>([
    ['ok', (w) => w.ok(), '+OK\r\n', '+OK\r\n'],
    ['an error', (w) => w.error('ERR two\r\nlines'), '-ERR two  lines\r\n', '-ERR two  lines\r\n'],
    [
      'integers',
      (w) => [7, 42, -1, 123456789012, 2n ** 62n].forEach((n) => void w.integer(n)),
      ':7\r\n:42\r\n:-1\r\n:123456789012\r\n:4611686018427387904\r\n',
      ':7\r\n:42\r\n:-1\r\n:123456789012\r\n:4611686018427387904\r\n',
    ],
    ['no value', (w) => w.nullBulk(), '$-1\r\n', '_\r\n'],
    ['no array', (w) => w.nullArray(), '*-1\r\n', '_\r\n'],
    ['a map', (w) => w.map(2), '*4\r\n', '%2\r\n'],
    ['a set', (w) => w.set(2), '*2\r\n', '~2\r\n'],
    ['a push', (w) => w.push(3), '*3\r\n', '>3\r\n'],
    ['a double', (w) => w.double(3.5), '$3\r\n3.5\r\n', ',3.5\r\n'],
    ['a boolean', (w) => w.boolean(true), ':1\r\n', '#t\r\n'],
    ['text for people', (w) => w.verbatim('hä'), '$3\r\nh\xc3\xa4\r\n', '=7\r\ntxt:h\xc3\xa4\r\n'],
  ])('writes %s', (_, write, resp2, resp3) => {
    expect(written(2, write)).toBe(resp2);
    expect(written(3, write)).toBe(resp3);
  });

  test('a count that is known late is put in front, innermost first', () => {
    const text = written(2, (writer) => {
      const outer = writer.defer();
      writer.bulkText('a');
      const inner = writer.defer();
      writer.integer(1);
      writer.integer(2);
      writer.fillArray(inner, 2);
      writer.fillArray(outer, 2);
    });
    expect(text).toBe('*2\r\n$1\r\na\r\n*2\r\n:1\r\n:2\r\n');
  });

  test('part of a buffer is copied whole at every length', () => {
    const source = Buffer.from(Array.from({ length: 600 }, (_, i) => i & 0xff));
    const view = new DataView(source.buffer, source.byteOffset, source.length);
    for (const length of [0, 1, 3, 4, 5, 255, 256, 257, 590]) {
      const text = written(2, (writer) => writer.bulkRange(source, view, 7, 7 + length));
      expect(text).toBe(`$${length}\r\n${source.subarray(7, 7 + length).toString('latin1')}\r\n`);
    }
  });
});

describe('the reply decoder', () => {
  test('gives back what the writer wrote, in both protocols', () => {
    const value = fc.oneof(fc.maxSafeInteger(), fc.string(), fc.constant(null));
    fc.assert(
      fc.property(fc.array(value, { maxLength: 20 }), fc.constantFrom<Protocol>(2, 3), (values, protocol) => {
        const writer = new ReplyWriter(16);
        writer.protocol = protocol;
        writer.array(values.length);
        for (const item of values) {
          if (item === null) writer.nullBulk();
          else if (typeof item === 'number') writer.integer(item);
          else writer.bulkText(item);
        }
        const bytes = writer.taken();
        expect(decodeReply(bytes)).toEqual({ value: values, end: bytes.length });
      }),
      { numRuns: 200 },
    );
  });
});

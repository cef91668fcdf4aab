// Arguments in place: words in any case, strict integers, doubles as C reads them.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Args } from '#core/engine/commands/args.ts';
import { encodeRequest, RequestDecoder } from '#core/resp/request-decoder.ts';

function argsOf(...words: string[]): Args {
  const bytes = encodeRequest(words.map((word) => Buffer.from(word, 'latin1')));
  const decoder = new RequestDecoder();
  decoder.decode(bytes, 0, bytes.length, 0);
  const args = new Args();
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  args.point(bytes, view, decoder.starts, decoder.ends, 0, decoder.count);
  return args;
}

describe('arguments', () => {
  test('are found by place, as bytes and as text', () => {
    const args = argsOf('SET', 'k\xe9y', 'h\xc3\xa4');
    expect({
      count: args.count,
      length: args.length(1),
      text: args.text(1),
      utf8: args.utf8(2),
      copy: args.copy(1).toString('latin1'),
      slice: args.slice(1).toString('latin1'),
      same: [args.same(1, 1), args.same(1, 2)],
    }).toEqual({
      count: 3,
      length: 3,
      text: 'k\xe9y',
      utf8: 'hä',
      copy: 'k\xe9y',
      slice: 'k\xe9y',
      same: [true, false],
    });
  });

  test('are compared with words in any case', () => {
    const args = argsOf('set', 'Nx', 'NX1', '\x0eX');
    expect([args.is(0, 'SET'), args.is(1, 'NX'), args.is(2, 'NX'), args.is(3, 'NX')]).toEqual([
      true,
      true,
      false,
      false,
    ]);
  });

  test.each([
    '',
    ' 1',
    '1 ',
    '+1',
    '01',
    '-0',
    '-',
    '1.0',
    '1e3',
    '0x10',
    'abc',
    '9223372036854775808',
    '99999999999999999999',
  ])('%j is no integer', (text) => {
    const args = argsOf('x', text);
    expect(() => args.integer(1)).toThrow('ERR value is not an integer or out of range');
    expect(() => args.int64(1)).toThrow('ERR value is not an integer or out of range');
  });

  test('every 64-bit integer is read exactly', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }), (value) => {
        const args = argsOf('x', String(value));
        expect([args.int64(1), args.integer(1)]).toEqual([value, Number(value)]);
      }),
    );
  });

  test.each<[string, number]>([
    ['1', 1],
    ['-1.5', -1.5],
    ['.5', 0.5],
    ['5.', 5],
    ['1e3', 1000],
    ['+2E-2', 0.02],
    ['0x1F', 31],
    ['inf', Number.POSITIVE_INFINITY],
    ['-Infinity', Number.NEGATIVE_INFINITY],
  ])('%j is the double %d', (text, value) => {
    expect(argsOf('x', text).float(1)).toBe(value);
  });

  test.each(['', ' 1', '1 ', 'nan', 'abc', '1e', '--1', '1e999'])('%j is no double', (text) => {
    expect(() => argsOf('x', text).float(1)).toThrow('ERR value is not a valid float');
  });
});

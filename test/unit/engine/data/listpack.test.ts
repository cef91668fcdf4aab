import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Listpack } from '#core/engine/data/listpack.ts';
import { byteText, integerEdges, lengthEdges } from './byte-texts.ts';

function of(texts: readonly string[]): Listpack {
  const listpack = Listpack.empty();
  for (const text of texts) listpack.append(text);
  return listpack;
}

function backwards(listpack: Listpack): string[] {
  const texts: string[] = [];
  for (let at = listpack.last; at !== -1; at = listpack.previous(at)) texts.push(listpack.textAt(at));
  return texts.reverse();
}

function expectContent(listpack: Listpack, texts: readonly string[]): void {
  expect([...listpack.texts()]).toEqual(texts);
  expect(backwards(listpack)).toEqual(texts);
  expect(listpack.count).toBe(texts.length);
  const bytes = listpack.bytes();
  expect(bytes.readUInt32LE(0)).toBe(bytes.length);
  expect(bytes.readUInt16LE(4)).toBe(Math.min(texts.length, 65535));
  expect(bytes.at(-1)).toBe(255);
}

describe('a listpack', () => {
  it('writes the bytes of the format for one of each encoding', () => {
    const listpack = of(['127', 'ab', '-1', '-4097', '8388607', '-2147483648', '4294967296', 'y'.repeat(64)]);
    expect(listpack.bytes().toString('hex')).toBe(
      [
        '6c0000000800',
        '7f01',
        '82616203',
        'dfff02',
        'f1ffef03',
        'f2ffff7f04',
        'f30000008005',
        'f4000000000100000009',
        `e040${'79'.repeat(64)}42`,
        'ff',
      ].join(''),
    );
  });

  it('keeps every text at the edges of widths and lengths, forwards and backwards', () => {
    const texts = [
      ...integerEdges,
      ...lengthEdges.map((length) => 'z'.repeat(length)),
      '-0',
      '007',
      'q'.repeat(2_100_000),
    ];
    expectContent(of(texts), texts);
  });

  it('does the same as an array under inserts, replacements and deletions', () => {
    const step = fc.record({
      act: fc.constantFrom('insert', 'insert', 'replace', 'delete'),
      place: fc.nat(1000),
      count: fc.integer({ min: 1, max: 3 }),
      text: byteText,
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const model: string[] = [];
        const listpack = Listpack.empty();
        for (const { act, place, count, text } of steps) {
          if (act === 'insert') {
            const index = place % (model.length + 1);
            listpack.insert(index === model.length ? listpack.end : listpack.seek(index), text);
            model.splice(index, 0, text);
          } else if (model.length > 0) {
            const index = place % model.length;
            if (act === 'replace') {
              listpack.replace(listpack.seek(index), text);
              model[index] = text;
            } else {
              listpack.delete(listpack.seek(index), count);
              model.splice(index, count);
            }
          }
          expectContent(listpack, model);
        }
      }),
    );
  });

  it('finds a text by its bytes, and only at every stride-th place', () => {
    fc.assert(
      fc.property(fc.array(byteText, { maxLength: 20 }), byteText, (texts, wanted) => {
        const listpack = of([...texts, ...(texts.length % 2 === 0 ? [] : ['odd one'])]);
        const all = [...listpack.texts()];
        const found = listpack.find(wanted, listpack.first);
        expect(found === -1 ? -1 : listpack.seek(all.indexOf(wanted))).toBe(found);
        const field = all.findIndex((text, index) => index % 2 === 0 && text === wanted);
        expect(listpack.find(wanted, listpack.first, 2)).toBe(field === -1 ? -1 : listpack.seek(field));
      }),
    );
  });

  it('seeks from both ends, and answers -1 beyond them', () => {
    const listpack = of(['a', 'b', 'c', 'd', 'e']);
    expect(
      [-6, -5, -1, 0, 3, 4, 5].map((index) => listpack.seek(index)).map((at) => (at < 0 ? null : listpack.textAt(at))),
    ).toEqual([null, 'a', 'e', 'a', 'd', 'e', null]);
  });

  it('reads in place, and copies, from the middle of a larger buffer', () => {
    const bytes = of(['x', '12', 'yy']).bytes();
    const around = Buffer.concat([Buffer.from('before'), bytes, Buffer.from('after')]);
    const end = 6 + bytes.length;
    expectContent(Listpack.over(around, 6, end), ['x', '12', 'yy']);
    const copy = Listpack.copyOf(around, 6, end, Buffer.alloc(200));
    copy.append('more');
    expectContent(copy, ['x', '12', 'yy', 'more']);
    expectContent(Listpack.over(around, 6, end), ['x', '12', 'yy']);
  });

  it('counts by walking once there are more than 65534 elements, and counts again in the header when fewer', () => {
    const texts = Array.from({ length: 65536 }, (_, index) => String(index % 100));
    const listpack = of(texts);
    expectContent(listpack, texts);
    listpack.delete(listpack.first, 1);
    expectContent(listpack, texts.slice(1));
    listpack.delete(listpack.first, 1);
    expectContent(listpack, texts.slice(2));
  });

  it('reads a score from an integer, a decimal text and an infinity', () => {
    const listpack = of(['3', '0.10000000000000001', 'inf', '-inf', '1e+20', '-9007199254740993']);
    const scores: number[] = [];
    for (let at = listpack.first; at !== listpack.end; at = listpack.next(at)) scores.push(listpack.floatAt(at));
    expect(scores).toEqual([3, 0.1, Infinity, -Infinity, 1e20, -9007199254740992]);
  });
});

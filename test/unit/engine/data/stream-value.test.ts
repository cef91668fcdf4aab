// Streams by themselves: ids, nodes, ranges, trims; and nodes from elsewhere that contradict themselves.
import { describe, expect, it, test } from 'vitest';
import { defaultCollectionLimits } from '#core/engine/data/limits.ts';
import { Listpack } from '#core/engine/data/listpack.ts';
import { idAfter, idText, MAX_ID, parseStreamId, streamId } from '#core/engine/data/stream-id.ts';
import { isStreamNode } from '#core/engine/data/stream-node.ts';
import { StreamValue } from '#core/engine/data/stream-value.ts';

const limits = { ...defaultCollectionLimits, streamNodeMaxEntries: 4 };
const at = (milliseconds: number) => streamId(BigInt(milliseconds), 0n);

function streamOf(count: number): StreamValue {
  const stream = new StreamValue();
  for (let i = 1; i <= count; i++) stream.append(at(i), i % 3 === 0 ? ['other', `${i}`] : ['field', `${i}`], limits);
  return stream;
}

const moments = (stream: StreamValue) => Array.from(stream.range(), ({ id }) => Number(id >> 64n));

describe('ids', () => {
  it.each([
    ['5-3', '5-3'],
    ['5', '5-9'],
    ['007-01', '7-1'],
    [' 7-1', '7-1'],
    ['18446744073709551615-18446744073709551615', idText(MAX_ID)],
    ['18446744073709551616-0', null],
    ['5-', null],
    ['-5', null],
    ['x-1', null],
    ['5-*', null],
    ['', null],
  ])('%j is read as %j', (text, expected) => {
    const parsed = parseStreamId(text, 9n);
    expect(parsed === null ? null : idText(parsed.id)).toBe(expected);
  });

  it('are chosen after the last, however the clock goes', () => {
    expect(idText(idAfter(at(5), 9))).toBe('9-0');
    expect(idText(idAfter(at(5), 5))).toBe('5-1');
    expect(idText(idAfter(at(5), 2))).toBe('5-1');
  });
});

describe('a stream', () => {
  it('gives its entries in both directions and between any two ids', () => {
    const stream = streamOf(11);
    expect(stream.nodeCount).toBe(3);
    expect(moments(stream)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]);
    expect(Array.from(stream.range(at(4), at(6)), ({ fields }) => fields.join('='))).toEqual([
      'field=4',
      'field=5',
      'other=6',
    ]);
    expect(Array.from(stream.reversedRange(at(4), at(6)), ({ id }) => idText(id))).toEqual(['6-0', '5-0', '4-0']);
    expect(stream.get(at(9))?.fields).toEqual(['other', '9']);
    expect(stream.get(at(12))).toBeUndefined();
  });

  it('forgets an entry, and a node when its last one goes', () => {
    const stream = streamOf(9);
    expect([1, 2, 3, 4, 9, 9, 20].map((moment) => stream.delete(at(moment)))).toEqual([
      true,
      true,
      true,
      true,
      true,
      false,
      false,
    ]);
    stream.settle();
    expect(moments(stream)).toEqual([5, 6, 7, 8]);
    expect([stream.nodeCount, idText(stream.firstId), idText(stream.maxDeletedId)]).toEqual([1, '5-0', '9-0']);
    expect(idText(stream.lastId)).toBe('9-0');
    expect(idText(stream.lastEntryId)).toBe('8-0');
  });

  it.each([
    ['exactly', false, 5, [7, 8, 9, 10, 11]],
    ['by whole nodes', true, 5, [5, 6, 7, 8, 9, 10, 11]],
    ['to nothing', false, 0, []],
  ] as const)('is trimmed %s', (_, approximate, length, left) => {
    const stream = streamOf(11);
    const removed = stream.trim({ keep: { kind: 'length', length }, approximate, limit: 0 });
    expect([removed, moments(stream)]).toEqual([11 - left.length, [...left]]);
  });

  it('is trimmed from an id on, and no further than a limit', () => {
    const stream = streamOf(11);
    expect(stream.trim({ keep: { kind: 'from', id: at(7) }, approximate: false, limit: 0 })).toBe(6);
    expect(moments(stream)).toEqual([7, 8, 9, 10, 11]);
    expect(stream.trim({ keep: { kind: 'length', length: 0 }, approximate: true, limit: 3 })).toBe(2);
    expect(moments(stream)).toEqual([9, 10, 11]);
  });

  it('is copied with its groups, and the copy is its own', () => {
    const stream = streamOf(3);
    const copy = stream.clone();
    stream.delete(at(2));
    copy.append(at(9), ['a', 'b'], limits);
    expect([moments(stream), moments(copy)]).toEqual([
      [1, 3],
      [1, 2, 3, 9],
    ]);
  });
});

test('a node from elsewhere is believed only when its counts are true', () => {
  const listpackOf = (...texts: string[]) => {
    const listpack = Listpack.empty();
    for (const text of texts) listpack.append(text);
    return listpack;
  };
  const head = ['1', '0', '1', 'field', '0'];
  expect(isStreamNode(listpackOf(...head, '2', '0', '0', 'value', '4'))).toBe(true);
  expect(isStreamNode(listpackOf(...head, '0', '0', '0', '1', 'f', 'v', '6'))).toBe(true);
  expect(isStreamNode(listpackOf(...head, '2', '0', '0', 'value', '5'))).toBe(false);
  expect(isStreamNode(listpackOf(...head, '2', '0', '0', 'value'))).toBe(false);
  expect(isStreamNode(listpackOf(...head, '0', '0', '0', '9', 'f', 'v', '6'))).toBe(false);
  expect(isStreamNode(listpackOf(...head, '3', '0', '0', 'value', '4'))).toBe(false);
  expect(isStreamNode(listpackOf('2', '0', '1', 'field', '0', '2', '0', '0', 'value', '4'))).toBe(false);
  expect(isStreamNode(listpackOf('1', '0', '70000'))).toBe(false);
  expect(isStreamNode(listpackOf())).toBe(false);
});

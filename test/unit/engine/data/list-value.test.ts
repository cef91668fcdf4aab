import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { defaultCollectionLimits } from '#core/engine/data/limits.ts';
import { ListValue } from '#core/engine/data/list-value.ts';
import { Listpack } from '#core/engine/data/listpack.ts';
import { byteText, fewTexts } from './byte-texts.ts';

const acts = ['pushHead', 'pushTail', 'popHead', 'popTail', 'set', 'insert', 'remove', 'deleteRange'] as const;
const step = fc.record({
  act: fc.constantFrom(...acts, 'pushTail' as const, 'pushHead' as const),
  text: fc.oneof(fewTexts, byteText),
  pivot: fewTexts,
  index: fc.nat(40),
  count: fc.integer({ min: 1, max: 6 }),
  flag: fc.boolean(),
});
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

function contents(list: ListValue): string[] {
  const texts: string[] = [];
  list.forEach(0, list.size, (text, index) => {
    expect(index).toBe(texts.length);
    texts.push(text);
    return true;
  });
  return texts;
}

function backwards(list: ListValue): string[] {
  const texts: string[] = [];
  list.forEachReversed((text) => texts.unshift(text) > 0);
  return texts;
}

/** Does one step to both; answers what each answered. */
function act(list: ListValue, model: string[], at: Step, listMaxListpackSize: number): [unknown, unknown] {
  const limits = { ...defaultCollectionLimits, listMaxListpackSize };
  const { text, pivot, flag, count } = at;
  const index = model.length === 0 ? 0 : at.index % model.length;
  switch (at.act) {
    case 'pushHead':
      model.unshift(text);
      return [list.pushHead(text, limits), undefined];
    case 'pushTail':
      model.push(text);
      return [list.pushTail(text, limits), undefined];
    case 'popHead':
      return [list.popHead(), model.shift()];
    case 'popTail':
      return [list.popTail(), model.pop()];
    case 'set': {
      const there = model.length > 0;
      if (there) model[index] = text;
      return [list.set(flag ? index : index - model.length, text), there];
    }
    case 'insert': {
      const found = model.indexOf(pivot);
      if (found !== -1) model.splice(flag ? found : found + 1, 0, text);
      return [list.insert(pivot, text, flag ? 'before' : 'after', limits), found !== -1];
    }
    case 'remove': {
      let removed = 0;
      for (; removed < count; removed++) {
        const found = flag ? model.lastIndexOf(pivot) : model.indexOf(pivot);
        if (found === -1) break;
        model.splice(found, 1);
      }
      return [list.remove(pivot, count, flag), removed];
    }
    case 'deleteRange': {
      const there = Math.min(count, model.length - index);
      model.splice(index, there);
      return [list.deleteRange(index, there), undefined];
    }
  }
}

describe('a list', () => {
  it('does the same as an array, with nodes of any size', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 80 }), fc.constantFrom(1, 3, 128, -1, -2), (steps, nodeSize) => {
        const model: string[] = [];
        const list = new ListValue();
        for (const one of steps) {
          const [ours, expected] = act(list, model, one, nodeSize);
          expect(ours).toEqual(expected);
          expect(contents(list)).toEqual(model);
        }
        expect(backwards(list)).toEqual(model);
        expect(list.size).toBe(model.length);
        expect(Array.from({ length: model.length }, (_, index) => list.at(index))).toEqual(model);
        expect(Array.from({ length: model.length }, (_, index) => list.at(index - model.length))).toEqual(model);
        expect([...list.nodes()].flatMap((node) => [...node.texts()])).toEqual(model);
        expect([...list.nodes()].every((node) => node.count > 0)).toBe(true);
      }),
    );
  });

  it('fills nodes up to 8 KB by default, and gives a longer element a node of its own', () => {
    const list = new ListValue();
    for (let index = 0; index < 1000; index++) list.pushTail(`element ${index}`, defaultCollectionLimits);
    list.pushTail('x'.repeat(10_000), defaultCollectionLimits);
    list.pushTail('after', defaultCollectionLimits);
    const sizes = [...list.nodes()].map((node) => node.sizeBytes);
    expect(sizes.slice(0, -3).every((size) => size > 8100 && size <= 8192)).toBe(true);
    expect(sizes.at(-2)).toBeGreaterThan(10_000);
    expect([...list.nodes()].at(-1)!.count).toBe(1);
  });

  it('says that it fits the arena while it is one small node', () => {
    const list = new ListValue();
    expect(list.listpack).toBeNull();
    list.pushTail('a', defaultCollectionLimits);
    expect([...list.listpack!.texts()]).toEqual(['a']);
    list.pushTail('x'.repeat(2000), defaultCollectionLimits);
    expect(list.listpack).toBeNull();
  });

  it('is made of listpacks, leaving out the empty ones', () => {
    const first = Listpack.empty();
    first.append('a');
    const second = Listpack.empty();
    second.append('b');
    const list = ListValue.of([first, Listpack.empty(), second]);
    expect(contents(list)).toEqual(['a', 'b']);
    expect([...list.nodes()]).toEqual([first, second]);
  });
});

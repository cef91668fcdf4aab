// Bytes that end in the middle of something, at any split.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { StreamInput } from '#core/engine/replication/replica/stream-input.ts';

/** Takes words that end with a dot; keeps what they were. */
function collector() {
  const words: string[] = [];
  const take = (buffer: Buffer, view: DataView, start: number, end: number) => {
    expect(view.byteOffset).toBe(buffer.byteOffset);
    const text = buffer.latin1Slice(start, end);
    const whole = text.slice(0, text.lastIndexOf('.') + 1);
    words.push(...whole.split('.').slice(0, -1));
    return whole.length;
  };
  return { words, take };
}

function feed(input: StreamInput, text: string, take: Parameters<StreamInput['feed']>[4]): void {
  const bytes = Buffer.from(`??${text}??`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  input.feed(bytes, view, 2, bytes.length - 2, take);
  bytes.fill(0); // the memory is only lent
}

describe('the input of a link', () => {
  it('hands on what arrived where it lies when nothing waits', () => {
    const input = new StreamInput();
    const { words, take } = collector();
    feed(input, 'one.two.', take);
    expect(words).toEqual(['one', 'two']);
    expect(input.waitingBytes).toBe(0);
  });

  it('gives every word once, whatever the splits', () => {
    const texts = fc.array(fc.array(fc.constantFrom('a', 'b', 'long'.repeat(9), '.'), { maxLength: 30 }), {
      maxLength: 30,
    });
    fc.assert(
      fc.property(texts, (pieces) => {
        const input = new StreamInput();
        const { words, take } = collector();
        const whole = pieces.map((piece) => piece.join(''));
        for (const piece of whole) if (piece.length > 0) feed(input, piece, take);
        const all = whole.join('').split('.');
        expect(words).toEqual(all.slice(0, -1));
        expect(input.waitingBytes).toBe(all.at(-1)!.length);
      }),
    );
  });

  it('grows for one long thing and forgets what is cleared', () => {
    const input = new StreamInput();
    const { words, take } = collector();
    for (let i = 0; i < 50; i++) feed(input, 'x'.repeat(50_000), take);
    expect(input.waitingBytes).toBe(2_500_000);
    feed(input, '.tail', take);
    expect(words.map((word) => word.length)).toEqual([2_500_000]);
    expect(input.waitingBytes).toBe(4);
    input.clear();
    feed(input, 'a.', take);
    expect(words.at(-1)).toBe('a');
  });
});

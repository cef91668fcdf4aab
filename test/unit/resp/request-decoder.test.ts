// The request decoder: Redis's grammar and refusals, whole, byte by byte, and for anything that fast-check thinks of.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { encodeRequest, INCOMPLETE, type PartialRequest, REFUSED, RequestDecoder } from '#core/resp/request-decoder.ts';

type Outcome = { requests: string[][]; error: string | null };

/** Decodes all that is there at once. */
function decodeWhole(bytes: Buffer, decoder = new RequestDecoder()): Outcome {
  const requests: string[][] = [];
  let at = 0;
  while (at < bytes.length) {
    const next = decoder.decode(bytes, at, bytes.length, 0);
    if (next === INCOMPLETE) break;
    if (next === REFUSED) return { requests, error: decoder.error };
    if (decoder.count > 0) requests.push(wordsOf(decoder, decoder.lineBuffer ?? bytes));
    at = next;
  }
  return { requests, error: null };
}

/** Gives the decoder one byte more each time, and goes on with unfinished requests as a connection does. */
function decodeByteByByte(bytes: Buffer): Outcome {
  const decoder = new RequestDecoder();
  const requests: string[][] = [];
  let pending = Buffer.alloc(0);
  let partial: PartialRequest | null = null;
  for (const byte of bytes) {
    pending = Buffer.concat([pending, Buffer.from([byte])]);
    const next: number =
      partial === null
        ? decoder.decode(pending, 0, pending.length, 0)
        : decoder.resume(partial, pending, 0, pending.length);
    partial = null;
    if (next === REFUSED) return { requests, error: decoder.error };
    if (next === INCOMPLETE) {
      partial = decoder.takePartial();
      continue;
    }
    if (decoder.count > 0) requests.push(wordsOf(decoder, decoder.lineBuffer ?? pending));
    pending = pending.subarray(next);
  }
  return { requests, error: null };
}

function wordsOf(decoder: RequestDecoder, bytes: Buffer): string[] {
  return Array.from({ length: decoder.count }, (_, i) => bytes.latin1Slice(decoder.starts[i], decoder.ends[i]));
}

const bytesOf = (text: string) => Buffer.from(text, 'latin1');

describe('the request decoder', () => {
  test.each<[string, string[][]]>([
    ['*2\r\n$3\r\nGET\r\n$1\r\na\r\n', [['GET', 'a']]],
    ['*1\r\n$4\r\nPING\r\n*1\r\n$4\r\nPING\r\n', [['PING'], ['PING']]],
    ['*2\r\n$3\r\nGET\r\n$0\r\n\r\n', [['GET', '']]],
    ['*0\r\n*-1\r\n*1\r\n$4\r\nPING\r\n', [['PING']]],
    ['PING\r\n', [['PING']]],
    ['PING\n\r\n  SET  a "b c" \n', [['PING'], ['SET', 'a', 'b c']]],
    ['SET k "\\x41\\n\\"" \'it\\\'s\'\r\n', [['SET', 'k', 'A\n"', "it's"]]],
    ['*1\r\n$8\r\na\r\nb\r\nc\r\r\nx\r\n', [['a\r\nb\r\nc\r'], ['x']]],
  ])('reads %j', (text, requests) => {
    expect(decodeWhole(bytesOf(text))).toEqual({ requests, error: null });
    expect(decodeByteByByte(bytesOf(text))).toEqual({ requests, error: null });
  });

  test.each<[string, string]>([
    ['*03\r\n', 'Protocol error: invalid multibulk length'],
    ['*\r\n', 'Protocol error: invalid multibulk length'],
    ['*a\r\n', 'Protocol error: invalid multibulk length'],
    ['*2147483648\r\n', 'Protocol error: invalid multibulk length'],
    ['*99999999999999999999\r\n', 'Protocol error: invalid multibulk length'],
    ['*1\r\n$-1\r\n', 'Protocol error: invalid bulk length'],
    ['*1\r\n$03\r\n', 'Protocol error: invalid bulk length'],
    ['*1\r\n$600000000\r\n', 'Protocol error: invalid bulk length'],
    ['*3\r\nx\r\n', "Protocol error: expected '$', got 'x'"],
    ['PING "a\r\n', 'Protocol error: unbalanced quotes in request'],
    ['PING "a"b\r\n', 'Protocol error: unbalanced quotes in request'],
    ['*1'.padEnd(66_000, '1'), 'Protocol error: invalid multibulk length'],
    ['x'.padEnd(66_000, 'x'), 'Protocol error: too big inline request'],
  ])('refuses %.30j', (text, error) => {
    if (text.startsWith('*1111')) return expect(decodeWhole(bytesOf(text)).error).toMatch(/^Protocol error/);
    expect(decodeWhole(bytesOf(text))).toEqual({ requests: [], error });
    if (text.length < 100) expect(decodeByteByByte(bytesOf(text))).toEqual({ requests: [], error });
  });

  test('a long bulk is refused by its length, before any of it has come', () => {
    const decoder = new RequestDecoder();
    expect(decoder.decode(bytesOf('*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$629145600\r\n'), 0, 34, 0)).toBe(REFUSED);
    expect(decoder.error).toBe('Protocol error: invalid bulk length');
  });

  test('who has not passed AUTH may send ten short arguments and no more', () => {
    const decoder = new RequestDecoder();
    decoder.limits.authenticated = false;
    expect(decodeWhole(bytesOf('*11\r\n'), decoder).error).toBe('Protocol error: unauthenticated multibulk length');
    expect(decodeWhole(bytesOf('*1\r\n$16385\r\n'), decoder).error).toBe('Protocol error: unauthenticated bulk length');
    expect(decodeWhole(bytesOf('*2\r\n$4\r\nAUTH\r\n$1\r\nx\r\n'), decoder).requests).toEqual([['AUTH', 'x']]);
  });

  test('an unfinished argument says how many bytes it needs', () => {
    const decoder = new RequestDecoder();
    const head = bytesOf('*2\r\n$3\r\nGET\r\n$100000\r\nabc');
    expect(decoder.decode(head, 0, head.length, 0)).toBe(INCOMPLETE);
    expect(decoder.wantedBytes).toBe(head.length - 3 + 100_000 + 2);
  });

  test('an unfinished request of very many arguments is not read again from its start', () => {
    const words = Array.from({ length: 5000 }, (_, i) => `word${i}`);
    const bytes = encodeRequest(words);
    const decoder = new RequestDecoder();
    expect(decoder.decode(bytes, 0, bytes.length - 9, 0)).toBe(INCOMPLETE);
    const partial = decoder.takePartial();
    expect(partial).toMatchObject({ total: 5000, done: 4999 });
    const moved = Buffer.concat([bytesOf('moved'), bytes]);
    expect(decoder.resume(partial!, moved, 5, moved.length)).toBe(moved.length);
    expect(wordsOf(decoder, moved)).toEqual(words);
  });

  test('any requests are read back, whole and byte by byte', () => {
    const word = fc.uint8Array({ maxLength: 40 }).map((bytes) => Buffer.from(bytes));
    fc.assert(
      fc.property(fc.array(fc.array(word, { minLength: 1, maxLength: 80 }), { maxLength: 4 }), (requests) => {
        const bytes = Buffer.concat(requests.map(encodeRequest));
        const expected = requests.map((words) => words.map((bytesOfWord) => bytesOfWord.toString('latin1')));
        expect(decodeWhole(bytes)).toEqual({ requests: expected, error: null });
        expect(decodeByteByByte(bytes)).toEqual({ requests: expected, error: null });
      }),
      { numRuns: 60 },
    );
  });

  test('any bytes at all are read alike, whole and byte by byte', () => {
    const pieces = fc.constantFrom(
      '*',
      '$',
      '1',
      '2',
      '3',
      '0',
      '-',
      '\r\n',
      '\r',
      '\n',
      'a',
      ' ',
      '"',
      "'",
      '\\',
      'PING',
    );
    fc.assert(
      fc.property(fc.array(pieces, { maxLength: 30 }), (parts) => {
        const bytes = bytesOf(parts.join(''));
        expect(decodeByteByByte(bytes)).toEqual(decodeWhole(bytes));
      }),
      { numRuns: 3000 },
    );
  });
});

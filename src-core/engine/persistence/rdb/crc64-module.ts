// The WebAssembly module of the CRC-64 loop, assembled by hand: 300 bytes that need no build step and no file.

/** Bytes that one round of the loop takes. */
export const crc64SliceBytes = 16;

const tableBytes = 256 * 8;
const op = {
  block: 0x02,
  loop: 0x03,
  void: 0x40,
  end: 0x0b,
  branch: 0x0c,
  branchIf: 0x0d,
  localGet: 0x20,
  localSet: 0x21,
  i64Load: 0x29,
  i32Constant: 0x41,
  i64Constant: 0x42,
  i32GreaterEqualUnsigned: 0x4f,
  i32Add: 0x6a,
  i32And: 0x71,
  i32ShiftLeft: 0x74,
  i64Xor: 0x85,
  i64ShiftRightUnsigned: 0x88,
  i32WrapI64: 0xa7,
} as const;
const type = { function: 0x60, i32: 0x7f, i64: 0x7e } as const;
const kind = { function: 0, memory: 2 } as const;
const letter = { f: 0x66, m: 0x6d } as const;

/**
 * The module: `f(start: i32, end: i32, sum: i64): i64` over memory `m.m`, with `end - start` a multiple of 16.
 * In each round the two words x = sum ^ load(start) and y = load(start + 8) give sixteen bytes; byte b of word w
 * stands 15 - (8w + b) bytes before the slice's end, so it is looked up in the table of that number.
 */
export function assembleCrc64Module(): Uint8Array {
  const [start, end, sum, firstWord, secondWord] = [0, 1, 2, 3, 4];
  const code = [
    [op.block, op.void, op.loop, op.void],
    [...get(start), ...get(end), op.i32GreaterEqualUnsigned, op.branchIf, 1],
    [...get(sum), ...get(start), op.i64Load, 0, 0, op.i64Xor, ...set(firstWord)],
    [...get(start), op.i64Load, 0, 8, ...set(secondWord)],
    ...Array.from({ length: crc64SliceBytes }, (_, at) => lookUp(at < 8 ? firstWord : secondWord, at)),
    [...set(sum), ...get(start), op.i32Constant, ...signedLeb(crc64SliceBytes), op.i32Add, ...set(start)],
    [op.branch, 0, op.end, op.end, ...get(sum), op.end],
  ].flat();
  const localsOneGroupOfTwoI64 = [1, 2, type.i64];
  const body = [...localsOneGroupOfTwoI64, ...code];
  return new Uint8Array([
    ...[0, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    ...section(1, [1, type.function, 3, type.i32, type.i32, type.i64, 1, type.i64]),
    ...section(2, [1, 1, letter.m, 1, letter.m, kind.memory, 0, 1]),
    ...section(3, [1, 0]),
    ...section(7, [1, 1, letter.f, kind.function, 0]),
    ...section(10, [1, ...unsignedLeb(body.length), ...body]),
  ]);
}

function get(local: number): number[] {
  return [op.localGet, local];
}

function set(local: number): number[] {
  return [op.localSet, local];
}

/** Pushes the table entry for the slice's byte number `at`, and from the second on folds it into the one below. */
function lookUp(word: number, at: number): number[] {
  const byte = at % 8;
  const shift = byte === 0 ? [] : [op.i64Constant, ...signedLeb(byte * 8), op.i64ShiftRightUnsigned];
  const mask = byte === 7 ? [] : [op.i32Constant, ...signedLeb(255), op.i32And];
  const entryOffset = [op.i32Constant, 3, op.i32ShiftLeft];
  const load = [op.i64Load, 3, ...unsignedLeb((crc64SliceBytes - 1 - at) * tableBytes)];
  return [...get(word), ...shift, op.i32WrapI64, ...mask, ...entryOffset, ...load, ...(at === 0 ? [] : [op.i64Xor])];
}

function section(id: number, content: readonly number[]): number[] {
  return [id, ...unsignedLeb(content.length), ...content];
}

function unsignedLeb(value: number): number[] {
  const bytes: number[] = [];
  let rest = value;
  for (; rest > 127; rest >>>= 7) bytes.push((rest & 127) | 128);
  return [...bytes, rest];
}

/** For values from 0 to 8191: two bytes, or one below 64, since bit 6 of the last byte is the sign. */
function signedLeb(value: number): number[] {
  return value < 64 ? [value] : [(value & 127) | 128, value >>> 7];
}

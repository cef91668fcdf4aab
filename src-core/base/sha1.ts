// SHA-1 (RFC 3174), for DEBUG DIGEST: Redis's fingerprint of a data set is made of it. Not for anything that must be safe.

export const SHA1_BYTES = 20;

const BLOCK_BYTES = 64;
/** The mark and the length in bits that follow the message. */
const TRAILER_BYTES = 9;

/** The digest of all bytes of `message`. */
export function sha1(message: Uint8Array): Uint8Array {
  const state = new Int32Array([0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476, 0xc3d2e1f0]);
  const words = new Int32Array(80);
  const padded = paddedMessage(message);
  for (let at = 0; at < padded.byteLength; at += BLOCK_BYTES) mixBlock(state, words, padded, at);
  const digest = new Uint8Array(SHA1_BYTES);
  const view = new DataView(digest.buffer);
  state.forEach((word, i) => void view.setInt32(i * 4, word));
  return digest;
}

/** The message, a 1 bit, zeros, and its length in bits as a 64-bit number: whole blocks. Shared by the SHA family. */
export function paddedMessage(message: Uint8Array): DataView {
  const blocks = Math.ceil((message.length + TRAILER_BYTES) / BLOCK_BYTES);
  const bytes = new Uint8Array(blocks * BLOCK_BYTES);
  bytes.set(message);
  bytes[message.length] = 0x80;
  const view = new DataView(bytes.buffer);
  view.setBigUint64(bytes.length - 8, BigInt(message.length) * 8n);
  return view;
}

function mixBlock(state: Int32Array, words: Int32Array, message: DataView, at: number): void {
  for (let i = 0; i < 16; i++) words[i] = message.getInt32(at + i * 4);
  for (let i = 16; i < 80; i++) {
    words[i] = rotateLeft(words[i - 3]! ^ words[i - 8]! ^ words[i - 14]! ^ words[i - 16]!, 1);
  }
  let [a, b, c, d, e] = state as unknown as [number, number, number, number, number];
  for (let i = 0; i < 80; i++) {
    const next = (rotateLeft(a, 5) + roundMix(i, b, c, d) + e + words[i]!) | 0;
    e = d;
    d = c;
    c = rotateLeft(b, 30);
    b = a;
    a = next;
  }
  state[0]! += a;
  state[1]! += b;
  state[2]! += c;
  state[3]! += d;
  state[4]! += e;
}

/** The function and the constant of each of the four groups of twenty rounds. */
function roundMix(round: number, b: number, c: number, d: number): number {
  if (round < 20) return ((b & c) | (~b & d)) + 0x5a827999;
  if (round < 40) return (b ^ c ^ d) + 0x6ed9eba1;
  if (round < 60) return ((b & c) | (b & d) | (c & d)) + 0x8f1bbcdc;
  return (b ^ c ^ d) + 0xca62c1d6;
}

function rotateLeft(word: number, bits: number): number {
  return (word << bits) | (word >>> (32 - bits));
}

// SHA-256 (RFC 6234), for the passwords of ACL users, which Redis keeps and shows by this digest.
import { paddedMessage } from './sha1.ts';

export const SHA256_BYTES = 32;

const BLOCK_BYTES = 64;
const ROUNDS = 64;

/** The first 32 bits of the fractional parts of a root of the first primes: where the standard takes its constants from. */
function rootFractions(count: number, root: (prime: number) => number): Int32Array {
  const fractions = new Int32Array(count);
  for (let number = 2, found = 0; found < count; number++) {
    if (!isPrime(number)) continue;
    fractions[found++] = Math.floor((root(number) % 1) * 2 ** 32) | 0;
  }
  return fractions;
}

function isPrime(number: number): boolean {
  for (let divisor = 2; divisor * divisor <= number; divisor++) if (number % divisor === 0) return false;
  return true;
}

const ROUND_CONSTANTS = rootFractions(ROUNDS, Math.cbrt);
const START = rootFractions(8, Math.sqrt);

/** The digest of all bytes of `message`. */
export function sha256(message: Uint8Array): Uint8Array {
  const state = START.slice();
  const words = new Int32Array(ROUNDS);
  const padded = paddedMessage(message);
  for (let at = 0; at < padded.byteLength; at += BLOCK_BYTES) mixBlock(state, words, padded, at);
  const digest = new Uint8Array(SHA256_BYTES);
  const view = new DataView(digest.buffer);
  state.forEach((word, i) => void view.setInt32(i * 4, word));
  return digest;
}

function mixBlock(state: Int32Array, words: Int32Array, message: DataView, at: number): void {
  for (let i = 0; i < 16; i++) words[i] = message.getInt32(at + i * 4);
  for (let i = 16; i < ROUNDS; i++) {
    const early = words[i - 15]!;
    const late = words[i - 2]!;
    const sigma0 = rotateRight(early, 7) ^ rotateRight(early, 18) ^ (early >>> 3);
    const sigma1 = rotateRight(late, 17) ^ rotateRight(late, 19) ^ (late >>> 10);
    words[i] = (words[i - 16]! + sigma0 + words[i - 7]! + sigma1) | 0;
  }
  let [a, b, c, d, e, f, g, h] = state as unknown as [number, number, number, number, number, number, number, number];
  for (let i = 0; i < ROUNDS; i++) {
    const sum1 = rotateRight(e, 6) ^ rotateRight(e, 11) ^ rotateRight(e, 25);
    const first = (h + sum1 + ((e & f) ^ (~e & g)) + ROUND_CONSTANTS[i]! + words[i]!) | 0;
    const sum0 = rotateRight(a, 2) ^ rotateRight(a, 13) ^ rotateRight(a, 22);
    const second = (sum0 + ((a & b) ^ (a & c) ^ (b & c))) | 0;
    h = g;
    g = f;
    f = e;
    e = (d + first) | 0;
    d = c;
    c = b;
    b = a;
    a = (first + second) | 0;
  }
  [a, b, c, d, e, f, g, h].forEach((word, i) => {
    state[i] = (state[i]! + word) | 0;
  });
}

function rotateRight(word: number, bits: number): number {
  return (word >>> bits) | (word << (32 - bits));
}

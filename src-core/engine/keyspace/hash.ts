// The hash of a key: 32 bits of MurmurHash3, seeded. Hot: guarded by `npm run bench -- throughput`.

/** The hash of `length` bytes from `start`, as an unsigned number. */
export function hashBytes(view: DataView, start: number, length: number, seed: number): number {
  let hash = seed ^ length;
  const words = start + (length & ~3);
  let at = start;
  for (; at < words; at += 4) {
    const word = Math.imul(view.getUint32(at, true), 0xcc9e2d51);
    hash ^= Math.imul((word << 15) | (word >>> 17), 0x1b873593);
    hash = (hash << 13) | (hash >>> 19);
    hash = (Math.imul(hash, 5) + 0xe6546b64) | 0;
  }
  let tail = 0;
  for (let from = start + length - 1; from >= words; from--) tail = (tail << 8) | view.getUint8(from);
  tail = Math.imul(tail, 0xcc9e2d51);
  hash ^= Math.imul((tail << 15) | (tail >>> 17), 0x1b873593);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}

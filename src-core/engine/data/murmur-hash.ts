// MurmurHash64A (Austin Appleby, public domain), which decides where an element falls in a HyperLogLog.

const MULTIPLIER = 0xc6a4a7935bd1e995n;
const SHIFT = 47n;
const BITS = 64;

const times = (value: bigint): bigint => BigInt.asUintN(BITS, value * MULTIPLIER);

/** 64 bits, not negative. */
export function murmurHash64(bytes: Buffer, seed: number): bigint {
  let hash = BigInt(seed) ^ times(BigInt(bytes.length));
  const whole = bytes.length & ~7;
  for (let at = 0; at < whole; at += 8) {
    let block = times(bytes.readBigUInt64LE(at));
    block = times(block ^ (block >> SHIFT));
    hash = times(hash ^ block);
  }
  if (whole < bytes.length) {
    let rest = 0n;
    for (let at = bytes.length - 1; at >= whole; at--) rest = (rest << 8n) | BigInt(bytes[at]!);
    hash = times(hash ^ rest);
  }
  hash = times(hash ^ (hash >> SHIFT));
  return hash ^ (hash >> SHIFT);
}

// A small generator of random numbers with a seed, where what was drawn must be drawn again.

/** Mulberry32 (public domain, T. Ettinger): 32 bits of state. Each call gives a whole number from 0 to 2³² − 1. */
export function mulberry32(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return (mixed ^ (mixed >>> 14)) >>> 0;
  };
}

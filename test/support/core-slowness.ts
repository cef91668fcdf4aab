// How slow a core of this machine is at this moment, against the one on which the paces of the forecast were measured.

/** Of the work below, seconds of that core. */
const usualSeconds = 0.036;
/** Small enough for a core's own cache, which no other process empties: a core that is shared counts as quick as it is. */
const words = 1 << 12;
const steps = words * 4000;
const tries = 3;

/** 2 means that all takes twice as many seconds of a core. Others that take the cores are no part of it. */
export function coreSlowness(): number {
  work();
  const seconds = Array.from({ length: tries }, () => {
    const before = process.cpuUsage();
    work();
    const { user, system } = process.cpuUsage(before);
    return (user + system) / 1e6;
  });
  return Math.min(...seconds) / usualSeconds;
}

function work(): number {
  const memory = new Uint32Array(words);
  let state = 123_456_789;
  for (let at = 0; at < words; at++) {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    memory[at] = state;
  }
  let sum = 0;
  for (let at = 0; at < steps; at++) {
    const index = ((memory[at & (words - 1)] ?? 0) ^ sum) & (words - 1);
    sum = (Math.imul(sum, 31) + (memory[index] ?? 0)) | 0;
  }
  return sum;
}

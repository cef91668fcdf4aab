// The figures that a noisy machine is quoted by: min, median, max, and ratios of medians.

export interface Spread {
  readonly min: number;
  readonly median: number;
  readonly max: number;
}

/** @throws Error on no values: a figure of nothing would look like one. */
export function spread(values: readonly number[]): Spread {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const high = sorted[middle];
  const low = sorted[sorted.length % 2 === 0 ? middle - 1 : middle];
  const min = sorted[0];
  const max = sorted.at(-1);
  if (high === undefined || low === undefined || min === undefined || max === undefined) throw new Error('no values');
  return { min, median: (low + high) / 2, max };
}

export interface Goal {
  readonly solid: number;
  readonly want: number;
  /** Of throughput more is better, of memory and pauses less. */
  readonly better: 'more' | 'less';
  /** What is compared with it: the ratio of the medians, or our median alone. */
  readonly of: 'ratio' | 'figure';
}

/** A goal for the ratio of throughputs. */
export const atLeast = (solid: number, want: number): Goal => ({ solid, want, better: 'more', of: 'ratio' });

export type Verdict = 'want' | 'solid' | 'missed';

export function judge(measured: number, goal: Goal): Verdict {
  const reaches = (bound: number) => (goal.better === 'more' ? measured >= bound : measured <= bound);
  if (reaches(goal.want)) return 'want';
  return reaches(goal.solid) ? 'solid' : 'missed';
}

// The table that `npm run bench` prints: Markdown, so that it can be committed as it is.

import type { Row } from './row.ts';
import type { Spread } from './statistics.ts';

export const heading = [
  '| work | unit | Redis: min–median–max | Syncline: min–median–max | ratio | by CPU | goal: solid / want | reached |',
  '|---|---|---|---|---|---|---|---|',
].join('\n');

export function line({ work, unit, redis, syncline, ratio, ratioByCpu, goal, verdict }: Row): string {
  const cells = [
    work,
    unit,
    figures(redis),
    figures(syncline),
    ratio.toFixed(2),
    ratioByCpu === null ? 'n/a' : ratioByCpu.toFixed(2),
    goal === null ? '–' : `${goal.better === 'more' ? '≥' : '≤'} ${goal.solid} / ${goal.want}`,
    verdict === null ? '–' : verdict === 'missed' ? 'no' : verdict,
  ];
  return `| ${cells.join(' | ')} |`;
}

const preciseBelow = 100;

function figures({ min, median, max }: Spread): string {
  return min === max ? figure(median) : `${figure(min)}–${figure(median)}–${figure(max)}`;
}

/** Whole, except where that would hide a difference. */
function figure(value: number): string {
  if (value < preciseBelow) return value.toFixed(1);
  return Math.round(value).toLocaleString('en').replaceAll(',', ' ');
}

// The table that `npm run bench` prints: Markdown, so that it can be committed as it is.
import type { Spread } from './statistics.ts';
import type { Row } from './throughput.ts';

export const heading = [
  '| work | unit | Redis: min–median–max | Syncline: min–median–max | ratio | by CPU | goal: solid / want | reached |',
  '|---|---|---|---|---|---|---|---|',
].join('\n');

export function line({ work, unit, redis, syncline, ratio, ratioByCpu, goal, verdict }: Row): string {
  const sign = goal.better === 'more' ? '≥' : '≤';
  const cells = [
    work,
    unit,
    figures(redis),
    figures(syncline),
    ratio.toFixed(2),
    ratioByCpu === null ? 'n/a' : ratioByCpu.toFixed(2),
    `${sign} ${goal.solid} / ${goal.want}`,
    verdict === 'missed' ? 'no' : verdict,
  ];
  return `| ${cells.join(' | ')} |`;
}

function figures({ min, median, max }: Spread): string {
  const whole = (value: number) => Math.round(value).toLocaleString('en').replaceAll(',', ' ');
  return min === max ? whole(median) : `${whole(min)}–${whole(median)}–${whole(max)}`;
}

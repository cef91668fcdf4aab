// A short soak by the same program as `npm run soak`: chains of real servers and ours under load, with cuts.
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';

const seconds = 8;
const testMs = 240_000;

it(
  'a short soak sees cuts, partial and full syncs, and no difference',
  async () => {
    const words = ['test/support/run-typescript.mjs', 'test/soak/soak.ts', '--seconds', String(seconds)];
    // A failure rejects with all that the program said.
    const { stdout } = await promisify(execFile)(process.execPath, words);
    const chains = [
      ...stdout.matchAll(/^faults (\d+).*\nsyncs: partial (\d+), full (\d+).*\ncompares (\d+), differences 0$/gm),
    ];
    expect(chains, stdout).toHaveLength(2);
    for (const [, ...figures] of chains)
      for (const figure of figures) expect(Number(figure), stdout).toBeGreaterThan(0);
    expect(stdout).toContain('no difference');
  },
  testMs,
);

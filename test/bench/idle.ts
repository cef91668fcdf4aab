// What the lab costs while nobody touches it: three embedded nodes, their gentle writes, and the window open.
import { setTimeout as delay } from 'node:timers/promises';
import { startBrowser } from '../support/browser.ts';
import { startWebShell } from '../support/web-shell.ts';
import { cpuSeconds, cpuSecondsOfTree } from './process-usage.ts';

export interface IdleCost {
  readonly seconds: number;
  /** Per cent of one core: the host with its nodes, and all of Chromium's processes. */
  readonly hostPercent: number;
  readonly browserPercent: number;
}

/** The goal of the whole, per cent of a core. */
export const idleGoalPercent = 5;
const settleMs = 10_000;
const measureMs = 30_000;

/** @throws Error where the system does not tell what a process used. */
export async function measureIdle(): Promise<IdleCost> {
  const shell = await startWebShell();
  try {
    const browser = await startBrowser();
    try {
      const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
      await page.goto(shell.address);
      await page.getByTestId('node-card-charlie').waitFor();
      await delay(settleMs);
      const before = usage(shell.pid);
      await delay(measureMs);
      const after = usage(shell.pid);
      const percent = (part: 'host' | 'browser') => ((after[part] - before[part]) / (measureMs / 1000)) * 100;
      return { seconds: measureMs / 1000, hostPercent: percent('host'), browserPercent: percent('browser') };
    } finally {
      await browser.close();
    }
  } finally {
    await shell[Symbol.asyncDispose]();
  }
}

/** The browser is what runs below this process besides the shell. */
function usage(shellPid: number): { readonly host: number; readonly browser: number } {
  const host = cpuSecondsOfTree(shellPid);
  return { host, browser: cpuSecondsOfTree(process.pid) - (cpuSeconds(process.pid) ?? 0) - host };
}

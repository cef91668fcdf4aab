// The real Chromium of the journeys.
import { type Browser, chromium } from 'playwright-core';
import { findChromium } from './required-programs.ts';

/** Quiet, offline, and able to run as root in a container. */
export const chromiumFlags: readonly string[] = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** Starts Chromium with a profile of its own. Whoever starts it closes it. */
export async function startBrowser(): Promise<Browser> {
  const executablePath = findChromium();
  if (executablePath === null) throw new Error('no Chromium was found: `npm test` installs it, or says how');
  return chromium.launch({ executablePath, args: [...chromiumFlags] });
}

// The real Chromium whose pages play Electron's windows.
import { type Browser, type BrowserContext, chromium } from 'playwright-core';
import { chromiumFlags } from '../browser.ts';
import { findChromium } from '../required-programs.ts';

interface OpenedChromium {
  readonly browser: Browser;
  readonly context: BrowserContext;
}

/** One browser for the life of the main process; a test joins it at the port of ELECTRON_STAND_IN_CDP_PORT. */
export const openedChromium: Promise<OpenedChromium> = open();

async function open(): Promise<OpenedChromium> {
  const executablePath = findChromium();
  if (executablePath === null) throw new Error('no Chromium was found to play the windows');
  const port = process.env.ELECTRON_STAND_IN_CDP_PORT;
  const browser = await chromium.launch({
    executablePath,
    args: [
      ...chromiumFlags,
      '--allow-file-access-from-files',
      ...(port === undefined ? [] : [`--remote-debugging-port=${port}`]),
    ],
    handleSIGINT: false,
    handleSIGTERM: false,
  });
  return { browser, context: await browser.newContext({ viewport: null }) };
}

// The two carriers of the console: the same journey runs over both, and says over which.
import { startBrowser } from '../support/browser.ts';
import { launchDesktop } from '../support/electron-stand-in/launch.ts';
import { startWebShell } from '../support/web-shell.ts';
import { ConsolePage } from './console-page.ts';

export interface OpenedConsole extends AsyncDisposable {
  readonly console: ConsolePage;
  /** What it runs on, in words. */
  readonly carrier: string;
}

export interface Carrier {
  readonly name: 'web' | 'desktop';
  open(): Promise<OpenedConsole>;
}

/** `environment` is added to ours for the shell's process. */
export async function openInBrowser(environment: NodeJS.ProcessEnv = {}): Promise<OpenedConsole> {
  const shell = await startWebShell(undefined, environment);
  const browser = await startBrowser();
  const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
  const opened = new ConsolePage(page);
  await page.goto(shell.address);
  return {
    console: opened,
    carrier: 'the web shell in Chromium',
    [Symbol.asyncDispose]: async () => {
      await browser.close();
      await shell[Symbol.asyncDispose]();
    },
  };
}

async function openOnDesktop(): Promise<OpenedConsole> {
  const desktop = await launchDesktop();
  return {
    console: new ConsolePage(desktop.page),
    carrier: desktop.carrier,
    [Symbol.asyncDispose]: async () => {
      const code = await desktop.close();
      if (code !== 0) throw new Error(`the main process ended with ${code} after its last window`);
    },
  };
}

export const carriers: readonly Carrier[] = [
  { name: 'web', open: () => openInBrowser() },
  { name: 'desktop', open: openOnDesktop },
];

// Electron's `BrowserWindow`: each is a page of the real Chromium.
import { EventEmitter } from 'node:events';
import { pathToFileURL } from 'node:url';
import type { Page } from 'playwright-core';
import { theApp } from './app.ts';
import { openedChromium } from './chromium.ts';
import { emitPreventable } from './preventable.ts';
import { strict } from './strict.ts';
import { StandInWebContents } from './web-contents.ts';

interface WindowOptions {
  readonly width?: number;
  readonly height?: number;
  readonly webPreferences?: {
    readonly preload?: string;
    readonly sandbox?: boolean;
    readonly contextIsolation?: boolean;
    readonly nodeIntegration?: boolean;
    readonly webviewTag?: boolean;
  };
}

const defaultWidth = 800;
const defaultHeight = 600;

class StandInBrowserWindow extends EventEmitter {
  static readonly #all = new Set<StandInBrowserWindow>();

  static getAllWindows(): StandInBrowserWindow[] {
    return [...StandInBrowserWindow.#all];
  }

  readonly webContents = new StandInWebContents().self;
  readonly closed: Promise<void>;
  readonly #size: { readonly width: number; readonly height: number };
  readonly #opened: Promise<Page>;
  #isClosed = false;
  #isVisible = false;

  constructor(options: WindowOptions = {}) {
    super();
    const { sandbox, contextIsolation, nodeIntegration, webviewTag } = options.webPreferences ?? {};
    if (sandbox === false || contextIsolation === false || nodeIntegration === true || webviewTag === true) {
      throw new Error('the Electron stand-in plays only sandboxed, isolated windows');
    }
    this.#size = { width: options.width ?? defaultWidth, height: options.height ?? defaultHeight };
    this.closed = new Promise((resolve) => {
      this.once('closed', resolve);
    });
    StandInBrowserWindow.#all.add(this);
    theApp.windows.add(this);
    this.#opened = this.#open(options.webPreferences?.preload ?? null);
    this.#opened.catch((error: unknown) => {
      console.error(error);
      theApp.exit(1);
    });
    theApp.emit('web-contents-created', {}, this.webContents);
  }

  async #open(preload: string | null): Promise<Page> {
    const { context } = await openedChromium;
    const page = await context.newPage();
    await page.setViewportSize(this.#size);
    page.on('close', () => this.#leave());
    await this.webContents.join(page, await context.newCDPSession(page), preload);
    return page;
  }

  async loadURL(url: string): Promise<void> {
    await this.#opened;
    await this.webContents.load(url);
    this.emit('ready-to-show');
  }

  loadFile(path: string): Promise<void> {
    return this.loadURL(pathToFileURL(path).href);
  }

  show(): void {
    this.#isVisible = true;
    this.emit('show');
  }

  focus(): void {
    this.emit('focus');
  }

  isVisible(): boolean {
    return this.#isVisible;
  }

  isMinimized(): boolean {
    return false;
  }

  isDestroyed(): boolean {
    return this.#isClosed;
  }

  /** Pages have no place on a screen: only the size that was asked for is known. */
  getNormalBounds(): { x: number; y: number; width: number; height: number } {
    return { x: 0, y: 0, ...this.#size };
  }

  close(): void {
    if (emitPreventable(this, 'close')) return;
    void this.#opened.then((page) => page.close());
  }

  #leave(): void {
    this.#isClosed = true;
    StandInBrowserWindow.#all.delete(this);
    this.emit('closed');
    theApp.windowIsGone(this);
  }
}

/** `new BrowserWindow(…)` gives a window that throws on what it does not play; so does the class itself. */
export const BrowserWindow = strict(
  'BrowserWindow',
  new Proxy(StandInBrowserWindow, {
    construct: (target, [options]: [WindowOptions?]) => strict('BrowserWindow', new target(options)),
  }),
);

// The wire between a window's main-process side and the preload's world of its page, over Chromium's own protocol.
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { CDPSession } from 'playwright-core';
import * as z from 'zod';

const preloadWorld = 'Electron Isolated Context';
const binding = '__electronStandInSay';
const folder = join('test', 'support', 'electron-stand-in');

const words = z.array(z.unknown());
const fromPage = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('send'), channel: z.string(), words }),
  z.object({ kind: z.literal('invoke'), id: z.int(), channel: z.string(), words }),
  z.object({
    kind: z.literal('postMessage'),
    channel: z.string(),
    message: z.unknown(),
    ports: z.array(z.string()),
  }),
  z.object({ kind: z.literal('port'), port: z.string(), data: z.unknown() }),
]);

export type FromPage = z.infer<typeof fromPage>;

export type ToPage =
  | { readonly kind: 'message'; readonly channel: string; readonly words: unknown[]; readonly ports: string[] }
  | { readonly kind: 'reply'; readonly id: number; readonly result?: unknown; readonly error?: string }
  | { readonly kind: 'port'; readonly port: string; readonly data: unknown }
  | { readonly kind: 'closePort'; readonly port: string };

export interface PageListener {
  hear(message: FromPage): void;
  /** The page was left or reloaded: its preload, and all ports that it held, are gone. */
  worldIsGone(): void;
}

export class PageWire {
  readonly #session: CDPSession;
  readonly #listener: PageListener;
  #frame = '';
  #world: string | null = null;

  constructor(session: CDPSession, listener: PageListener) {
    this.#session = session;
    this.#listener = listener;
  }

  /** From now on every document of the page gets the preload before its own scripts run. */
  async open(preloadPath: string | null): Promise<void> {
    const session = this.#session;
    session.on('Runtime.executionContextCreated', ({ context }) => {
      if (context.name !== preloadWorld || context.auxData?.frameId !== this.#frame) return;
      if (this.#world !== null) this.#listener.worldIsGone();
      this.#world = context.uniqueId;
    });
    session.on('Runtime.executionContextsCleared', () => {
      if (this.#world !== null) this.#listener.worldIsGone();
      this.#world = null;
    });
    session.on('Runtime.bindingCalled', ({ name, payload }) => {
      if (name === binding) this.#listener.hear(fromPage.parse(JSON.parse(payload)));
    });
    const { frameTree } = await session.send('Page.getFrameTree');
    this.#frame = frameTree.frame.id;
    // Without this the scripts below never run.
    await session.send('Page.enable');
    await session.send('Runtime.enable');
    await session.send('Runtime.addBinding', { name: binding, executionContextName: preloadWorld });
    if (preloadPath !== null) await this.#addPreload(preloadPath);
  }

  say(message: ToPage): void {
    if (this.#world === null) return; // as in Electron: who is not there does not hear
    const expression = `__electronStandInHear(${JSON.stringify(JSON.stringify(message))})`;
    this.#session.send('Runtime.evaluate', { uniqueContextId: this.#world, expression }).catch(() => {
      // The page went between the look at its world and the call; `worldIsGone` follows.
    });
  }

  async #addPreload(preloadPath: string): Promise<void> {
    const secret = JSON.stringify(randomUUID());
    // Each of the two files is one function, as an expression.
    const joinWorlds = readFileSync(join(folder, 'worlds.page.js'), 'utf8');
    const electronOfPreload = readFileSync(join(folder, 'preload-world.page.js'), 'utf8');
    const preload = readFileSync(preloadPath, 'utf8');
    await this.#addScript(`const joinWorlds = ${joinWorlds}\njoinWorlds(${secret}, 'page', 'preload');`);
    await this.#addScript(
      `const joinWorlds = ${joinWorlds}
      const electronOfPreload = ${electronOfPreload}
      const require = electronOfPreload(joinWorlds(${secret}, 'preload', 'page'), globalThis.${binding});
      const module = { exports: {} };
      ((require, module, exports) => {\n${preload}\n})(require, module, module.exports);`,
      preloadWorld,
    );
  }

  /** Runs before the scripts of every document to come. */
  async #addScript(source: string, worldName?: string): Promise<void> {
    await this.#session.send('Page.addScriptToEvaluateOnNewDocument', {
      source: `(() => {\n${source}\n})();`,
      ...(worldName === undefined ? {} : { worldName }),
    });
  }
}

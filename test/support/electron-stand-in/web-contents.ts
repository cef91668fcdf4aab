// Electron's `webContents`: the main process's side of a page.
import { EventEmitter } from 'node:events';
import type { CDPSession, Page } from 'playwright-core';
import { ipcMainOfAll } from './ipc-main.ts';
import { StandInMessagePort, throughJson } from './message-port.ts';
import { type FromPage, PageWire } from './page-wire.ts';
import { emitPreventable } from './preventable.ts';
import { theSession } from './session.ts';
import { strict } from './strict.ts';

type WindowOpenHandler = (details: { readonly url: string }) => { readonly action: 'allow' | 'deny' };

/** The ends that the page holds: how to hand in what it says, and how to end it. */
interface HeldPort {
  fromPage(data: unknown): void;
  pageIsGone(): void;
}

export class StandInWebContents extends EventEmitter {
  /** What the main process gets: always this one object, since it compares senders by identity. */
  readonly self: this = strict('webContents', this);
  readonly session = strict('session', theSession);
  readonly mainFrame = strict('webFrameMain', new StandInFrame(this));
  readonly #ports = new Map<string, HeldPort>();
  #page: Page | null = null;
  #wire: PageWire | null = null;
  #portCount = 0;
  #windowOpenHandler: WindowOpenHandler = () => ({ action: 'allow' });
  /** The address that the main process itself loads: it is asked of nobody. */
  #loading = '';

  getURL(): string {
    return this.#page?.url() ?? '';
  }

  isDestroyed(): boolean {
    return this.#page?.isClosed() ?? false;
  }

  setWindowOpenHandler(handler: WindowOpenHandler): void {
    this.#windowOpenHandler = handler;
  }

  send(channel: string, ...words: unknown[]): void {
    this.#wire?.say({ kind: 'message', channel, words, ports: [] });
  }

  postMessage(channel: string, message: unknown, transfer: readonly unknown[] = []): void {
    const ports = transfer.map((port) => this.#handOver(port));
    this.#wire?.say({ kind: 'message', channel, words: [throughJson(message)], ports });
  }

  /** Joins the page that plays this window's contents. */
  async join(page: Page, session: CDPSession, preloadPath: string | null): Promise<void> {
    this.#page = page;
    this.#wire = new PageWire(session, {
      hear: (message) => void this.#hear(message),
      worldIsGone: () => this.#dropPorts(),
    });
    await this.#wire.open(preloadPath);
    page.on('popup', (popup) => void this.#askAboutPopup(popup));
    page.on('close', () => {
      this.#dropPorts();
      this.emit('destroyed');
    });
    page.on('load', () => this.emit('did-finish-load'));
    await page.route('**', async (route) => {
      const request = route.request();
      const isOurOwn = request.url() === this.#loading || request.url() === page.url();
      const isNavigation = request.isNavigationRequest() && request.frame() === page.mainFrame() && !isOurOwn;
      if (isNavigation && emitPreventable(this, 'will-navigate', { url: request.url() }, request.url())) {
        await route.fulfill({ status: 204 }); // no content: the page stays where it is, without an error page
      } else {
        await route.fallback();
      }
    });
  }

  async load(url: string): Promise<void> {
    this.#loading = url;
    await this.#page?.goto(url);
  }

  async #askAboutPopup(popup: Page): Promise<void> {
    const { action } = this.#windowOpenHandler({ url: popup.url() });
    if (action === 'allow') throw new Error('the Electron stand-in does not play windows that a page opens');
    await popup.close();
  }

  async #hear(message: FromPage): Promise<void> {
    const event = { sender: this.self, senderFrame: this.mainFrame };
    switch (message.kind) {
      case 'send':
        ipcMainOfAll.emit(message.channel, { ...event, ports: [] }, ...message.words);
        return;
      case 'postMessage': {
        const ports = message.ports.map((id) => this.#receivePort(id));
        ipcMainOfAll.emit(message.channel, { ...event, ports }, message.message);
        return;
      }
      case 'port':
        this.#ports.get(message.port)?.fromPage(message.data);
        return;
      case 'invoke':
        await this.#answer(message.id, message.channel, event, message.words);
    }
  }

  async #answer(id: number, channel: string, event: object, words: readonly unknown[]): Promise<void> {
    try {
      this.#wire?.say({ kind: 'reply', id, result: await ipcMainOfAll.answer(channel, event, words) });
    } catch (error) {
      this.#wire?.say({ kind: 'reply', id, error: `Error invoking remote method '${channel}': ${error}` });
    }
  }

  /** Sends one of our ports into the page. */
  #handOver(port: unknown): string {
    if (!(port instanceof StandInMessagePort)) throw new Error('only a MessagePortMain can be transferred');
    const id = `main-${++this.#portCount}`;
    this.#ports.set(id, port.handOver(this.#pageEnd(id)));
    return id;
  }

  /** Takes a port that the page sent: its far end is the page, its near end goes to the listener. */
  #receivePort(id: string): StandInMessagePort {
    const near = new StandInMessagePort();
    const far = new StandInMessagePort();
    StandInMessagePort.entangle(near, far);
    this.#ports.set(id, far.handOver(this.#pageEnd(id)));
    return strict('MessagePortMain', near);
  }

  #pageEnd(id: string) {
    return {
      send: (data: unknown) => this.#wire?.say({ kind: 'port', port: id, data }),
      close: () => {
        this.#ports.delete(id);
        this.#wire?.say({ kind: 'closePort', port: id });
      },
    };
  }

  #dropPorts(): void {
    const held = [...this.#ports.values()];
    this.#ports.clear();
    for (const port of held) port.pageIsGone();
  }
}

/** Electron's `WebFrameMain`, of which the main frame is the only one played. */
class StandInFrame {
  readonly parent = null;
  readonly #contents: StandInWebContents;

  constructor(contents: StandInWebContents) {
    this.#contents = contents;
  }

  get url(): string {
    return this.#contents.getURL();
  }

  get origin(): string {
    return new URL(this.url).origin;
  }
}

// Electron's `session`: keeps what the main process decides, and asks it where Chromium lets the stand-in ask.
import type { Route } from 'playwright-core';
import { openedChromium } from './chromium.ts';

type PermissionHandler = (contents: unknown, permission: string, answer: (granted: boolean) => void) => void;
type PermissionCheck = (...words: unknown[]) => boolean;
type Answer = { readonly cancel?: boolean };
type BeforeRequest = (
  details: { readonly url: string; readonly method: string },
  answer: (given: Answer) => void,
) => void;

/** The one session of the stand-in. */
class StandInSession {
  permissionRequestHandler: PermissionHandler | null = null;
  permissionCheckHandler: PermissionCheck | null = null;

  /** Chromium without a head grants nothing that would be asked for; the handler is kept, not called. */
  setPermissionRequestHandler(handler: PermissionHandler | null): void {
    this.permissionRequestHandler = handler;
  }

  setPermissionCheckHandler(handler: PermissionCheck | null): void {
    this.permissionCheckHandler = handler;
  }

  readonly webRequest = {
    onBeforeRequest: (first: unknown, second?: BeforeRequest): void => {
      const listener = second ?? (first as BeforeRequest);
      void openedChromium.then(({ context }) => context.route('**', (route) => this.#ask(listener, route)));
    },
  };

  async #ask(listener: BeforeRequest, route: Route): Promise<void> {
    const request = route.request();
    listener({ url: request.url(), method: request.method() }, ({ cancel }) => {
      void (cancel === true ? route.abort('blockedbyclient') : route.fallback());
    });
  }
}

export const theSession = new StandInSession();

// The token in the printed address, and the cookie that stands for it after the first visit.
import { randomBytes, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';

const tokenBytes = 32;

/** One random token a start. Who has it may see and steer everything. */
export class AddressToken {
  readonly value = randomBytes(tokenBytes).toString('base64url');
  readonly #cookieName: string;

  /** @param port is part of the cookie's name: cookies of one host are shared by its ports. */
  constructor(port: number) {
    this.#cookieName = `syncline-${port}`;
  }

  /** Scripts cannot read it, and no other site's request carries it. */
  get setCookie(): string {
    return `${this.#cookieName}=${this.value}; HttpOnly; SameSite=Strict; Path=/`;
  }

  isIn(url: URL): boolean {
    return this.#equals(url.searchParams.get('token') ?? '');
  }

  isInCookie(request: IncomingMessage): boolean {
    const cookies = (request.headers.cookie ?? '').split(';').map((part) => part.trim());
    return cookies.some((cookie) => {
      const equals = cookie.indexOf('=');
      return cookie.slice(0, equals) === this.#cookieName && this.#equals(cookie.slice(equals + 1));
    });
  }

  /** In a time that does not tell how much of it was right. */
  #equals(given: string): boolean {
    const [one, other] = [Buffer.from(given), Buffer.from(this.value)];
    return one.length === other.length && timingSafeEqual(one, other);
  }
}

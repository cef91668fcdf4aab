// Where things listen under `npm run dev`: the page of Vite, which reloads, and behind it the web shell's host.
import { Transform } from 'node:stream';

export const developmentPagePort = 5173;
export const developmentHostPort = 5174;

/**
 * The web shell tells its own address, with the token; the page that reloads is one port beside it.
 * @returns a stream that lets all text pass, and that address changed.
 */
export function toPageAddress(): Transform {
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      done(null, chunk.toString('utf8').replaceAll(`:${developmentHostPort}/`, `:${developmentPagePort}/`));
    },
  });
}

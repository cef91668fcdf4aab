// The web shell's door: who may come in, under which headers, and which files of the page are served.
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { extname, join, normalize, sep } from 'node:path';
import { headerPolicy } from '../page-policy.ts';
import type { AddressToken } from './address-token.ts';
import { forbiddenPage } from './forbidden-page.ts';

const headers: Readonly<Record<string, string>> = {
  'Content-Security-Policy': headerPolicy,
  'X-Content-Type-Options': 'nosniff',
  'Referrer-Policy': 'no-referrer',
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Cache-Control': 'no-store',
};

const contentTypes: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.woff2': 'font/woff2',
  '.json': 'application/json',
  '.map': 'application/json',
};

/** Names under which the page may be asked for: a foreign name that resolves to loopback is refused (DNS rebinding). */
export function isOwnHost(host: string | undefined, port: number): boolean {
  return host === `127.0.0.1:${port}` || host === `localhost:${port}`;
}

/** A WebSocket carries cookies from any page: only ours may open one. */
export function isOwnOrigin(origin: string | undefined, host: string | undefined): boolean {
  return origin !== undefined && host !== undefined && origin === `http://${host}`;
}

export interface DoorOptions {
  readonly rendererFolder: string;
  /** Known once the server listens. */
  readonly token: () => AddressToken;
  readonly port: () => number;
}

export function createDoor(options: DoorOptions): Server {
  return createServer((request, response) => {
    answer(request, response, options).catch(() => {
      if (!response.headersSent) response.writeHead(500, headers);
      response.end();
    });
  });
}

async function answer(request: IncomingMessage, response: ServerResponse, options: DoorOptions): Promise<void> {
  const token = options.token();
  if (!isOwnHost(request.headers.host, options.port())) return forbid(response);
  const url = new URL(request.url ?? '/', 'http://127.0.0.1');
  if (token.isIn(url)) {
    response.writeHead(303, { ...headers, 'Set-Cookie': token.setCookie, Location: '/' }).end();
    return;
  }
  if (!token.isInCookie(request)) return forbid(response);
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    response.writeHead(405, { ...headers, Allow: 'GET, HEAD' }).end();
    return;
  }
  await serveFile(request, response, options.rendererFolder, url.pathname);
}

function forbid(response: ServerResponse): void {
  response.writeHead(403, { ...headers, 'Content-Type': 'text/html; charset=utf-8' }).end(forbiddenPage);
}

async function serveFile(
  request: IncomingMessage,
  response: ServerResponse,
  folder: string,
  pathname: string,
): Promise<void> {
  const path = resolveInside(folder, pathname);
  const file = path === null ? null : await stat(path).catch(() => null);
  if (path === null || !file?.isFile()) {
    response.writeHead(404, { ...headers, 'Content-Type': 'text/plain; charset=utf-8' }).end('Not found\n');
    return;
  }
  const type = contentTypes[extname(path)] ?? 'application/octet-stream';
  response.writeHead(200, { ...headers, 'Content-Type': type, 'Content-Length': file.size });
  if (request.method === 'HEAD') response.end();
  else
    createReadStream(path)
      .on('error', () => response.destroy())
      .pipe(response);
}

/** The file that a path names, or null where it would lie outside the folder. */
export function resolveInside(folder: string, pathname: string): string | null {
  let decoded: string;
  try {
    decoded = decodeURIComponent(pathname);
  } catch {
    return null;
  }
  if (decoded.includes('\0')) return null;
  const root = normalize(folder + sep);
  const path = normalize(join(root, decoded === '/' ? 'index.html' : decoded));
  return path.startsWith(root) ? path : null;
}

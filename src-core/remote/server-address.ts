// Reads where a person says that a server is: redis:// or rediss:// with all its parts, host:port, or host and port.
import type { ConnectRequest } from '../contract/acts.ts';
import { FailureError } from '../contract/failure-error.ts';

export const defaultRedisPort = 6379;

/** All that is needed to reach one server. The password stays in the main process. */
export interface ServerAddress {
  readonly host: string;
  readonly port: number;
  readonly tls: boolean;
  readonly username: string | null;
  readonly password: string | null;
}

const schemes: Readonly<Record<string, { readonly tls: boolean }>> = {
  'redis:': { tls: false },
  'rediss:': { tls: true },
  'valkey:': { tls: false },
  'valkeys:': { tls: true },
};

/**
 * Fields of the form win over what the URL says.
 * @throws FailureError `addressInvalid`; its text never holds the user or password.
 */
export function parseServerAddress(request: ConnectRequest): ServerAddress {
  const fromUrl = request.url ? parseUrl(request.url) : null;
  const host = request.host || fromUrl?.host;
  if (!host || /[\s/@]/.test(host)) throw new FailureError('addressInvalid', { text: host ?? '' });
  const port = request.port ?? fromUrl?.port ?? defaultRedisPort;
  if (port === 0) throw new FailureError('addressInvalid', { text: `${host}:0` });
  return {
    host,
    port,
    tls: request.tls ?? fromUrl?.tls ?? false,
    username: request.username || fromUrl?.username || null,
    password: request.password || fromUrl?.password || null,
  };
}

function parseUrl(text: string): ServerAddress {
  const withScheme = /^[a-z][a-z0-9+.-]*:\/\//i.test(text) ? text : `redis://${text}`;
  let url: URL;
  try {
    url = new URL(withScheme);
  } catch {
    throw new FailureError('addressInvalid', { text: withoutCredentials(text) });
  }
  const scheme = schemes[url.protocol];
  if (!scheme || url.hostname === '') throw new FailureError('addressInvalid', { text: withoutCredentials(text) });
  return {
    host: url.hostname.replace(/^\[|\]$/g, ''),
    port: url.port === '' ? defaultRedisPort : Number(url.port),
    tls: scheme.tls,
    username: decode(url.username),
    password: decode(url.password),
  };
}

function decode(part: string): string | null {
  if (part === '') return null;
  try {
    return decodeURIComponent(part);
  } catch {
    return part; // a lone % is a character of the password
  }
}

/** What stands before the last `@` may be a secret. */
function withoutCredentials(text: string): string {
  return text.replace(/^([a-z][a-z0-9+.-]*:\/\/)?.*@/i, '$1');
}

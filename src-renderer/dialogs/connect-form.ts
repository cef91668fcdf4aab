// The connect form as data: what was typed, what of it is sent, and what is missing. Pure.
import type { ConnectRequest } from '#core/contract/acts.ts';
import type { Environment } from '#core/contract/labels.ts';
import type { Address } from '#core/contract/places.ts';
import { emptyProfile, type FormBeginning } from '../connections/profile-form.ts';

export interface ConnectForm {
  readonly url: string;
  readonly host: string;
  readonly port: number | string;
  readonly username: string;
  readonly password: string;
  readonly isTls: boolean;
  readonly name: string;
  readonly environment: Environment;
  readonly servesFound: boolean;
}

const usualPort = 6379;

/** @param environment of the nodes that tell of the server; a server that nobody told of is taken for one in dev */
export function emptyForm(address: Address | null, environment: Environment = 'dev'): ConnectForm {
  return {
    url: '',
    host: address?.host ?? '',
    port: address?.port ?? usualPort,
    username: '',
    password: '',
    isTls: false,
    name: '',
    environment,
    servesFound: true,
  };
}

/** What is sent to the host: an address takes the place of host, port and TLS. Null where neither was given. */
export function toRequest(form: ConnectForm): ConnectRequest | null {
  const url = form.url.trim();
  const host = form.host.trim();
  if (url === '' && host === '') return null;
  const where = url === '' ? { host, port: Number(form.port) || usualPort, tls: form.isTls } : { url };
  return {
    ...where,
    ...(form.username !== '' && { username: form.username }),
    ...(form.password !== '' && { password: form.password }),
    ...(form.name.trim() !== '' && { name: form.name.trim() }),
    environment: form.environment,
    servesFound: form.servesFound,
  };
}

/** The same as the beginning of a kept connection, for what only its form has: an authority, an SSH server, NAT. */
export function toDraft(form: ConnectForm): FormBeginning {
  const where = form.url.trim() === '' ? { host: form.host.trim(), port: Number(form.port) } : readUrl(form.url.trim());
  const isTls = form.url.trim() === '' ? form.isTls : /^(rediss|valkeys):/i.test(form.url.trim());
  const username = form.username || where.username || null;
  const password = form.password || where.password || '';
  const profile = {
    ...emptyProfile(),
    name: form.name.trim(),
    environment: form.environment,
    host: where.host,
    port: where.port || usualPort,
    username,
    login: password === '' ? ('none' as const) : ('ask' as const),
    tls: isTls ? { serverName: null, authority: null, certificate: null } : null,
    servesFound: form.servesFound,
  };
  return { profile, kept: [], typed: { password } };
}

interface Where {
  readonly host: string;
  readonly port: number;
  readonly username?: string;
  readonly password?: string;
}

/** What can be read of an address; the host checks it when it is used. */
function readUrl(text: string): Where {
  try {
    const url = new URL(`http://${text.replace(/^[a-z]+:\/\//i, '')}`);
    return {
      host: url.hostname.replace(/^\[|\]$/g, ''),
      port: Number(url.port),
      username: decodeURIComponent(url.username),
      password: decodeURIComponent(url.password),
    };
  } catch {
    return { host: '', port: usualPort };
  }
}

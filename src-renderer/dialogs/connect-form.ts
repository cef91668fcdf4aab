// The connect form as data: what was typed, what of it is sent, and what is missing. Pure.
import type { ConnectRequest } from '#core/contract/acts.ts';
import type { Address, Environment } from '#core/contract/views.ts';

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

export function emptyForm(address: Address | null): ConnectForm {
  return {
    url: '',
    host: address?.host ?? '',
    port: address?.port ?? usualPort,
    username: '',
    password: '',
    isTls: false,
    name: '',
    environment: 'dev',
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

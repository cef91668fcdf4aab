// Reads what the `tls-…` directives name, and makes contexts of OpenSSL from it; what is wrong is said in Redis's words.
import { constants, X509Certificate } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { createSecureContext, DEFAULT_CIPHERS, type SecureContext, type SecureContextOptions } from 'node:tls';
import { getSystemErrorMap } from 'node:util';
import { type TlsContext, TlsError, type TlsIdentity, type TlsSettings } from '../base/tls.ts';
import { protocolOptions } from './tls-protocols.ts';

/** OpenSSL puts the system's error numbers behind this bit. */
const SYSTEM_ERROR = 0x80000000;
/** What OpenSSL looks for in a folder of authorities: the hash of a subject, and a number for subjects of the same hash. */
const HASHED_NAME = /^[0-9a-f]{8}\.[0-9]+$/;

export class PreparedTls implements TlsContext {
  readonly settings: TlsSettings;
  /** For those who come to us. */
  readonly forServer: SecureContextOptions;
  /** For those whom we go to. */
  readonly forClient: SecureContext;

  constructor(settings: TlsSettings, forServer: SecureContextOptions, forClient: SecureContext) {
    this.settings = settings;
    this.forServer = forServer;
    this.forClient = forClient;
  }
}

/** @throws TlsError */
export function prepareTls(settings: TlsSettings): PreparedTls {
  const { identity, clientIdentity } = settings;
  if (identity.certificateFile === '') {
    throw new TlsError(
      'No tls-cert-file configured!',
      'Set tls-cert-file to the certificate of this server, a PEM file.',
    );
  }
  if (identity.keyFile === '') {
    throw new TlsError('No tls-key-file configured!', 'Set tls-key-file to the key that belongs to tls-cert-file.');
  }
  const versions = protocolOptions(settings.protocols);
  const rules = {
    ...versions,
    secureOptions: versions.secureOptions | (settings.resumesSessions ? 0 : constants.SSL_OP_NO_TICKET),
    ...cipherOptions(settings),
    ...keyExchange(settings),
  };
  const authorities = readAuthorities(settings);
  const forServer = { ...rules, ...readIdentity(settings, identity), ca: authorities };
  const shown = clientIdentity === null ? forServer : { ...forServer, ...readIdentity(settings, clientIdentity) };
  return new PreparedTls(settings, forServer, createSecureContext(shown));
}

/** Certificate and key are tried alone first, so that the error names the one that is wrong. */
function readIdentity(settings: TlsSettings, { certificateFile, keyFile, keyPassword }: TlsIdentity) {
  const cert = attempt(
    () => {
      const pem = readFileSync(resolve(settings.folder, certificateFile));
      createSecureContext({ cert: pem });
      return pem;
    },
    (why) => `Failed to load certificate: ${certificateFile}: ${why}`,
    'It must be a PEM file with a certificate, readable by the user that runs the server.',
  );
  return attempt(
    () => {
      const key = readFileSync(resolve(settings.folder, keyFile));
      const identity = { cert, key, ...(keyPassword === '' ? {} : { passphrase: keyPassword }) };
      createSecureContext(identity);
      return identity;
    },
    (why) => `Failed to load private key: ${keyFile}: ${why}`,
    'It must be the PEM file of the key of that certificate; for a locked key set the directive that ends in -file-pass.',
  );
}

/** Empty: nobody is trusted. What this machine trusts otherwise does not count, as in Redis. */
function readAuthorities({ folder, authorityFile, authorityFolder }: TlsSettings): Buffer[] {
  const advice = 'It must be a PEM file with the certificates of the authorities that you trust.';
  const text = (why: string) => `Failed to configure CA certificate(s) file/directory: ${why}`;
  const found: Buffer[] = [];
  if (authorityFile !== '') found.push(attempt(() => readCertificates(resolve(folder, authorityFile)), text, advice));
  if (authorityFolder !== '') found.push(...readHashed(resolve(folder, authorityFolder)));
  return found;
}

/** OpenSSL opens the folder only when it looks for somebody: one that is not there has nobody. */
function readHashed(path: string): Buffer[] {
  try {
    const names = readdirSync(path).filter((name) => HASHED_NAME.test(name));
    return names.sort().map((name) => readCertificates(join(path, name)));
  } catch {
    return [];
  }
}

function readCertificates(path: string): Buffer {
  const pem = readFileSync(path);
  new X509Certificate(pem);
  return pem;
}

function cipherOptions({ ciphers, cipherSuites, prefersServerCiphers }: TlsSettings): SecureContextOptions {
  const common = DEFAULT_CIPHERS.split(':');
  const older = ciphers === '' ? common.filter((name) => !isSuite(name)).join(':') : ciphers;
  const newer = cipherSuites === '' ? common.filter(isSuite).join(':') : cipherSuites;
  const advice = 'Type "openssl ciphers -v" for the names that there are.';
  const refuse = (text: string) => () => text;
  attempt(() => createSecureContext({ ciphers: older }), refuse(`Failed to configure ciphers: ${older}`), advice);
  attempt(() => createSecureContext({ ciphers: newer }), refuse(`Failed to configure ciphersuites: ${newer}`), advice);
  return { ciphers: `${newer}:${older}`, honorCipherOrder: prefersServerCiphers };
}

/** Node takes both in one list, and tells them apart by their names. */
function isSuite(name: string): boolean {
  return name.startsWith('TLS_');
}

function keyExchange({ folder, keyExchangeFile }: TlsSettings): SecureContextOptions {
  if (keyExchangeFile === '') return {};
  const dhparam = attempt(
    () => readFileSync(resolve(folder, keyExchangeFile)),
    (why) => `Failed to load ${keyExchangeFile}: ${why.replace(/^error:[0-9A-F]+:system library::/, '')}`,
    'Leave tls-dh-params-file away, or make the file with "openssl dhparam".',
  );
  return { dhparam };
}

function attempt<T>(act: () => T, text: (why: string) => string, advice: string): T {
  try {
    return act();
  } catch (error) {
    throw new TlsError(text(openSslWords(error)), advice);
  }
}

/** What OpenSSL has thrown. */
interface OpenSslError extends NodeJS.ErrnoException {
  readonly library?: string;
  readonly reason?: string;
}

/**
 * `error:0A0000C7:SSL routines::peer did not return a certificate`: an error as a C program prints it, and so as Redis's
 * log has it. Node adds where in its sources it was; of certificates that do not verify it tells only a name.
 */
export function openSslWords(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { code = '', errno, library, reason, message } = error as OpenSslError;
  const number = /error:([0-9A-F]{8}):/.exec(message)?.[1];
  if (number !== undefined && reason !== undefined) return `error:${number}:${library ?? ''}::${reason}`;
  const system = errno === undefined ? undefined : getSystemErrorMap().get(errno);
  if (system !== undefined && errno !== undefined) {
    const bits = (SYSTEM_ERROR - errno).toString(16).toUpperCase();
    return `error:${bits}:system library::${system[1].charAt(0).toUpperCase()}${system[1].slice(1)}`;
  }
  return /CERT|ISSUER|CRL|SIGNATURE/.test(code) ? unverifiedWords(code) : message;
}

/** `code` is Node's name of what is wrong with a certificate, such as DEPTH_ZERO_SELF_SIGNED_CERT. */
export function unverifiedWords(code: string): string {
  return `error:0A000086:SSL routines::certificate verify failed (${code.toLowerCase().replaceAll('_', ' ')})`;
}

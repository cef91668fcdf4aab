// Certificates for tests of TLS, made by the openssl program: an authority, and what it signs for a server and a client.
import { execFile } from 'node:child_process';
import { copyFile, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

/** Paths of PEM files. */
export interface Identity {
  readonly certificate: string;
  readonly key: string;
}

export interface Authority {
  /** Its certificate. */
  readonly certificate: string;
  /** Signs a new certificate for 127.0.0.1; `name` is its common name, and that of its files. */
  identity(name: string): Promise<Identity>;
  /** A folder with its certificate under the name by which OpenSSL looks for it. */
  hashedFolder(): Promise<string>;
  /** The same key behind a password. */
  locked(identity: Identity, password: string): Promise<Identity>;
}

export interface CertificateFolder extends AsyncDisposable {
  readonly path: string;
  authority(name: string): Promise<Authority>;
}

const validDays = '2';
const newKey = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];

async function openssl(...words: readonly string[]): Promise<void> {
  await promisify(execFile)('openssl', words);
}

/** A folder of its own, removed with all certificates at the end. */
export async function makeCertificateFolder(): Promise<CertificateFolder> {
  const path = await mkdtemp(join(tmpdir(), 'syncline-tls-'));
  return {
    path,
    authority: (name) => makeAuthority(path, name),
    [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }),
  };
}

async function makeAuthority(folder: string, name: string): Promise<Authority> {
  const certificate = join(folder, `${name}.crt`);
  const key = join(folder, `${name}.key`);
  const valid = ['-days', validDays];
  await openssl('req', '-x509', ...newKey, '-keyout', key, '-out', certificate, ...valid, '-subj', `/CN=${name}`);
  return {
    certificate,
    identity: async (subject) => {
      const stem = join(folder, `${name}-${subject}`);
      const identity = { certificate: `${stem}.crt`, key: `${stem}.key` };
      await openssl('req', ...newKey, '-keyout', identity.key, '-out', `${stem}.csr`, '-subj', `/CN=${subject}`);
      const signing = ['-CA', certificate, '-CAkey', key, '-CAcreateserial', ...valid];
      await openssl('x509', '-req', '-in', `${stem}.csr`, ...signing, '-out', identity.certificate);
      return identity;
    },
    hashedFolder: async () => {
      const { stdout } = await promisify(execFile)('openssl', ['x509', '-hash', '-noout', '-in', certificate]);
      const hashed = join(folder, `${name}-hashed`);
      await mkdir(hashed);
      await copyFile(certificate, join(hashed, `${stdout.trim()}.0`));
      return hashed;
    },
    locked: async (identity, password) => {
      const lockedKey = `${identity.key}.locked`;
      await openssl('ec', '-in', identity.key, '-aes256', '-passout', `pass:${password}`, '-out', lockedKey);
      return { certificate: identity.certificate, key: lockedKey };
    },
  };
}

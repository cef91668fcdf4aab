// TLS as the directives have it: certificates are read at the start and when they change, and bad ones change nothing.
import { type Disposable, DisposableStore } from '../../base/lifecycle.ts';
import type { Transport } from '../../base/ports.ts';
import {
  type ClientAuthentication,
  type TlsContext,
  type TlsDoor,
  TlsError,
  type TlsIdentity,
  type TlsSettings,
} from '../../base/tls.ts';
import type { ConfigService, LogService } from '../commands/services.ts';
import { ConfigError } from './config-values.ts';

export interface TlsNeeds {
  readonly transport: Transport;
  readonly config: ConfigService;
  readonly log: LogService;
}

/** A change of one of these reads all files again. */
const FOLLOWED = [
  'tls-ca-cert-dir',
  'tls-ca-cert-file',
  'tls-cert-file',
  'tls-ciphers',
  'tls-ciphersuites',
  'tls-client-cert-file',
  'tls-client-key-file',
  'tls-client-key-file-pass',
  'tls-dh-params-file',
  'tls-key-file',
  'tls-key-file-pass',
  'tls-prefer-server-ciphers',
  'tls-protocols',
  'tls-replication',
  'tls-session-cache-timeout',
  'tls-session-caching',
] as const;

export class Tls implements Disposable {
  readonly #needs: TlsNeeds;
  readonly #open = new DisposableStore();
  #context: TlsContext | null = null;

  constructor(needs: TlsNeeds) {
    this.#needs = needs;
    for (const name of FOLLOWED) this.#open.add(needs.config.onChange(name, () => this.#apply(name)));
  }

  /** Reads the files if any directive asks for TLS. Whatever is wrong is in the log. @throws TlsError */
  configure(): void {
    if (this.#isWanted) this.#context = this.#prepared();
  }

  /** For connections to a master; null: without TLS. */
  get forMaster(): TlsContext | null {
    return this.#needs.config.flag('tls-replication') ? this.#context : null;
  }

  /** Null as long as there is no certificate. */
  get door(): TlsDoor | null {
    if (this.#context === null) return null;
    return {
      context: () => this.#context!,
      clientAuthentication: () => this.#needs.config.text('tls-auth-clients') as ClientAuthentication,
      refused: (reason) => this.#needs.log.warning(`Error accepting a client connection: ${reason}`),
    };
  }

  dispose(): void {
    this.#open.dispose();
  }

  get #isWanted(): boolean {
    const { config } = this.#needs;
    return config.number('tls-port') !== 0 || config.flag('tls-replication');
  }

  #apply(name: string): void {
    try {
      this.configure();
    } catch (error) {
      if (!(error instanceof TlsError)) throw error;
      this.#needs.log.warning(
        `Failed applying new configuration. Possibly related to new ${name} setting. Restoring previous settings.`,
      );
      throw new ConfigError('Unable to update TLS configuration. Check server logs.');
    }
  }

  #prepared(): TlsContext {
    const { transport, config, log } = this.#needs;
    try {
      if (transport.prepareTls === undefined) throw new TlsError('There is no TLS in this network.', 'Do without it.');
      const context = transport.prepareTls(tlsSettings(config));
      mustKnowAuthorities(config);
      return context;
    } catch (error) {
      if (!(error instanceof TlsError)) throw error;
      log.warning(error.message);
      log.warning(error.advice);
      throw error;
    }
  }
}

function mustKnowAuthorities(config: ConfigService): void {
  const verifies = config.text('tls-auth-clients') !== 'no' || config.flag('tls-replication');
  if (!verifies || config.text('tls-ca-cert-file') !== '' || config.text('tls-ca-cert-dir') !== '') return;
  throw new TlsError(
    'Either tls-ca-cert-file or tls-ca-cert-dir must be specified when tls-cluster, tls-replication or tls-auth-clients are enabled!',
    'Set tls-ca-cert-file to the certificate of the authority; or, if only clients are to be let in, tls-auth-clients to no.',
  );
}

function tlsSettings(config: ConfigService): TlsSettings {
  const ofClient = identity(config, 'tls-client');
  return {
    folder: config.text('dir'),
    identity: identity(config, 'tls'),
    clientIdentity: ofClient.certificateFile === '' || ofClient.keyFile === '' ? null : ofClient,
    authorityFile: config.text('tls-ca-cert-file'),
    authorityFolder: config.text('tls-ca-cert-dir'),
    protocols: config.text('tls-protocols'),
    ciphers: config.text('tls-ciphers'),
    cipherSuites: config.text('tls-ciphersuites'),
    prefersServerCiphers: config.flag('tls-prefer-server-ciphers'),
    keyExchangeFile: config.text('tls-dh-params-file'),
    resumesSessions: config.flag('tls-session-caching'),
    sessionSeconds: config.number('tls-session-cache-timeout'),
  };
}

function identity(config: ConfigService, prefix: 'tls' | 'tls-client'): TlsIdentity {
  return {
    certificateFile: config.text(`${prefix}-cert-file`),
    keyFile: config.text(`${prefix}-key-file`),
    keyPassword: config.text(`${prefix}-key-file-pass`),
  };
}

// Where clients come in: plain, over TLS and by a Unix socket; open from the start to the end.
import type { Disposable } from '../../base/lifecycle.ts';
import type { Connection, ConnectionHandlers, Ports } from '../../base/ports.ts';
import { type TlsContext, TlsError } from '../../base/tls.ts';
import type { ConfigService } from '../commands/services.ts';
import { type Listening, listenEverywhere } from './listeners.ts';
import type { Log } from './log.ts';
import { StartError } from './start-error.ts';
import { Tls } from './tls.ts';

export interface DoorsNeeds {
  readonly ports: Pick<Ports, 'transport' | 'files'>;
  readonly config: ConfigService;
  readonly log: Log;
  /** `unixPath` is null for TCP. */
  readonly receive: (connection: Connection, unixPath: string | null) => ConnectionHandlers;
}

export class Doors implements Disposable {
  readonly #needs: DoorsNeeds;
  readonly #tls: Tls;
  #listening: Listening | null = null;

  constructor(needs: DoorsNeeds) {
    const { ports, config, log } = needs;
    this.#needs = needs;
    this.#tls = new Tls({ transport: ports.transport, config, log });
  }

  /** The plain TCP port in fact bound; 0 while they are shut, and without one. */
  get port(): number {
    return this.#listening?.port ?? 0;
  }

  /** The one port that INFO shows. */
  get shownPort(): number {
    return this.port === 0 ? this.#tlsPort : this.port;
  }

  /** The port that a master is told. */
  get replicationPort(): number {
    const isSecured = this.#needs.config.flag('tls-replication') && this.#tlsPort !== 0;
    return isSecured ? this.#tlsPort : this.shownPort;
  }

  /** What a link to a master is opened with; null for plain TCP. */
  get masterTls(): TlsContext | null {
    return this.#tls.forMaster;
  }

  /** Reads certificates. @throws StartError */
  prepare(): void {
    try {
      this.#tls.configure();
    } catch (error) {
      if (!(error instanceof TlsError)) throw error;
      throw new StartError('Failed to configure TLS. Check logs for more info.');
    }
  }

  /** @throws StartError */
  async open(): Promise<void> {
    const { ports, config, log, receive } = this.#needs;
    this.#listening = await listenEverywhere({ ...ports, config, log, tls: this.#tls.door, accept: receive });
  }

  sayReady(): void {
    const { config, log } = this.#needs;
    const path = config.text('unixsocket');
    if (this.shownPort !== 0) log.notice('Ready to accept connections');
    if (path !== '') log.notice(`The server is now ready to accept connections at ${path}`);
  }

  dispose(): void {
    this.#listening?.dispose();
    this.#listening = null;
    this.#tls.dispose();
  }

  get #tlsPort(): number {
    return this.#listening?.tlsPort ?? 0;
  }
}

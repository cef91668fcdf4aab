// What the engine says of TLS to its transport: the files and rules to go by, and what a transport makes of them.

/** A certificate with its key, as paths of PEM files. */
export interface TlsIdentity {
  readonly certificateFile: string;
  readonly keyFile: string;
  /** Opens the key's file; empty for a key that lies open. Never shown. */
  readonly keyPassword: string;
}

/** The `tls-…` directives. Empty texts were not said. Relative paths start at `folder`. */
export interface TlsSettings {
  readonly folder: string;
  readonly identity: TlsIdentity;
  /** Shown to the servers that we connect to; null: `identity` is. */
  readonly clientIdentity: TlsIdentity | null;
  /** Certificates of the authorities that a peer's certificate must come from. */
  readonly authorityFile: string;
  /** The same as a folder whose files are named by the hash of the certificate's subject, as `openssl rehash` does. */
  readonly authorityFolder: string;
  /** Words such as `TLSv1.2 TLSv1.3`. */
  readonly protocols: string;
  /** Up to TLS 1.2, in OpenSSL's words. */
  readonly ciphers: string;
  /** TLS 1.3. */
  readonly cipherSuites: string;
  readonly prefersServerCiphers: boolean;
  readonly keyExchangeFile: string;
  /** Clients may come back with what they agreed on before. */
  readonly resumesSessions: boolean;
  readonly sessionSeconds: number;
}

/** Certificates, keys and rules, read and found fit. Only the transport that made it knows what is inside. */
export interface TlsContext {
  readonly settings: TlsSettings;
}

/** Whether who connects must show a certificate. One that is shown must be good either way, unless it is `no`. */
export type ClientAuthentication = 'no' | 'optional' | 'yes';

/** How a listener lets clients in. The functions are asked at each connection, so that a new certificate serves at once. */
export interface TlsDoor {
  context(): TlsContext;
  clientAuthentication(): ClientAuthentication;
  /** A handshake came to nothing; `reason` is fit for a log. */
  refused(reason: string): void;
}

/** The settings cannot be used. The message is a line for the log, in Redis's words; it holds no secret. */
export class TlsError extends Error {
  /** What to do about it, in one sentence. */
  readonly advice: string;

  constructor(text: string, advice: string) {
    super(text);
    this.name = 'TlsError';
    this.advice = advice;
  }
}

// TLS over the transport port's sockets: lets clients in after a handshake, and shakes hands with servers.
import type net from 'node:net';
import { connect, createServer, type Server, type TLSSocket } from 'node:tls';
import type { TlsContext, TlsDoor } from '../base/tls.ts';
import { SocketConnection } from './socket-connection.ts';
import { openSslWords, PreparedTls, unverifiedWords } from './tls-files.ts';

/** A client that does not finish its handshake is let go after this long. */
const HANDSHAKE_MS = 60_000;
/** So many may be at their handshake at once; whoever comes besides is closed. `maxclients` counts those who are through. */
export const HANDSHAKES_MAX = 1000;
/** Writes up to this are copied, so that whoever wrote has its memory back at once. */
const COPIED_WRITE_BYTES = 64 * 1024;
/** Above this a writer hears that it must wait. */
const UNSENT_BYTES_MAX = 256 * 1024;

/**
 * Node's TLS sockets report every write later, even one that the system took: to say so would make each small answer
 * cost a buffer and a wait.
 */
class TlsConnection extends SocketConnection {
  protected override reasonOf(error: NodeJS.ErrnoException): string {
    // A peer that goes is no matter of TLS.
    return error.code === undefined || error.syscall === undefined ? openSslWords(error) : error.code;
  }

  override write(bytes: Uint8Array, start: number, end: number): boolean {
    if (end - start > COPIED_WRITE_BYTES) return super.write(bytes, start, end);
    if (this.socket.destroyed || this.socket.writableEnded) return true;
    this.socket.write(Buffer.from(bytes.subarray(start, end)));
    if (this.socket.writableLength <= UNSENT_BYTES_MAX) return true;
    this.awaitDrain();
    return false;
  }

  /** The bytes of an event are its own: there is no room in front of them. */
  startReading(): void {
    this.socket.on('data', (bytes: Buffer) => {
      this.handlers.onData(bytes, new DataView(bytes.buffer, bytes.byteOffset, bytes.length), 0, bytes.length);
    });
  }
}

/** Shakes hands with the sockets of one listener. A server of Node's that never listens does it, one for each context. */
export class TlsAcceptor {
  readonly #door: TlsDoor;
  readonly #accepted: (connection: TlsConnection) => void;
  /** Those who are at it, by their addresses. */
  readonly #shaking = new Set<string>();
  #server: Server | null = null;
  #madeFor: { readonly context: TlsContext; readonly authentication: string } | null = null;

  /** `accepted` is called after the handshake, in the turn in which the first bytes may be read. */
  constructor(door: TlsDoor, accepted: (connection: TlsConnection) => void) {
    this.#door = door;
    this.#accepted = accepted;
  }

  receive(socket: net.Socket): void {
    if (this.#shaking.size >= HANDSHAKES_MAX) {
      this.#door.refused(`${HANDSHAKES_MAX} others are at their handshake`);
      socket.destroy();
      return;
    }
    const peer = nameOf(socket);
    this.#shaking.add(peer);
    socket.once('close', () => this.#shaking.delete(peer));
    this.#current().emit('connection', socket);
  }

  #current(): Server {
    const context = this.#door.context();
    const authentication = this.#door.clientAuthentication();
    const known = this.#madeFor;
    if (this.#server !== null && known?.context === context && known.authentication === authentication) {
      return this.#server;
    }
    this.#madeFor = { context, authentication };
    this.#server = this.#serverFor(prepared(context));
    return this.#server;
  }

  #serverFor({ settings, forServer }: PreparedTls): Server {
    const authentication = this.#door.clientAuthentication();
    const server = createServer({
      ...forServer,
      requestCert: authentication !== 'no',
      // This is OpenSSL's own refusal of a client without a certificate, which the client is told.
      rejectUnauthorized: authentication === 'yes',
      handshakeTimeout: HANDSHAKE_MS,
      sessionTimeout: settings.sessionSeconds,
    });
    server.on('secureConnection', (socket) => this.#opened(socket));
    server.on('tlsClientError', (error, socket) => {
      const unverified = codeOf(socket.authorizationError);
      this.#door.refused(unverified === null ? openSslWords(error) : unverifiedWords(unverified));
      socket.destroy();
    });
    return server;
  }

  #opened(socket: TLSSocket): void {
    this.#shaking.delete(nameOf(socket));
    const isShown = Object.keys(socket.getPeerCertificate()).length > 0;
    if (isShown && !socket.authorized && this.#door.clientAuthentication() !== 'no') {
      this.#door.refused(unverifiedWords(codeOf(socket.authorizationError) ?? 'UNSPECIFIED'));
      socket.on('error', () => {});
      socket.destroy();
      return;
    }
    // Only from now on: who leaves during the handshake has nothing left to be told.
    socket.allowHalfOpen = true;
    const connection = new TlsConnection(socket);
    this.#accepted(connection);
    connection.startReading();
  }
}

function nameOf({ remoteAddress, remotePort }: net.Socket): string {
  return `${remoteAddress} ${remotePort}`;
}

/** The types say that it is an error; it is the error's code. */
function codeOf(authorizationError: unknown): string | null {
  return authorizationError ? String(authorizationError) : null;
}

/** A connection that shakes hands; `settled` is called once, with the connection or with what went wrong. */
export function connectTls(
  address: net.NetConnectOpts,
  context: TlsContext,
  settled: (result: TlsConnection | string) => void,
): net.Socket {
  const socket = connect({
    ...address,
    secureContext: prepared(context).forClient,
    // As in Redis any name will do, if the certificate comes from an authority that we trust.
    checkServerIdentity: () => undefined,
  });
  const onError = (error: NodeJS.ErrnoException): void => {
    settled(error.syscall === undefined ? openSslWords(error) : (error.code ?? error.message));
  };
  socket.on('error', onError);
  socket.once('secureConnect', () => {
    socket.off('error', onError);
    const connection = new TlsConnection(socket);
    settled(connection);
    connection.startReading();
  });
  return socket;
}

function prepared(context: TlsContext): PreparedTls {
  if (context instanceof PreparedTls) return context;
  throw new Error('this context of TLS is of another transport');
}

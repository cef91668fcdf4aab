// The way to a server: straight or through a tunnel, past a NAT, with TLS around it; one dial for whoever talks.
import { connect as connectTcp, isIP, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { FailureError } from '../contract/failure-error.ts';
import type { Address } from '../contract/places.ts';
import { toConnectFailure } from './connect-failure.ts';
import type { ServerAddress } from './server-address.ts';

/** What TLS needs beside the address; null leaves it to Node's own store and to the host's name. */
export interface TlsSettings {
  /** SNI, and the name that the certificate must carry. */
  readonly serverName: string | null;
  /** The authority to trust instead of the system's, PEM. */
  readonly authority: string | null;
  /** The client's own certificate and key, PEM: mutual TLS. */
  readonly certificate: string | null;
  readonly key: string | null;
  readonly keyPassphrase: string | null;
}

/** Carries connections to addresses that only another machine can reach. */
export interface Tunnel {
  /** A stream to the address as that machine sees it. @throws FailureError sshFailed and its kin, connectionRefused */
  open(address: Address, timeoutMs: number): Promise<Socket>;
}

/** One announced address and where it is reached from here. */
export interface AddressMapping {
  readonly announced: Address;
  readonly reachable: Address;
}

/** How a profile's servers are reached; nodes found later go the same way. */
export interface Way {
  readonly tls: TlsSettings;
  readonly tunnel: Tunnel | null;
  readonly addressMap: readonly AddressMapping[];
}

/** What is needed to connect to one server. Stays in the main process. */
export interface Destination {
  readonly address: ServerAddress;
  readonly way: Way;
}

const plainTls: TlsSettings = {
  serverName: null,
  authority: null,
  certificate: null,
  key: null,
  keyPassphrase: null,
};

export const straightWay: Way = { tls: plainTls, tunnel: null, addressMap: [] };

/** Where an address that a server announces is reached. An entry with port 0 stands for every port of its host. */
export function reachable({ host, port }: Address, way: Way): Address {
  const entry = way.addressMap.find(
    ({ announced }) => announced.host === host && (announced.port === port || announced.port === 0),
  );
  if (!entry) return { host, port };
  return { host: entry.reachable.host, port: entry.reachable.port || port };
}

/** The other way round: under which address a server that we reach here is known to its peers. */
export function announcedAt({ host, port }: Address, way: Way): Address {
  const entry = way.addressMap.find(({ reachable: to }) => to.host === host && (to.port === port || to.port === 0));
  if (!entry) return { host, port };
  return { host: entry.announced.host, port: entry.announced.port || port };
}

/**
 * Resolves when bytes may be written: after the handshake, where there is TLS.
 * @throws FailureError addressUnresolved, connectionRefused, connectionTimedOut, connectionLost, tlsFailed, ssh…
 */
export async function dial(address: ServerAddress, way: Way, timeoutMs: number): Promise<Socket> {
  const place = { host: address.host, port: address.port };
  const carrier = way.tunnel ? await way.tunnel.open(place, timeoutMs) : connectTcp(place);
  if (!way.tunnel) await opened(carrier, 'connect', address, timeoutMs, 'connectionTimedOut');
  if (!address.tls) return carrier;
  const secured = connectTls({ socket: carrier, ...tlsOptions(address, way.tls) });
  try {
    await opened(secured, 'secureConnect', address, timeoutMs, 'tlsFailed');
  } catch (error) {
    carrier.destroy();
    throw error;
  }
  return secured;
}

function tlsOptions({ host }: ServerAddress, tls: TlsSettings) {
  const name = tls.serverName ?? (isIP(host) === 0 ? host : null);
  return {
    // Without a name to send, the certificate is still checked against the address.
    host,
    ...(name !== null && { servername: name }),
    ...(tls.authority !== null && { ca: tls.authority }),
    ...(tls.certificate !== null && { cert: tls.certificate }),
    ...(tls.key !== null && { key: tls.key }),
    ...(tls.keyPassphrase !== null && { passphrase: tls.keyPassphrase }),
  };
}

function opened(
  socket: Socket,
  event: 'connect' | 'secureConnect',
  address: ServerAddress,
  timeoutMs: number,
  late: 'connectionTimedOut' | 'tlsFailed',
): Promise<void> {
  const { host, port } = address;
  return new Promise((resolve, reject) => {
    const settle = (end: () => void) => {
      clearTimeout(timer);
      socket.off(event, done).off('error', fail).off('close', closed);
      end();
    };
    const done = () => settle(resolve);
    const give = (failure: FailureError) =>
      settle(() => {
        // What the socket still says after it is given up is nobody's news.
        socket.on('error', () => {}).destroy();
        reject(failure);
      });
    const fail = (error: Error) => give(toConnectFailure(address, error, timeoutMs));
    const closed = () => give(new FailureError('connectionLost', { host, port }));
    const timer = setTimeout(
      () =>
        give(
          late === 'tlsFailed'
            ? new FailureError('tlsFailed', { host, port, reason: 'no answer to the TLS handshake' })
            : new FailureError('connectionTimedOut', { host, port, timeoutMs }),
        ),
      timeoutMs,
    );
    socket.on(event, done).on('error', fail).on('close', closed);
  });
}

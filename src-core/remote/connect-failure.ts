// Says why an address could not be talked to: an error of a socket or of TLS as a failure that a person understands.
import { FailureError } from '../contract/failure-error.ts';
import type { FailureCode } from '../contract/failures.ts';
import type { ServerAddress } from './server-address.ts';

const codesBySystemError: Readonly<Record<string, FailureCode>> = {
  ECONNREFUSED: 'connectionRefused',
  ENOTFOUND: 'addressUnresolved',
  EAI_AGAIN: 'addressUnresolved',
  EAI_FAIL: 'addressUnresolved',
  EAI_NODATA: 'addressUnresolved',
  ETIMEDOUT: 'connectionTimedOut',
  EHOSTUNREACH: 'connectionTimedOut',
  ENETUNREACH: 'connectionTimedOut',
  ECONNRESET: 'connectionLost',
  EPIPE: 'connectionLost',
};

/** An error of a socket or of TLS as a failure that names the address and no secret. */
export function toConnectFailure(address: ServerAddress, error: unknown, timeoutMs: number): FailureError {
  if (error instanceof FailureError) return error;
  const { host, port } = address;
  const known = systemCode(error);
  const code = codesBySystemError[known];
  if (code !== undefined)
    return new FailureError(code, { host, port, ...(code === 'connectionTimedOut' && { timeoutMs }) });
  const reason = known || (error instanceof Error ? error.message : String(error));
  return new FailureError(address.tls ? 'tlsFailed' : 'connectionLost', { host, port, reason });
}

/** Node tries IPv6 and IPv4 and wraps both failures; the first one tells. */
function systemCode(error: unknown): string {
  if (error instanceof AggregateError) return systemCode(error.errors[0]);
  const code = error instanceof Error && 'code' in error ? error.code : '';
  return typeof code === 'string' ? code : '';
}

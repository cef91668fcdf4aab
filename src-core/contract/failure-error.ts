// A failure while it travels inside the host: thrown by what fails, caught where the contract turns it into data.
import type { Failure, FailureCode } from './failures.ts';

/** Failures that may go away without a change by the caller. */
const retryableCodes: ReadonlySet<FailureCode> = new Set([
  'addressUnresolved',
  'connectionRefused',
  'connectionTimedOut',
  'connectionLost',
  'nodeNotConnected',
  'nodeCrashed',
  'planExpired',
  'planUnknown',
]);

export class FailureError extends Error {
  readonly failure: Failure;

  constructor(code: FailureCode, params: Failure['params'] = {}) {
    super(`${code} ${JSON.stringify(params)}`);
    this.name = 'FailureError';
    this.failure = { code, params, retryable: retryableCodes.has(code) };
  }
}

/** Any caught error as data; what is not a FailureError is our own mistake and becomes `internal`. */
export function toFailure(error: unknown): Failure {
  if (error instanceof FailureError) return error.failure;
  return {
    code: 'internal',
    params: { reason: error instanceof Error ? error.message : String(error) },
    retryable: false,
  };
}

/** The error again, of a failure that crossed a process as data. */
export function toFailureError(failure: Failure): FailureError {
  return new FailureError(failure.code, failure.params);
}

// Failures become values at the border of the host.
import type { Outcome } from '../contract/contract.ts';
import { toFailure } from '../contract/failure-error.ts';

export async function outcome<T>(run: () => T | Promise<T>): Promise<Outcome<T>> {
  try {
    return { ok: true, value: await run() };
  } catch (error) {
    return { ok: false, failure: toFailure(error) };
  }
}

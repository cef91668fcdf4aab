// Failures become values at the border of the host.

import { toFailure } from '../contract/failure-error.ts';
import type { Outcome } from '../contract/failures.ts';

export async function outcome<T>(run: () => T | Promise<T>): Promise<Outcome<T>> {
  try {
    return { ok: true, value: await run() };
  } catch (error) {
    return { ok: false, failure: toFailure(error) };
  }
}

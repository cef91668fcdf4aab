// What a step was answered: a server's own words as they came; what hindered the host, in ours.
import { type FailureCode, failureCodes } from '#core/contract/failures.ts';
import { failureText } from './statement-text.ts';

/** How the host writes what hindered a step: `nodeNotConnected {"name":"bravo"}`. */
const hindranceForm = /^(?<code>[a-zA-Z]+) (?<params>\{.*\})$/;

const knownCodes: ReadonlySet<string> = new Set(failureCodes);

export function answerText(answer: string): string {
  const hindrance = readHindrance(answer);
  return hindrance === null ? answer : failureText({ ...hindrance, retryable: false }).what;
}

/** Whether the step was ended by a person rather than by what a server said. */
export function isCancelled(answer: string): boolean {
  return readHindrance(answer)?.code === 'runCancelled';
}

interface Hindrance {
  readonly code: FailureCode;
  readonly params: Readonly<Record<string, string | number>>;
}

function readHindrance(answer: string): Hindrance | null {
  const groups = hindranceForm.exec(answer)?.groups;
  if (groups?.code === undefined || !knownCodes.has(groups.code)) return null;
  try {
    return { code: groups.code as FailureCode, params: JSON.parse(groups.params ?? '{}') };
  } catch {
    return null;
  }
}

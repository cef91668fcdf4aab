// A failure in a dialog: what went wrong, and what to do next.
import type { ReactNode } from 'react';
import type { Failure } from '#core/contract/failures.ts';
import { intoView } from '../design/into-view.ts';
import { failureText } from '../i18n/statement-text.ts';

interface FailureBoxProps {
  readonly failure: Failure;
  readonly testId?: string;
  /** What stands after the next step. */
  readonly children?: ReactNode;
}

export function FailureBox({ failure, testId = 'failure', children }: FailureBoxProps) {
  const { what, next } = failureText(failure);
  return (
    <div className="failure-box" role="alert" ref={intoView} data-testid={testId} data-code={failure.code}>
      <b>{what}</b>
      <div>
        {next} {children}
      </div>
    </div>
  );
}

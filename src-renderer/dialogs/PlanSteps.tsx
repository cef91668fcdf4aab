// The checks of a plan, and its steps with the literal commands and, once it ran, the servers' answers.
import { IconAlertTriangle, IconCheck, IconX } from '@tabler/icons-react';
import type { Plan, PlanCheck, PlanStep, StepResult } from '#core/contract/acts.ts';
import { intoViewFromTop } from '../design/into-view.ts';
import { answerText } from '../i18n/answer-text.ts';
import { evidenceText } from '../i18n/evidence-text.ts';
import { formatMs, formatSeconds } from '../i18n/format.ts';
import { say } from '../i18n/i18n.ts';
import { statementText } from '../i18n/statement-text.ts';
import type { PlanState } from './plan-state.ts';
import { resultWord } from './result-word.ts';

/** What is in the way stands on top. */
const levelRank = { fail: 0, warn: 1, pass: 2 } as const satisfies Record<PlanCheck['level'], number>;

const levels = {
  pass: { CheckIcon: IconCheck, className: 'tone-healthy' },
  warn: { CheckIcon: IconAlertTriangle, className: 'tone-warning' },
  fail: { CheckIcon: IconX, className: 'tone-down' },
} as const;

/** Whether some check fails, and a reason would be enough to run all the same. */
export function isForceable(checks: readonly PlanCheck[]): boolean {
  const failed = checks.filter((check) => check.level === 'fail');
  return failed.length > 0 && failed.every((check) => check.forceable);
}

export function PlanChecks({ checks }: { readonly checks: readonly PlanCheck[] }) {
  return (
    <section>
      <h3>{say('plan.checks')}</h3>
      <ul className="plan-checks">
        {[...checks].sort(byLevel).map((check) => {
          const { CheckIcon, className } = levels[check.level];
          return (
            <li key={statementText(check.statement)} data-level={check.level} data-testid="plan-check">
              <CheckIcon size={14} className={className} role="img" aria-label={say(`plan.level.${check.level}`)} />
              <span>{statementText(check.statement)}</span>
            </li>
          );
        })}
      </ul>
      {checks.some((check) => check.level === 'fail') && (
        <p className="tone-down">{say(isForceable(checks) ? 'plan.forceable' : 'plan.blocked')}</p>
      )}
    </section>
  );
}

function byLevel(a: PlanCheck, b: PlanCheck): number {
  return levelRank[a.level] - levelRank[b.level];
}

export function PlanSteps({ plan, state }: { readonly plan: Plan; readonly state: PlanState }) {
  const results = resultsOf(state);
  return (
    <section className="plan-steps-section" {...(state.kind === 'running' && { ref: intoViewFromTop })}>
      <h3>{say(state.kind === 'running' || state.kind === 'finished' ? 'plan.steps' : 'plan.willRun')}</h3>
      <ol className="plan-steps">
        {plan.steps.map((step, index) => (
          <Step
            // biome-ignore lint/suspicious/noArrayIndexKey: the steps of a plan never change their places
            key={index}
            step={step}
            number={index + 1}
            result={results[index]}
            state={state.kind}
            isNext={index === results.length}
          />
        ))}
      </ol>
    </section>
  );
}

function resultsOf(state: PlanState): readonly StepResult[] {
  if (state.kind === 'running') return state.progress?.results ?? [];
  return state.kind === 'finished' && state.result.kind === 'answered' ? state.result.answer.results : [];
}

interface StepProps {
  readonly step: PlanStep;
  readonly number: number;
  readonly result: StepResult | undefined;
  readonly state: PlanState['kind'];
  /** The first one without a result: while the plan runs, the one that is being done. */
  readonly isNext: boolean;
}

function Step({ step, number, result, state, isNext }: StepProps) {
  const word = stepWord(result, state, isNext);
  return (
    <li data-testid="plan-step" data-ok={result?.ok}>
      <span className="plan-step-number">{number}</span>
      <span className="soft plan-step-host" title={step.nodeName}>
        {step.isRedisCommand ? say('plan.onNode', { name: step.nodeName }) : say('plan.inHost')}
      </span>
      <code className="mono" data-testid="plan-command">
        {step.command}
        {step.waitsMs !== null && (
          <span className="faint"> {say('plan.untilSeen', { time: formatSeconds(step.waitsMs / 1000) })}</span>
        )}
      </code>
      <span className={`plan-step-word ${word.className}`}>{word.text}</span>
      {result !== undefined && <StepAnswer result={result} />}
    </li>
  );
}

/** What the server answered, and what its own figures say before and after. */
export function StepAnswer({ result }: { readonly result: StepResult }) {
  return (
    <>
      <div className="plan-step-answer mono" data-testid="plan-answer">
        <span className={result.ok ? undefined : 'tone-down'}>{answerText(result.answer)}</span>
        <span className="grow" />
        <span className="faint">{formatMs(result.durationMs)}</span>
      </div>
      {result.evidence.length > 0 && (
        <ul className="plan-step-evidence mono" data-testid="plan-evidence">
          {result.evidence.map((node) => (
            <li key={node.nodeName}>{evidenceText(node)}</li>
          ))}
        </ul>
      )}
    </>
  );
}

function stepWord(
  result: StepResult | undefined,
  state: PlanState['kind'],
  isNext: boolean,
): ReturnType<typeof resultWord> {
  if (result !== undefined) return resultWord(result);
  if (state === 'running' && isNext) return { text: say('plan.runs'), className: 'tone-syncing' };
  return { text: say(state === 'finished' ? 'plan.notRun' : 'plan.waits'), className: 'faint' };
}

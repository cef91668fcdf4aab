// The foot of the plan dialog: the name to type, and the buttons that run, stop, undo, resume or plan anew.
import { Button, CopyButton, TextInput } from '@mantine/core';
import type { ActKind, Plan } from '#core/contract/acts.ts';
import { useIsHostThere } from '../bridge/host-store.ts';
import { say } from '../i18n/i18n.ts';
import { isForceable } from './PlanSteps.tsx';
import { asRedisCli } from './plan-commands.ts';
import type { OpenState } from './plan-state.ts';
import { askPlan, cancelRun, closePlan, runPlan, usePlan } from './plan-store.ts';

/** Width of the field for a name, in signs; a long one is typed into a field that holds it. */
const typedFewest = 14;
const typedSpare = 5;

interface PlanFootProps {
  readonly state: OpenState;
  readonly plan: Plan | null;
  readonly word: string;
  readonly setWord: (word: string) => void;
  readonly reason: string;
}

export function PlanFoot({ state, plan, word, setWord, reason }: PlanFootProps) {
  const isOver = state.kind === 'finished' || state.kind === 'unplanned';
  return (
    <footer className="dialog-foot">
      {plan !== null && (
        <CopyButton value={asRedisCli(plan)}>
          {({ copied, copy }) => (
            <Button variant="default" onClick={copy} disabled={asRedisCli(plan) === ''}>
              {say(copied ? 'plan.copied' : 'plan.copyCli')}
            </Button>
          )}
        </CopyButton>
      )}
      <span className="grow" />
      {!isOver && plan?.typedConfirmation != null && (
        <span className="plan-typed">
          {say('plan.typeTo', { word: plan.typedConfirmation })}
          <TextInput
            size="sm"
            value={word}
            onChange={(event) => setWord(event.currentTarget.value)}
            aria-label={say('plan.typeLabel', { word: plan.typedConfirmation })}
            classNames={{ input: 'mono' }}
            w={`${Math.max(typedFewest, plan.typedConfirmation.length + typedSpare)}ch`}
            data-testid="plan-confirmation"
          />
        </span>
      )}
      {state.kind === 'running' ? (
        <StopButton state={state} />
      ) : (
        <Button variant="default" onClick={closePlan} data-testid="plan-cancel">
          {say(isOver ? 'plan.close' : 'plan.cancel')}
        </Button>
      )}
      {isOver && <RestoreButtons state={state} />}
      {isOver ? <AgainButton state={state} /> : <RunButton state={state} plan={plan} word={word} reason={reason} />}
    </footer>
  );
}

/** Ends the run after its present step; what it holds is let go. */
function StopButton({ state }: { readonly state: Extract<OpenState, { kind: 'running' }> }) {
  const isStopping = state.progress?.state === 'cancelling';
  return (
    <Button
      variant="default"
      disabled={state.progress === null || isStopping}
      onClick={() => void cancelRun()}
      data-testid="plan-stop"
    >
      {say(isStopping ? 'plan.stopping' : 'plan.stop')}
    </Button>
  );
}

/** The way back of a run that moved something, and the way on of one that ended early. */
function RestoreButtons({ state }: { readonly state: OpenState }) {
  if (state.kind !== 'finished' || state.result.kind !== 'answered') return null;
  const { runId, failure, results } = state.result.answer;
  if (!movingActs.has(state.act.kind) || results.length === 0) return null;
  return (
    <>
      {failure !== null && (
        <Button
          variant="default"
          onClick={() => void askPlan({ kind: 'restore', runId, to: 'goal' })}
          data-testid="plan-resume"
        >
          {say('journal.resume')}
        </Button>
      )}
      <Button
        variant="default"
        onClick={() => void askPlan({ kind: 'restore', runId, to: 'before' })}
        data-testid="plan-undo"
      >
        {say('journal.undo')}
      </Button>
    </>
  );
}

/** Acts whose run leaves nodes elsewhere, or settings changed. */
const movingActs: ReadonlySet<ActKind> = new Set([
  'attach',
  'promote',
  'failover',
  'rescue',
  'repointReplicas',
  'flatten',
  'reverseLink',
  'changeSettings',
  'rollingRestart',
  'restore',
]);

/** Offered where nothing was run, or not to the end. */
function AgainButton({ state }: { readonly state: OpenState }) {
  const isDone = state.kind === 'finished' && state.result.kind === 'answered' && state.result.answer.failure === null;
  if (isDone) return null;
  return (
    <Button onClick={() => void askPlan(state.act)} data-testid="plan-again">
      {say('plan.again')}
    </Button>
  );
}

interface RunButtonProps {
  readonly state: OpenState;
  readonly plan: Plan | null;
  readonly word: string;
  readonly reason: string;
}

function RunButton({ state, plan, word, reason }: RunButtonProps) {
  const isHostThere = useIsHostThere();
  const isDraftAhead = usePlan((held) => held.isDraftAhead);
  const expected = plan?.typedConfirmation ?? null;
  const isFailing = plan?.checks.some((check) => check.level === 'fail') ?? true;
  const isForced = plan !== null && isForceable(plan.checks) && reason.trim() !== '';
  const isBlocked = isFailing && !isForced;
  const isTyped = expected === null || word === expected;
  const isLosing = plan !== null && plan.destroys.length > 0;
  const act = say(`plan.run.${state.act.kind}`);
  const label = plan?.forecast?.sync === 'full' && state.act.kind === 'attach' ? say('plan.runFull', { act }) : act;
  return (
    <Button
      color={isLosing || isForced ? 'danger' : 'action'}
      loading={state.kind === 'running'}
      disabled={state.kind !== 'shown' || isDraftAhead || isBlocked || !isTyped || !isHostThere}
      onClick={() =>
        void runPlan({ confirmation: expected === null ? null : word, forceReason: isForced ? reason.trim() : null })
      }
      data-autofocus={!isLosing || undefined}
      data-testid="plan-run"
    >
      {label}
    </Button>
  );
}

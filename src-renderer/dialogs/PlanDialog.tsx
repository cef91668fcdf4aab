// The plan dialog: what an act will do, destroy and run, before it runs; then what the servers answered.
import { Button, CopyButton, Loader, TextInput } from '@mantine/core';
import { useState } from 'react';
import { type ActKind, actBounds, type Plan } from '#core/contract/acts.ts';
import { useHost } from '../bridge/host-store.ts';
import { intoView } from '../design/into-view.ts';
import { say } from '../i18n/i18n.ts';
import { statementText } from '../i18n/statement-text.ts';
import { findNode } from '../store/fleet-store.ts';
import { FramedDialog } from './DialogFrames.tsx';
import './plans.css';
import { FailureBox } from './FailureBox.tsx';
import { ForecastBox } from './ForecastBox.tsx';
import { PlanForm } from './PlanForm.tsx';
import { PlanCandidates, PlanMoves } from './PlanMoves.tsx';
import { isForceable, PlanChecks, PlanSteps } from './PlanSteps.tsx';
import { asRedisCli } from './plan-commands.ts';
import { type PlanState, shownPlan } from './plan-state.ts';
import { askPlan, cancelRun, closePlan, runPlan, usePlan } from './plan-store.ts';

export function PlanDialog() {
  const state = usePlan((held) => held.state);
  return (
    <FramedDialog
      isOpen={state.kind !== 'closed'}
      onClose={closePlan}
      size={isLight(state) ? 560 : 760}
      label={titleOf(state)}
      canClose={state.kind !== 'running'}
    >
      {state.kind !== 'closed' && <PlanBody state={state} />}
    </FramedDialog>
  );
}

type OpenState = Exclude<PlanState, { kind: 'closed' }>;

/** Acts that lose nothing and move no data between nodes get the compact form of the dialog. */
function isLight(state: PlanState): boolean {
  if (state.kind === 'closed') return true;
  const plan = shownPlan(state);
  return plan === null || (plan.forecast === null && plan.moves.length === 0 && plan.destroys.length === 0);
}

function titleOf(state: PlanState): string {
  if (state.kind === 'closed') return '';
  const plan = shownPlan(state);
  if (plan !== null) return statementText(plan.title);
  return say(state.kind === 'unplanned' ? 'plan.failedTitle' : 'plan.reading');
}

function PlanBody({ state }: { readonly state: OpenState }) {
  const plan = shownPlan(state);
  const [word, setWord] = useState('');
  const [reason, setReason] = useState('');
  return (
    <div data-testid="plan-dialog" data-state={state.kind} data-act={state.act.kind}>
      <header className="dialog-head">
        <h2>{titleOf(state)}</h2>
        {state.kind === 'planning' && <Loader size={14} color="var(--syncing)" aria-label={say('plan.reading')} />}
      </header>
      <div className="dialog-body">
        {state.kind !== 'running' && state.kind !== 'finished' && <PlanForm act={state.act} />}
        {state.kind === 'unplanned' && <FailureBox failure={state.failure} testId="plan-failure" />}
        {state.kind === 'finished' && <ResultBox state={state} />}
        {plan !== null && <PlanContent plan={plan} state={state} />}
        {state.kind === 'shown' && isForceable(state.plan.checks) && (
          <ForceField reason={reason} setReason={setReason} />
        )}
      </div>
      <PlanFoot state={state} plan={plan} word={word} setWord={setWord} reason={reason} />
    </div>
  );
}

interface ForceFieldProps {
  readonly reason: string;
  readonly setReason: (reason: string) => void;
}

function ForceField({ reason, setReason }: ForceFieldProps) {
  return (
    <TextInput
      label={say('plan.forceLabel')}
      description={say('plan.forceHint')}
      maxLength={actBounds.reasonMaxLength}
      value={reason}
      onChange={(event) => setReason(event.currentTarget.value)}
      data-testid="plan-force-reason"
    />
  );
}

/** What was foreseen, then what runs; once it runs, that stands on top. */
function PlanContent({ plan, state }: { readonly plan: Plan; readonly state: OpenState }) {
  const hasBegun = state.kind === 'running' || state.kind === 'finished';
  return (
    <div className="plan-content" data-stale={state.kind === 'planning'}>
      {hasBegun && <PlanSteps plan={plan} state={state} />}
      {plan.forecast !== null && <ForecastBox name={nameOf(plan)} forecast={plan.forecast} />}
      {plan.candidates.length > 0 && (
        <PlanCandidates candidates={plan.candidates} act={plan.act} canChoose={state.kind === 'shown'} />
      )}
      {plan.moves.length > 0 && <PlanMoves moves={plan.moves} />}
      {plan.destroys.length > 0 && (
        <section>
          <h3>{say('plan.destroys')}</h3>
          <ul className="plan-destroys" data-testid="plan-destroys">
            {plan.destroys.map((statement) => (
              <li key={statementText(statement)}>{statementText(statement)}</li>
            ))}
          </ul>
        </section>
      )}
      {plan.checks.length > 0 && <PlanChecks checks={plan.checks} />}
      {!hasBegun && <PlanSteps plan={plan} state={state} />}
      <p className="plan-undo">
        <b>{say('plan.undo')}</b> {statementText(plan.undo)}
      </p>
    </div>
  );
}

function nameOf({ act }: Plan): string {
  const id = 'nodeId' in act ? act.nodeId : undefined;
  return id === undefined ? '' : (findNode(id)?.name ?? '');
}

function ResultBox({ state }: { readonly state: Extract<PlanState, { kind: 'finished' }> }) {
  const { result } = state;
  const failure =
    result.kind === 'refused' ? result.failure : result.kind === 'answered' ? result.answer.failure : null;
  const isOk = result.kind === 'answered' && failure === null;
  return (
    <div data-testid="plan-result" data-ok={isOk}>
      {isOk && (
        <div className="success-box" role="status" ref={intoView}>
          {say('plan.succeeded')}
        </div>
      )}
      {failure !== null && <FailureBox failure={failure} testId="plan-failure" />}
      {result.kind === 'hostLost' && (
        <div className="failure-box" role="alert" ref={intoView}>
          {say('plan.lostHost')}
        </div>
      )}
    </div>
  );
}

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

function PlanFoot({ state, plan, word, setWord, reason }: PlanFootProps) {
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
  const isHostThere = useHost((host) => host.client !== null);
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

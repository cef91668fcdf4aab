// The plan dialog: what an act will do, destroy and run, before it runs; then what the servers answered.
import { Loader, TextInput } from '@mantine/core';
import { useState } from 'react';
import { actBounds, type Plan } from '#core/contract/acts.ts';
import { intoView } from '../design/into-view.ts';
import { say } from '../i18n/i18n.ts';
import { statementText } from '../i18n/statement-text.ts';
import { findNode } from '../store/fleet-store.ts';
import { FramedDialog } from './DialogFrames.tsx';
import './plans.css';
import { FailureBox } from './FailureBox.tsx';
import { ForecastBox } from './ForecastBox.tsx';
import { PlanFoot } from './PlanFoot.tsx';
import { PlanForm } from './PlanForm.tsx';
import { PlanCandidates, PlanMoves } from './PlanMoves.tsx';
import { isForceable, PlanChecks, PlanSteps } from './PlanSteps.tsx';
import { type OpenState, type PlanState, shownPlan } from './plan-state.ts';
import { closePlan, usePlan } from './plan-store.ts';

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
        {state.kind !== 'running' && state.kind !== 'finished' && !isLeftToSentinel(plan) && (
          <PlanForm act={state.act} />
        )}
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

/** Sentinel fails over in its own way and time: nothing is left to choose. */
function isLeftToSentinel(plan: Plan | null): boolean {
  return plan?.steps.some(({ command }) => command.startsWith('SENTINEL FAILOVER')) ?? false;
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

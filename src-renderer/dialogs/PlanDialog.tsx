// The plan dialog: what an act will do, destroy and run, before it runs; then what the servers answered.
import { Button, CopyButton, Loader, Modal, TextInput } from '@mantine/core';
import { useState } from 'react';
import type { Plan } from '#core/contract/acts.ts';
import { useHost } from '../bridge/host-store.ts';
import { say } from '../i18n/i18n.ts';
import { failureText, statementText } from '../i18n/statement-text.ts';
import './dialogs.css';
import { ForecastBox } from './ForecastBox.tsx';
import { PlanForm } from './PlanForm.tsx';
import { PlanChecks, PlanSteps } from './PlanSteps.tsx';
import { asRedisCli } from './plan-commands.ts';
import { type PlanState, shownPlan } from './plan-state.ts';
import { askPlan, closePlan, runPlan, usePlan } from './plan-store.ts';

export function PlanDialog() {
  const state = usePlan((held) => held.state);
  return (
    <Modal
      opened={state.kind !== 'closed'}
      onClose={closePlan}
      withCloseButton={false}
      closeOnEscape={state.kind !== 'running'}
      closeOnClickOutside={state.kind !== 'running'}
      size={isLight(state) ? 560 : 760}
      padding={0}
      centered
      yOffset="3dvh"
      classNames={{ content: 'dialog', body: 'dialog-frame' }}
      transitionProps={{ duration: 90 }}
      title={undefined}
      aria-label={titleOf(state)}
    >
      {state.kind !== 'closed' && <PlanBody state={state} />}
    </Modal>
  );
}

type OpenState = Exclude<PlanState, { kind: 'closed' }>;

/** Acts that lose nothing and move no data between nodes get the compact form of the dialog. */
function isLight(state: PlanState): boolean {
  if (state.kind === 'closed') return true;
  const plan = shownPlan(state);
  return plan === null || (plan.forecast === null && plan.destroys.length === 0);
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
  return (
    <div data-testid="plan-dialog" data-state={state.kind} data-act={state.act.kind}>
      <header className="dialog-head">
        <h2>{titleOf(state)}</h2>
        {state.kind === 'planning' && <Loader size={14} color="var(--syncing)" aria-label={say('plan.reading')} />}
      </header>
      <div className="dialog-body">
        {state.kind !== 'running' && state.kind !== 'finished' && <PlanForm act={state.act} />}
        {state.kind === 'unplanned' && <FailureBox failure={state.failure} />}
        {plan !== null && <PlanContent plan={plan} state={state} />}
        {state.kind === 'finished' && <ResultBox state={state} />}
      </div>
      <PlanFoot state={state} plan={plan} word={word} setWord={setWord} />
    </div>
  );
}

function PlanContent({ plan, state }: { readonly plan: Plan; readonly state: OpenState }) {
  return (
    <div className="plan-content" data-stale={state.kind === 'planning'}>
      {plan.forecast !== null && <ForecastBox plan={plan} forecast={plan.forecast} />}
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
      <PlanSteps plan={plan} state={state} />
      <p className="plan-undo">
        <b>{say('plan.undo')}</b> {statementText(plan.undo)}
      </p>
    </div>
  );
}

function FailureBox({ failure }: { readonly failure: Parameters<typeof failureText>[0] }) {
  const text = failureText(failure);
  return (
    <div className="failure-box" role="alert" data-testid="plan-failure" data-code={failure.code}>
      <b>{text.what}</b>
      <div>{text.next}</div>
    </div>
  );
}

function ResultBox({ state }: { readonly state: Extract<PlanState, { kind: 'finished' }> }) {
  const { result } = state;
  const failure =
    result.kind === 'refused' ? result.failure : result.kind === 'answered' ? result.answer.failure : null;
  const isOk = result.kind === 'answered' && failure === null;
  return (
    <div data-testid="plan-result" data-ok={isOk}>
      {isOk && (
        <div className="success-box" role="status">
          {say('plan.succeeded')}
        </div>
      )}
      {failure !== null && <FailureBox failure={failure} />}
      {result.kind === 'hostLost' && (
        <div className="failure-box" role="alert">
          {say('plan.lostHost')}
        </div>
      )}
    </div>
  );
}

interface PlanFootProps {
  readonly state: OpenState;
  readonly plan: Plan | null;
  readonly word: string;
  readonly setWord: (word: string) => void;
}

function PlanFoot({ state, plan, word, setWord }: PlanFootProps) {
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
            w={120}
            data-testid="plan-confirmation"
          />
        </span>
      )}
      <Button variant="default" onClick={closePlan} disabled={state.kind === 'running'} data-testid="plan-cancel">
        {say(isOver ? 'plan.close' : 'plan.cancel')}
      </Button>
      {isOver ? <AgainButton state={state} /> : <RunButton state={state} plan={plan} word={word} />}
    </footer>
  );
}

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

function RunButton(props: { readonly state: OpenState; readonly plan: Plan | null; readonly word: string }) {
  const { state, plan, word } = props;
  const isHostThere = useHost((host) => host.client !== null);
  const isDraftAhead = usePlan((held) => held.isDraftAhead);
  const expected = plan?.typedConfirmation ?? null;
  const isBlocked = plan?.checks.some((check) => check.level === 'fail') ?? true;
  const isTyped = expected === null || word === expected;
  const isLosing = plan !== null && plan.destroys.length > 0;
  const act = say(`plan.run.${state.act.kind}`);
  const label = plan?.forecast?.sync === 'full' && state.act.kind === 'attach' ? say('plan.runFull', { act }) : act;
  return (
    <Button
      color={isLosing ? 'danger' : 'action'}
      loading={state.kind === 'running'}
      disabled={state.kind !== 'shown' || isDraftAhead || isBlocked || !isTyped || !isHostThere}
      onClick={() => void runPlan(expected === null ? null : word)}
      data-autofocus={!isLosing || undefined}
      data-testid="plan-run"
    >
      {label}
    </Button>
  );
}

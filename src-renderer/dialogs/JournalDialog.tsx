// The journal: every run with its steps and answers, and the way back or on where the journal knows it.
import { Button, Loader } from '@mantine/core';
import { useEffect, useState } from 'react';
import type { JournalRun } from '#core/contract/acts.ts';
import { formatClock } from '../i18n/format.ts';
import { say } from '../i18n/i18n.ts';
import { failureText, statementText } from '../i18n/statement-text.ts';
import { TitledDialog } from './DialogFrames.tsx';
import { closeDialog, useDialog } from './dialog-store.ts';
import './journal.css';
import { readJournal, readOlder, useJournal } from './journal-store.ts';
import { StepAnswer } from './PlanSteps.tsx';
import { askPlan } from './plan-store.ts';

export function JournalDialog() {
  const open = useDialog((dialog) => dialog.open);
  return (
    <TitledDialog isOpen={open.kind === 'journal'} onClose={closeDialog} size={820} title={say('journal.title')}>
      {open.kind === 'journal' && <JournalBody />}
    </TitledDialog>
  );
}

function JournalBody() {
  const { runs, hasMore, skippedLines, isReading, failure } = useJournal();
  useEffect(() => void readJournal(), []);
  return (
    <div className="journal" data-testid="journal">
      <p className="soft">{say('journal.intro')}</p>
      {skippedLines > 0 && (
        <p className="tone-warning" role="status" data-testid="journal-skipped">
          {say('journal.skipped', { count: skippedLines })}
        </p>
      )}
      {failure !== null && <p className="tone-down">{failureText(failure).what}</p>}
      {runs.length === 0 && !isReading && <p className="faint">{say('journal.empty')}</p>}
      <ol className="journal-runs">
        {runs.map((run) => (
          <Run key={run.runId} run={run} />
        ))}
      </ol>
      {isReading && <Loader size={16} color="var(--syncing)" />}
      {hasMore && (
        <Button variant="default" size="compact-sm" onClick={() => void readOlder()}>
          {say('journal.more')}
        </Button>
      )}
    </div>
  );
}

const tones = {
  running: 'tone-syncing',
  done: 'tone-healthy',
  failed: 'tone-down',
  cancelled: 'tone-warning',
  unfinished: 'tone-warning',
} as const satisfies Record<JournalRun['state'], string>;

function Run({ run }: { readonly run: JournalRun }) {
  const [isOpen, setOpen] = useState(false);
  const restore = (to: 'before' | 'goal') => {
    closeDialog();
    void askPlan({ kind: 'restore', runId: run.runId, to });
  };
  return (
    <li data-testid="journal-run" data-state={run.state}>
      <div className="journal-head">
        <button type="button" className="journal-title" aria-expanded={isOpen} onClick={() => setOpen(!isOpen)}>
          <span className="mono faint">{formatMoment(run.atMs)}</span>
          <b>{statementText(run.title)}</b>
        </button>
        <span className={tones[run.state]}>{say(`journal.state.${run.state}`)}</span>
        {run.canResume && (
          <Button size="compact-xs" variant="default" onClick={() => restore('goal')} data-testid="journal-resume">
            {say('journal.resume')}
          </Button>
        )}
        {run.canUndo && (
          <Button size="compact-xs" variant="default" onClick={() => restore('before')} data-testid="journal-undo">
            {say('journal.undo')}
          </Button>
        )}
      </div>
      {isOpen && <RunDetails run={run} />}
    </li>
  );
}

function RunDetails({ run }: { readonly run: JournalRun }) {
  return (
    <div className="journal-details">
      <div className="faint">
        {say('journal.by', { who: run.who })} ·{' '}
        {say('journal.steps', { done: run.results.length, all: run.steps.length })}
        {run.forceReason !== null && <> · {say('journal.forced', { reason: run.forceReason })}</>}
      </div>
      {run.failure !== null && <div className="tone-down">{failureText(run.failure).what}</div>}
      {run.openStep !== null && (
        <div className="tone-warning">{say('journal.openStep', { step: run.openStep + 1 })}</div>
      )}
      <ol className="plan-steps">
        {run.results.map((result, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: the steps of a run never change their places
          <li key={index} data-ok={result.ok}>
            <span className="plan-step-number">{index + 1}</span>
            <span className="soft plan-step-host">{result.step.nodeName}</span>
            <code className="mono">{result.step.command}</code>
            <span className={`plan-step-word ${result.ok ? 'tone-healthy' : 'tone-down'}`}>
              {say(result.ok ? 'plan.done' : 'plan.refused')}
            </span>
            <StepAnswer result={result} />
          </li>
        ))}
      </ol>
    </div>
  );
}

/** Day and time of day: a journal reaches back over many days. */
function formatMoment(atMs: number): string {
  const date = new Date(atMs);
  const two = (value: number) => String(value).padStart(2, '0');
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())} ${formatClock(atMs, false)}`;
}

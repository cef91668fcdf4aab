// A run in the journal: its line with the way back or on, and opened what was sent, answered and seen.
import { Button } from '@mantine/core';
import type { JournalRun, StepResult } from '#core/contract/acts.ts';
import { closeDialog } from '../dialogs/dialog-store.ts';
import { StepAnswer } from '../dialogs/PlanSteps.tsx';
import { askPlan } from '../dialogs/plan-store.ts';
import { resultWord } from '../dialogs/result-word.ts';
import { say } from '../i18n/i18n.ts';
import { failureText, statementText } from '../i18n/statement-text.ts';
import { Entry } from './Entry.tsx';
import { runNotes } from './journal-text.ts';

const tones = {
  running: 'tone-syncing',
  done: 'tone-healthy',
  failed: 'tone-down',
  cancelled: 'tone-warning',
  unfinished: 'tone-warning',
} as const satisfies Record<JournalRun['state'], string>;

export function RunEntry({ run }: { readonly run: JournalRun }) {
  const { runId, state, title } = run;
  return (
    <Entry
      item={{ kind: 'run', run }}
      testId="journal-run"
      state={state}
      title={statementText(title)}
      word={<span className={tones[state]}>{say(`journal.state.${state}`)}</span>}
      buttons={
        <>
          {run.canResume && <RestoreButton runId={runId} to="goal" />}
          {run.canUndo && <RestoreButton runId={runId} to="before" />}
        </>
      }
      notes={runNotes(run)}
    >
      {run.failure !== null && <div className="tone-down">{failureText(run.failure).what}</div>}
      {run.openStep !== null && (
        <div className="tone-warning">{say('journal.openStep', { step: run.openStep + 1 })}</div>
      )}
      <RunSteps results={run.results} />
    </Entry>
  );
}

function RestoreButton({ runId, to }: { readonly runId: string; readonly to: 'before' | 'goal' }) {
  const restore = () => {
    closeDialog();
    void askPlan({ kind: 'restore', runId, to });
  };
  const word = to === 'goal' ? 'resume' : 'undo';
  return (
    <Button size="compact-xs" variant="default" onClick={restore} data-testid={`journal-${word}`}>
      {say(`journal.${word}`)}
    </Button>
  );
}

function RunSteps({ results }: Pick<JournalRun, 'results'>) {
  return (
    <ol className="plan-steps">
      {results.map((result, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the steps of a run never change their places
        <RunStep key={index} result={result} number={index + 1} />
      ))}
    </ol>
  );
}

function RunStep({ result, number }: { readonly result: StepResult; readonly number: number }) {
  const { nodeName, command } = result.step;
  const word = resultWord(result);
  return (
    <li data-ok={result.ok}>
      <span className="plan-step-number">{number}</span>
      <span className="soft plan-step-host" title={nodeName}>
        {nodeName}
      </span>
      <code className="mono">{command}</code>
      <span className={`plan-step-word ${word.className}`}>{word.text}</span>
      <StepAnswer result={result} />
    </li>
  );
}

// Who else a plan moves, each with its own forecast; and whom it could raise instead.
import { Button } from '@mantine/core';
import type { Act, Candidate, MoveForecast } from '#core/contract/acts.ts';
import { formatBytes, formatCount } from '../i18n/format.ts';
import { say } from '../i18n/i18n.ts';
import { statementText } from '../i18n/statement-text.ts';
import { askPlan } from './plan-store.ts';

const tones = { none: 'soft', partial: 'tone-healthy', full: 'tone-warning', unknown: 'faint' } as const;

export function PlanMoves({ moves }: { readonly moves: readonly MoveForecast[] }) {
  return (
    <section>
      <h3>{say('plan.moves')}</h3>
      <ul className="plan-moves" data-testid="plan-moves">
        {moves.map(({ nodeId, nodeName, forecast }) => (
          <li key={nodeId} data-sync={forecast.sync}>
            <b title={nodeName}>{nodeName}</b>
            <span className={tones[forecast.sync]}>{say(`plan.moveSync.${forecast.sync}`)}</span>
            <span className="soft">{statementText(forecast.reason)}</span>
            <span className="mono faint">
              {forecast.transferBytes === null ? '' : formatBytes(forecast.transferBytes)}
            </span>
          </li>
        ))}
      </ul>
    </section>
  );
}

interface PlanCandidatesProps {
  readonly candidates: readonly Candidate[];
  readonly act: Act;
  readonly canChoose: boolean;
}

export function PlanCandidates({ candidates, act, canChoose }: PlanCandidatesProps) {
  const chosenId = 'nodeId' in act ? act.nodeId : undefined;
  return (
    <section>
      <h3>{say('plan.candidates')}</h3>
      <ul className="plan-moves plan-candidates" data-testid="plan-candidates">
        {candidates.map((candidate) => (
          <li key={candidate.nodeId} data-chosen={candidate.nodeId === chosenId}>
            <b title={candidate.name}>{candidate.name}</b>
            <span className="mono">{say('plan.atByte', { offset: formatCount(candidate.offset) })}</span>
            <span className={candidate.lostBytes ? 'tone-warning' : 'soft'}>{lossText(candidate)}</span>
            {candidate.nodeId === chosenId ? (
              <span className="tone-healthy">{say('plan.chosen')}</span>
            ) : (
              <Button
                size="compact-xs"
                variant="default"
                disabled={!canChoose}
                onClick={() => void askPlan({ kind: 'rescue', nodeId: candidate.nodeId })}
              >
                {say('plan.choose')}
              </Button>
            )}
          </li>
        ))}
      </ul>
    </section>
  );
}

function lossText({ lostBytes, note }: Candidate): string {
  const loss =
    lostBytes === null
      ? say('plan.lossUnknown')
      : lostBytes === 0
        ? say('plan.losesNothing')
        : say('plan.loses', { bytes: formatBytes(lostBytes) });
  return note === null ? loss : `${loss} · ${say(`plan.candidateNote.${note}`)}`;
}

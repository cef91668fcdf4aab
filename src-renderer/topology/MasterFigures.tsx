// The figures on a master's card: its offset, what is written to it, and the tape with the reach of its backlog.
import type { BacklogView, NodeView } from '#core/contract/views.ts';
import { formatCount, formatPercent, formatPerSecond, formatRate, formatSeconds, formatSize } from '../i18n/format.ts';
import { say } from '../i18n/i18n.ts';
import { OffsetTape } from '../tape/OffsetTape.tsx';
import { fillOf } from '../tape/tape-scale.ts';
import { useTicks } from '../tape/use-ticks.ts';

/** A reach below this many seconds is a warning: a common cut lasts longer. While nothing was lost yet it still grows. */
const shortReachSeconds = 10;

export function MasterFigures({ node }: { readonly node: NodeView }) {
  return (
    <>
      <dl className="card-figures mono">
        <dt>{say('card.offset')}</dt>
        <dd className="tone-healthy" data-testid={`node-card-${node.name}-offset`} data-value={node.offset ?? ''}>
          {node.offset === null ? say('card.noValue') : formatCount(node.offset)}
        </dd>
        <dt>{say('card.writes')}</dt>
        <dd>{`${formatRate(node.writeBytesPerSecond)} · ${formatPerSecond(node.commandsPerSecond)}`}</dd>
        <dt>{say('card.keys')}</dt>
        <dd>{node.keys === null ? say('card.noValue') : formatCount(node.keys)}</dd>
      </dl>
      <CardTape node={node} />
    </>
  );
}

function CardTape({ node }: { readonly node: NodeView }) {
  const backlog = node.backlog;
  const ticks = useTicks(node);
  if (backlog === null || !backlog.active) {
    return (
      <div className="card-tape">
        <div className="card-tape-words">{say('tape.noBacklog')}</div>
        <div className="tape tape-card">
          <div className="tape-strip" />
        </div>
      </div>
    );
  }
  const share = fillOf(backlog);
  return (
    <div className="card-tape">
      <div className="card-tape-words">
        <span>{say('tape.backlog', { size: formatSize(backlog.sizeBytes), percent: formatPercent(share) })}</span>
        <Reach node={node} backlog={backlog} />
      </div>
      <OffsetTape
        size="card"
        ticks={ticks}
        window={{
          firstByte: backlog.firstByte,
          endOffset: node.offset ?? backlog.firstByte + backlog.histlenBytes - 1,
        }}
      />
    </div>
  );
}

function Reach({ node, backlog }: { readonly node: NodeView; readonly backlog: BacklogView }) {
  const seconds = backlog.reachSeconds;
  const isShort = seconds !== null && seconds < shortReachSeconds && backlog.firstByte > 1;
  return (
    <span
      className={isShort ? 'tone-warning' : undefined}
      data-testid={`node-card-${node.name}-reach`}
      data-value={seconds ?? ''}
    >
      {seconds === null ? say('tape.reachUnlimited') : say('tape.reach', { age: formatSeconds(seconds) })}
    </span>
  );
}

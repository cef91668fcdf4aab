// The figures on a replica's card: its offset, its lag, and below them what hinders it or how far its snapshot is.
import { Progress, Tooltip } from '@mantine/core';
import type { LinkView, NodeView } from '#core/contract/views.ts';
import { formatBytes, formatCount, formatPercent, formatSeconds } from '../i18n/format.ts';
import { say } from '../i18n/i18n.ts';
import { statementText } from '../i18n/statement-text.ts';
import { useNode } from '../store/fleet-store.ts';
import type { NodeCondition } from '../store/node-state.ts';
import { isWithin } from '../tape/tape-scale.ts';

export function ReplicaFigures({ node, condition }: { readonly node: NodeView; readonly condition: NodeCondition }) {
  const link = node.link;
  return (
    <>
      <dl className="card-figures mono">
        <dt>{say('card.offset')}</dt>
        <dd data-testid={`node-card-${node.name}-offset`} data-value={node.offset ?? ''}>
          {node.offset === null ? say('card.noValue') : formatCount(node.offset)}
        </dd>
        <dt>{say('card.lag')}</dt>
        <dd
          className={link?.phase === 'streaming' && !condition.isFaded ? 'tone-healthy' : `tone-${condition.tone}`}
          data-testid={`node-card-${node.name}-lag`}
          data-value={link?.lagBytes ?? ''}
        >
          {lagText(link)}
        </dd>
        <dt>{say('card.keys')}</dt>
        <dd>{node.keys === null ? say('card.noValue') : formatCount(node.keys)}</dd>
      </dl>
      {link !== null && <CardFoot node={node} link={link} />}
    </>
  );
}

function lagText(link: LinkView | null): string {
  if (link === null || link.lagBytes === null) return say('card.noValue');
  const bytes = formatBytes(link.lagBytes);
  return link.lagSeconds === null ? bytes : `${bytes} · ${formatSeconds(link.lagSeconds)}`;
}

/** One line at the foot: it is always there, so that the card keeps its height in every phase. */
function CardFoot({ node, link }: { readonly node: NodeView; readonly link: LinkView }) {
  if (link.phase === 'transfer' || link.phase === 'loading') return <TransferFoot link={link} />;
  if (link.phase === 'streaming') {
    return (
      <div className="card-foot faint mono">{say('card.history', { id: (node.replicationId ?? '').slice(0, 8) })}</div>
    );
  }
  return <HindranceFoot node={node} link={link} />;
}

function HindranceFoot({ node, link }: { readonly node: NodeView; readonly link: LinkView }) {
  const master = useNode(link.masterId);
  const reason = link.reason === null ? null : statementText(link.reason);
  const edge = edgeText(node, master);
  const text = reason ?? edge?.text ?? link.detail;
  return (
    <Tooltip label={[reason, edge?.text].filter(Boolean).join(' ')} disabled={reason === null} multiline maw={340}>
      <div className={`card-foot card-hindrance ${edge?.isPast === true ? 'tone-down' : 'tone-warning'}`}>{text}</div>
    </Tooltip>
  );
}

function edgeText(node: NodeView, master: NodeView | undefined): { text: string; isPast: boolean } | null {
  if (master?.backlog == null || node.offset === null || master.offset === null) return null;
  const isPast = !isWithin({ firstByte: master.backlog.firstByte, endOffset: master.offset }, node.offset);
  return { isPast, text: say(isPast ? 'card.pastEdge' : 'card.withinReach') };
}

function TransferFoot({ link }: { readonly link: LinkView }) {
  const progress = link.progress;
  const total = progress?.totalBytes ?? null;
  const share = progress !== null && total !== null && total > 0 ? Math.min(1, progress.doneBytes / total) : null;
  return (
    <div className="card-foot mono">
      <Progress
        value={(share ?? 1) * 100}
        size={5}
        striped={share === null}
        color="var(--syncing)"
        aria-hidden="true"
      />
      <div className="card-foot-words">
        <span>{progressText(link)}</span>
        <span>{share === null ? '' : `${formatPercent(share)}${leftText(link)}`}</span>
      </div>
    </div>
  );
}

function progressText(link: LinkView): string {
  const progress = link.progress;
  if (progress === null) return say(`state.${link.phase}`);
  const done = formatBytes(progress.doneBytes);
  if (progress.totalBytes === null || progress.totalBytes === 0) return say('card.received', { done });
  return say('card.ofTotal', { done, total: formatBytes(progress.totalBytes) });
}

function leftText(link: LinkView): string {
  const progress = link.progress;
  if (progress === null || progress.totalBytes === null || progress.bytesPerSecond <= 0) return '';
  const seconds = (progress.totalBytes - progress.doneBytes) / progress.bytesPerSecond;
  return ` · ${say('card.toGo', { age: formatSeconds(seconds) })}`;
}

// The last syncs of a replica, newest first: each message with its time, the outcome, and why it was partial or full.
import { IconArrowsExchange } from '@tabler/icons-react';
import type { NodeId } from '#core/contract/places.ts';
import type { NodeView, SyncStep, SyncTrace } from '#core/contract/views.ts';
import type { HostClient } from '../bridge/carrier.ts';
import { useNodeStream } from '../bridge/use-node-stream.ts';
import { EmptyState } from '../design/EmptyState.tsx';
import { StateGlyph } from '../design/StateGlyph.tsx';
import { formatAddress, formatClock, formatId, formatMs } from '../i18n/format.ts';
import { say, type TextKey } from '../i18n/i18n.ts';
import { useFleet } from '../store/fleet-store.ts';
import type { Tone } from '../store/node-state.ts';
import { syncCause } from './sync-cause.ts';

type Traces = readonly SyncTrace[];

const open = (client: HostClient, nodeId: NodeId, signal: AbortSignal) => client.node.syncs({ nodeId }, { signal });
const keepNewest = (_: Traces | null, message: Traces): Traces => message;

export function SyncTab({ node }: { readonly node: NodeView }) {
  return node.kind === 'remote' ? (
    <EmptyState
      icon={IconArrowsExchange}
      title={say('inspector.syncsRemote')}
      text={say('inspector.syncsRemoteHint')}
    />
  ) : (
    <SyncTraces node={node} />
  );
}

function SyncTraces({ node }: { readonly node: NodeView }) {
  const traces = useNodeStream(node.id, open, keepNewest);
  if (traces === null || traces.length === 0) {
    const isMaster = node.role === 'master';
    return (
      <EmptyState
        icon={IconArrowsExchange}
        title={say(isMaster ? 'inspector.syncsMaster' : 'inspector.syncsNone')}
        text={say(isMaster ? 'inspector.syncsMasterHint' : 'inspector.syncsNoneHint')}
      />
    );
  }
  return (
    <>
      {traces.map((trace, index) => (
        <Trace key={trace.startedAtMs} name={node.name} trace={trace} isOpen={index === 0} />
      ))}
    </>
  );
}

const outcomes: Readonly<Record<SyncTrace['outcome'], { readonly text: TextKey; readonly tone: Tone }>> = {
  running: { text: 'inspector.syncRunning', tone: 'syncing' },
  partial: { text: 'inspector.syncPartial', tone: 'healthy' },
  full: { text: 'inspector.syncFullOutcome', tone: 'warning' },
  failed: { text: 'inspector.syncFailed', tone: 'down' },
};

interface TraceProps {
  readonly name: string;
  readonly trace: SyncTrace;
  readonly isOpen: boolean;
}

function Trace({ name, trace, isOpen }: TraceProps) {
  const address = formatAddress(trace.masterAddress);
  const master = useFleet((fleet) =>
    Object.values(fleet.nodes).find((node) => formatAddress(node.address) === address),
  );
  const cause = syncCause(trace, name, master);
  const outcome = outcomes[trace.outcome];
  return (
    <details className="trace" open={isOpen}>
      <summary>
        <span className={`trace-outcome tone-${outcome.tone}`} data-testid="sync-outcome" data-outcome={trace.outcome}>
          <StateGlyph tone={outcome.tone} />
          {say(outcome.text)}
        </span>
        <span className="faint mono">{say('inspector.syncWith', { address })}</span>
        <span className="grow" />
        <span className="faint mono">{formatClock(trace.startedAtMs, false)}</span>
      </summary>
      {cause !== null && (
        <p className="trace-reason" data-testid="sync-cause">
          {cause}
        </p>
      )}
      <ol className="trace-steps mono">
        {trace.steps.map((step, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: steps are only ever appended
          <Step key={index} step={step} />
        ))}
      </ol>
    </details>
  );
}

const directions: Readonly<Record<SyncStep['direction'], { readonly sign: string; readonly className: string }>> = {
  out: { sign: '→', className: 'tone-syncing' },
  in: { sign: '←', className: 'tone-healthy' },
  note: { sign: '·', className: 'faint' },
};

/** Whole ids would take most of the line; the full message is in the title. */
const replicationIds = /\b[0-9a-f]{40}\b/g;

function Step({ step }: { readonly step: SyncStep }) {
  const direction = directions[step.direction];
  return (
    <li data-testid="sync-step" data-direction={step.direction}>
      <span className="faint">{`+${(step.atMs / 1000).toFixed(3)}`}</span>
      <span className={direction.className}>{direction.sign}</span>
      <span className={step.direction === 'note' ? 'soft trace-text' : 'trace-text'} title={step.text}>
        {step.text.replace(replicationIds, formatId)}
      </span>
      <span className="faint">{step.durationMs === null ? '' : formatMs(step.durationMs)}</span>
    </li>
  );
}

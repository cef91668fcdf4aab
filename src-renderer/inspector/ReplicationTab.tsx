// INFO replication field by field, each with its sentence; then the replicas, the link, and the syncs served.
import { CopyButton } from '@mantine/core';
import { nameServer } from '#core/contract/server-name.ts';
import type { NodeView } from '#core/contract/views.ts';
import { faultText } from '../i18n/fault-words.ts';
import { formatAddress, formatBytes, formatPerSecond, formatRate, formatSeconds } from '../i18n/format.ts';
import { say } from '../i18n/i18n.ts';
import { statementText } from '../i18n/statement-text.ts';
import { choose, useChoices } from '../store/choices-store.ts';
import { AccessSections } from './AccessSections.tsx';
import { Figure } from './Figure.tsx';
import { InfoFieldRow } from './InfoFieldRow.tsx';
import { ReplicaList } from './ReplicaList.tsx';
import { Section } from './Section.tsx';
import { SurroundingSections } from './SurroundingSections.tsx';

export function ReplicationTab({ node }: { readonly node: NodeView }) {
  return (
    <>
      <InfoSection node={node} />
      <Section title={say('inspector.replicas')}>
        <ReplicaList node={node} />
      </Section>
      {node.link !== null && <LinkSection node={node} />}
      {node.syncs !== null && (
        <Section title={say('inspector.syncCounters')}>
          <dl className="figures mono">
            <Figure label={say('inspector.syncFull')} id="sync-full" value={node.syncs.full} />
            <Figure label={say('inspector.syncPartialOk')} id="sync-partial-ok" value={node.syncs.partialOk} />
            <Figure label={say('inspector.syncPartialErr')} id="sync-partial-err" value={node.syncs.partialErr} />
          </dl>
        </Section>
      )}
      <SurroundingSections node={node} />
      <ServerSection node={node} />
      <AccessSections node={node} />
    </>
  );
}

function InfoSection({ node }: { readonly node: NodeView }) {
  const isExplaining = useChoices((choices) => choices.isExplaining);
  const asText = node.info.map((field) => `${field.name}:${field.value}`).join('\n');
  const tools = (
    <>
      <button type="button" className="plain section-tool" onClick={() => choose({ isExplaining: !isExplaining })}>
        {say(isExplaining ? 'inspector.explainLess' : 'inspector.explainAll')}
      </button>
      <CopyButton value={asText}>
        {({ copied, copy }) => (
          <button type="button" className="plain section-tool" onClick={copy}>
            {say(copied ? 'app.copied' : 'app.copy')}
          </button>
        )}
      </CopyButton>
    </>
  );
  return (
    <Section title={say('inspector.infoTitle')} tools={tools}>
      {node.info.length === 0 ? (
        <div className="faint">{say('inspector.infoEmpty')}</div>
      ) : (
        <dl className="info-fields mono">
          {node.info.map((field) => (
            <InfoFieldRow key={field.name} field={field} isExplaining={isExplaining} />
          ))}
        </dl>
      )}
    </Section>
  );
}

function LinkSection({ node }: { readonly node: NodeView }) {
  const link = node.link;
  if (link === null) return null;
  const none = say('card.noValue');
  return (
    <Section title={say('inspector.link')}>
      <dl className="figures mono">
        <Figure label={say('inspector.linkMaster')} value={formatAddress(link.masterAddress)} />
        {link.relay !== null && (
          <Figure
            label={say('faults.inspector')}
            value={`${formatAddress(link.relay.address)} · ${faultText(link.relay)}`}
          />
        )}
        <Figure label={say('inspector.linkPhase')} value={say(`state.${link.phase}`)} />
        <Figure label={say('inspector.linkDetail')} value={link.detail === '' ? none : link.detail} />
        <Figure label={say('inspector.linkRetries')} value={link.retries} />
        <Figure label={say('inspector.linkRate')} value={formatRate(link.bytesPerSecond)} />
        <Figure label={say('inspector.linkLag')} value={lagText(link.lagBytes, link.lagSeconds)} />
        <Figure
          label={say('inspector.linkUnapplied')}
          value={link.unappliedBytes === null ? none : formatBytes(link.unappliedBytes)}
        />
        {link.dataAgeMs !== null && (
          <Figure label={say('inspector.dataAge')} value={formatSeconds(link.dataAgeMs / 1000)} id="data-age" />
        )}
      </dl>
      {link.reason !== null && <p className="link-reason">{statementText(link.reason)}</p>}
    </Section>
  );
}

function lagText(bytes: number | null, seconds: number | null): string {
  if (bytes === null) return say('card.noValue');
  return seconds === null ? formatBytes(bytes) : `${formatBytes(bytes)} · ${formatSeconds(seconds)}`;
}

function ServerSection({ node }: { readonly node: NodeView }) {
  return (
    <Section title={say('inspector.server')}>
      <dl className="figures mono">
        <Figure
          label={say('inspector.version')}
          value={node.server === null ? say('card.noValue') : nameServer(node.server)}
        />
        <Figure label={say('inspector.commands')} value={formatPerSecond(node.commandsPerSecond)} />
        <Figure label={say('inspector.keys')} value={node.keys ?? say('card.noValue')} />
        <Figure
          label={say('inspector.memory')}
          value={node.memoryBytes === null ? say('card.noValue') : formatBytes(node.memoryBytes)}
        />
      </dl>
    </Section>
  );
}

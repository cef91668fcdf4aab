// What Syncline may do at a node, with the line that grants the rest, and what looking at it costs.
import { CopyButton } from '@mantine/core';
import type { Feature, NodeView, RightsView } from '#core/contract/views.ts';
import { formatBytes, formatSeconds, formatShare } from '../i18n/format.ts';
import { say } from '../i18n/i18n.ts';
import { Figure } from './Figure.tsx';
import { Section } from './Section.tsx';

export function AccessSections({ node }: { readonly node: NodeView }) {
  return (
    <>
      {node.rights !== null && <RightsSection rights={node.rights} />}
      {node.cost !== null && <CostSection cost={node.cost} />}
    </>
  );
}

function RightsSection({ rights }: { readonly rights: RightsView }) {
  const features = [...new Set(rights.missing.map(({ feature }) => feature))];
  return (
    <Section title={say('inspector.rights', { user: rights.user })}>
      {features.length === 0 ? (
        <p className="link-reason faint" data-testid="rights-all">
          {say(rights.isComplete ? 'inspector.rightsAll' : 'inspector.rightsSeen')}
        </p>
      ) : (
        <MissingRights rights={rights} features={features} />
      )}
    </Section>
  );
}

function MissingRights({ rights, features }: { readonly rights: RightsView; readonly features: readonly Feature[] }) {
  const commandsOf = (feature: Feature) =>
    rights.missing
      .filter((missing) => missing.feature === feature)
      .map(({ command }) => command)
      .join(', ');
  return (
    <>
      <dl className="figures mono" data-testid="rights-missing">
        {features.map((feature) => (
          <Figure key={feature} label={say(`inspector.feature.${feature}`)} value={commandsOf(feature)} isWarning />
        ))}
      </dl>
      {!rights.isComplete && <p className="link-reason faint">{say('inspector.rightsSeen')}</p>}
      {rights.aclLine !== null && <GrantLine line={rights.aclLine} />}
    </>
  );
}

function GrantLine({ line }: { readonly line: string }) {
  return (
    <div className="grant">
      <span className="faint">{say('inspector.rightsGrant')}</span>
      <code className="mono" data-testid="acl-line">
        {line}
      </code>
      <CopyButton value={line}>
        {({ copied, copy }) => (
          <button type="button" className="plain section-tool" onClick={copy}>
            {say(copied ? 'app.copied' : 'app.copy')}
          </button>
        )}
      </CopyButton>
    </div>
  );
}

function CostSection({ cost }: { readonly cost: NonNullable<NodeView['cost']> }) {
  const none = say('card.noValue');
  const look = { bytes: formatBytes(cost.bytes), ms: formatSeconds(cost.ms / 1000) };
  return (
    <Section title={say('inspector.cost')}>
      <dl className="figures mono">
        <Figure label={say('inspector.costLook')} value={say('inspector.costLookValue', look)} id="cost-look" />
        <Figure
          label={say('inspector.costInterval')}
          value={cost.intervalMs === null ? none : formatSeconds(cost.intervalMs / 1000)}
        />
        <Figure
          label={say('inspector.costShare')}
          value={cost.serverShare === null ? none : formatShare(cost.serverShare)}
          id="cost-share"
        />
      </dl>
    </Section>
  );
}

// What surrounds a node: how others know it, its Sentinels and whom each takes for the master, and its cluster's shard.
import type { SentinelOpinion } from '#core/contract/surroundings.ts';
import type { NodeView } from '#core/contract/views.ts';
import { formatAddress, formatCount, formatSeconds } from '../i18n/format.ts';
import { say } from '../i18n/i18n.ts';
import { useClock } from '../store/clock-store.ts';
import { useFleet } from '../store/fleet-store.ts';
import { Figure } from './Figure.tsx';
import { Section } from './Section.tsx';

export function SurroundingSections({ node }: { readonly node: NodeView }) {
  return (
    <>
      {node.restart !== null && <RestartNotice node={node} restart={node.restart} />}
      {node.announced !== null && (
        <Section title={say('inspector.announcedAs')}>
          <p className="link-reason tone-warning" data-testid="announced">
            {say(`inspector.announcedBy.${node.announced.by}`, { address: formatAddress(node.announced.address) })}
          </p>
        </Section>
      )}
      {node.supervision !== null && <SentinelSection supervision={node.supervision} />}
      {node.cluster !== null && <ClusterSection cluster={node.cluster} ownHost={node.address.host} />}
    </>
  );
}

interface RestartProps {
  readonly node: NodeView;
  readonly restart: NonNullable<NodeView['restart']>;
}

/** An empty server that came back empties its replicas: that is told for as long as it is so. */
function RestartNotice({ node, restart }: RestartProps) {
  const age = useClock(({ nowMs }) => formatSeconds(Math.round((nowMs - restart.atMs) / 1000)));
  if (restart.keysBefore === 0 || node.keys === null) return null;
  const figures = { age, keys: formatCount(restart.keysBefore), now: formatCount(node.keys) };
  return (
    <p className={`link-reason ${node.keys < restart.keysBefore ? 'tone-warning' : 'faint'}`} data-testid="restarted">
      {say('inspector.restarted', figures)}
    </p>
  );
}

function SentinelSection({ supervision }: { readonly supervision: NonNullable<NodeView['supervision']> }) {
  const sentinels = useFleet((fleet) => fleet.surroundings.sentinels);
  const { masterName } = supervision;
  return (
    <Section title={say('inspector.sentinelTitle')}>
      <dl className="figures mono">
        <Figure label={say('inspector.sentinelWatch')} value={masterName} id="sentinel-name" />
        <Figure label={say('inspector.sentinelCount')} value={supervision.sentinels} id="sentinel-count" />
        <Figure label={say('inspector.sentinelQuorum')} value={supervision.quorum} id="sentinel-quorum" />
        {sentinels.map(({ address, isReachable, opinions }) => {
          const opinion = opinions.find((candidate) => candidate.masterName === masterName);
          return (
            <Figure
              key={formatAddress(address)}
              label={say('inspector.sentinelSays', { sentinel: formatAddress(address) })}
              value={isReachable ? opinionText(opinion) : say('inspector.sentinelSilent')}
              isWarning={!isReachable || opinion?.isDown === true}
            />
          );
        })}
      </dl>
      {supervision.isMaster && <p className="link-reason faint">{say('inspector.sentinelCharge')}</p>}
    </Section>
  );
}

function opinionText(opinion: SentinelOpinion | undefined): string {
  if (opinion === undefined) return say('card.noValue');
  const address = formatAddress(opinion.masterAddress);
  return opinion.isDown ? say('inspector.sentinelDown', { address }) : address;
}

interface ClusterProps {
  readonly cluster: NonNullable<NodeView['cluster']>;
  readonly ownHost: string;
}

function ClusterSection({ cluster, ownHost }: ClusterProps) {
  const none = say('card.noValue');
  const { masterAddress } = cluster;
  // A node that met no other yet does not know its own host, and tells none.
  const master = masterAddress && { ...masterAddress, host: masterAddress.host || ownHost };
  const shard = cluster.shard === null ? none : `${cluster.shard} / ${cluster.shards}`;
  return (
    <Section title={say('inspector.clusterTitle')}>
      <dl className="figures mono">
        <Figure label={say('inspector.clusterShard')} value={shard} id="cluster-shard" />
        <Figure label={say('inspector.clusterSlots')} value={cluster.slots || none} id="cluster-slots" />
        <Figure label={say('inspector.clusterMaster')} value={master === null ? none : formatAddress(master)} />
      </dl>
      <p className="link-reason faint">{say('inspector.clusterRefuses')}</p>
    </Section>
  );
}

// The same fleet as a table: every figure of the graph, in rows that a screen reader and a keyboard walk through.
import { Button, Table } from '@mantine/core';
import { memo, useEffect, useRef, useState } from 'react';
import type { NodeId } from '#core/contract/places.ts';
import type { GhostView } from '#core/contract/surroundings.ts';
import type { NodeView } from '#core/contract/views.ts';
import { NodeMenu } from '../actions/NodeMenu.tsx';
import { StateGlyph } from '../design/StateGlyph.tsx';
import { openDialog } from '../dialogs/dialog-store.ts';
import {
  formatAddress,
  formatBytes,
  formatCount,
  formatRate,
  formatSeconds,
  formatWholeSeconds,
} from '../i18n/format.ts';
import { say, type TextKey } from '../i18n/i18n.ts';
import { conditionText, roleKey } from '../i18n/node-words.ts';
import { useClock } from '../store/clock-store.ts';
import { useCondition, useFleet, useNode } from '../store/fleet-store.ts';
import { phaseOf } from '../store/node-state.ts';
import { select, useSelection } from '../store/selection-store.ts';
import { FaultMark } from './FaultMark.tsx';
import './topology.css';

const words: readonly TextKey[] = ['table.node', 'table.role', 'table.state', 'table.address', 'table.follows'];
const figures: readonly TextKey[] = [
  'table.offset',
  'table.lagBytes',
  'table.lagSeconds',
  'table.writes',
  'table.keys',
  'table.reach',
];

export function TopologyTable() {
  const order = useFleet((fleet) => fleet.order);
  return (
    <div className="nodes-table">
      <Table highlightOnHover verticalSpacing={7} captionSide="top">
        <Table.Caption className="visually-hidden">{say('table.caption')}</Table.Caption>
        <Table.Thead>
          <Table.Tr>
            {words.map((key) => (
              <Table.Th key={key}>{say(key)}</Table.Th>
            ))}
            {figures.map((key) => (
              <Table.Th key={key} className="figure">
                {say(key)}
              </Table.Th>
            ))}
            <Table.Th>
              <span className="visually-hidden">{say('table.acts')}</span>
            </Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {order.map((id) => (
            <NodeRow key={id} nodeId={id} />
          ))}
          <GhostRows />
        </Table.Tbody>
      </Table>
    </div>
  );
}

const NodeRow = memo(function NodeRow({ nodeId }: { readonly nodeId: NodeId }) {
  const node = useNode(nodeId);
  return node === undefined ? null : <Row node={node} />;
});

function Row({ node }: { readonly node: NodeView }) {
  const condition = useCondition(node);
  const isSelected = useSelection((selection) => selection.nodeId === node.id);
  const isSought = useSelection((selection) => selection.soughtId === node.id);
  const master = useNode(node.link?.masterId ?? null);
  const [isMenuOpen, setMenuOpen] = useState(false);
  const row = useRef<HTMLTableRowElement>(null);
  useEffect(() => {
    if (isSought) row.current?.scrollIntoView({ block: 'nearest' });
  }, [isSought]);
  const none = say('card.noValue');
  const link = node.link;
  const figureCells = [
    node.offset === null ? none : formatCount(node.offset),
    link?.lagBytes == null ? none : formatBytes(link.lagBytes),
    link?.lagSeconds == null ? none : formatSeconds(link.lagSeconds),
    formatRate(node.writeBytesPerSecond),
    node.keys === null ? none : formatCount(node.keys),
    node.backlog?.reachSeconds == null ? none : formatSeconds(node.backlog.reachSeconds),
  ];
  return (
    <Table.Tr
      ref={row}
      data-testid={`node-row-${node.name}`}
      data-selected={isSelected}
      data-faded={condition.isFaded}
      onClick={() => select(node.id)}
    >
      <Table.Td>
        <button type="button" className="plain table-name" title={node.name} onClick={() => select(node.id)}>
          <b>{node.name}</b>
        </button>
      </Table.Td>
      <Table.Td>
        <span className={`badge badge-${node.role}`}>{say(roleKey(node, master?.role === 'replica'))}</span>
        {node.environment !== 'lab' && (
          <span className={`badge badge-env env-${node.environment} table-environment`}>
            {say(`app.environment.${node.environment}`)}
          </span>
        )}
      </Table.Td>
      <Table.Td data-phase={phaseOf(node)}>
        <span className={`table-state tone-${condition.tone}`}>
          <StateGlyph tone={condition.tone} />
          {conditionText(node, condition)}
        </span>{' '}
        <FaultMark node={node} master={master?.name ?? none} />
      </Table.Td>
      <Table.Td className="mono">{formatAddress(node.address)}</Table.Td>
      <Table.Td>{master?.name ?? (link === null ? none : formatAddress(link.masterAddress))}</Table.Td>
      {figureCells.map((text, column) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the columns are fixed
        <Table.Td key={column} className="figure mono">
          {text}
        </Table.Td>
      ))}
      <Table.Td>
        <NodeMenu nodeId={node.id} name={node.name} isOpen={isMenuOpen} setOpen={setMenuOpen} />
      </Table.Td>
    </Table.Tr>
  );
}

/** Servers that are spoken of and not here: what is known of them, and when they were last seen. */
function GhostRows() {
  const ghosts = useFleet((fleet) => fleet.surroundings.ghosts);
  return ghosts.map((ghost) => <GhostRow key={ghost.id} ghost={ghost} />);
}

function GhostRow({ ghost }: { readonly ghost: GhostView }) {
  const master = useNode(ghost.masterId);
  const age = useClock(({ nowMs }) => formatWholeSeconds(Math.max(0, Math.round((nowMs - ghost.lastSeenAtMs) / 1000))));
  const address = formatAddress(ghost.address);
  return (
    <Table.Tr data-testid={`ghost-row-${ghost.address.port}`} data-faded>
      <Table.Td>{say('card.ghost')}</Table.Td>
      <Table.Td>
        <span className="badge badge-unknown">{say(`role.${ghost.role}`)}</span>
      </Table.Td>
      <Table.Td>
        <span className="table-state tone-unknown">
          <StateGlyph tone="unknown" />
          {say('state.seen', { age })}
        </span>
      </Table.Td>
      <Table.Td className="mono">{address}</Table.Td>
      <Table.Td>{master?.name ?? say('card.noValue')}</Table.Td>
      <Table.Td colSpan={figures.length}>
        <Button
          size="compact-xs"
          variant="default"
          onClick={() => openDialog({ kind: 'connect', address: ghost.address })}
        >
          {say('card.ghostConnect')}
        </Button>
      </Table.Td>
      <Table.Td />
    </Table.Tr>
  );
}

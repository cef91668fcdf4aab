// A node's log with Redis's marks and levels: filter by a text, and follow the newest line.
import { Switch, TextInput } from '@mantine/core';
import { IconFileText, IconFilter } from '@tabler/icons-react';
import { memo, useEffect, useRef, useState } from 'react';
import type { NodeId } from '#core/contract/places.ts';
import type { LogLine, NodeView } from '#core/contract/views.ts';
import type { HostClient } from '../bridge/carrier.ts';
import { useIsHostThere } from '../bridge/host-store.ts';
import { useNodeStream } from '../bridge/use-node-stream.ts';
import { EmptyState } from '../design/EmptyState.tsx';
import { formatClock } from '../i18n/format.ts';
import { say } from '../i18n/i18n.ts';
import { appendLines, filterLines } from './log-lines.ts';

const open = (client: HostClient, nodeId: NodeId, signal: AbortSignal) => client.node.log({ nodeId }, { signal });

export function LogTab({ node }: { readonly node: NodeView }) {
  return node.kind === 'remote' ? (
    <EmptyState icon={IconFileText} title={say('inspector.logRemote')} text={say('inspector.logRemoteHint')} />
  ) : (
    <Log node={node} />
  );
}

function Log({ node }: { readonly node: NodeView }) {
  const lines = useNodeStream(node.id, open, appendLines) ?? [];
  const [filter, setFilter] = useState('');
  const [isFollowing, setFollowing] = useState(true);
  const isHostThere = useIsHostThere();
  const shown = filterLines(lines, filter);
  return (
    <div className="log">
      <div className="log-tools">
        <TextInput
          size="xs"
          className="grow"
          leftSection={<IconFilter size={13} />}
          placeholder={say('inspector.logFilter')}
          aria-label={say('inspector.logFilter')}
          value={filter}
          onChange={(event) => setFilter(event.currentTarget.value)}
          data-testid="log-filter"
        />
        <Switch
          size="xs"
          label={say('inspector.logFollow')}
          checked={isFollowing}
          onChange={(event) => setFollowing(event.currentTarget.checked)}
        />
      </div>
      {!isHostThere && <div className="tone-warning log-none">{say('inspector.logLost')}</div>}
      {shown.length === 0 ? (
        <div className="faint log-none">
          {lines.length === 0 ? say('inspector.logEmpty') : say('inspector.logNoMatch', { text: filter })}
        </div>
      ) : (
        <LogLines lines={shown} isFollowing={isFollowing} leave={() => setFollowing(false)} />
      )}
    </div>
  );
}

interface LogLinesProps {
  readonly lines: readonly LogLine[];
  readonly isFollowing: boolean;
  /** Called when a person scrolls up to read: new lines then no longer pull the view down. */
  readonly leave: () => void;
}

function LogLines({ lines, isFollowing, leave }: LogLinesProps) {
  const list = useRef<HTMLOListElement>(null);
  const newest = lines.at(-1)?.seq;
  // biome-ignore lint/correctness/useExhaustiveDependencies: a new line is the reason to scroll
  useEffect(() => {
    const element = list.current;
    if (element !== null && isFollowing) element.scrollTop = element.scrollHeight;
  }, [newest, isFollowing]);
  return (
    <ol className="log-lines mono" ref={list} onWheel={(event) => event.deltaY < 0 && isFollowing && leave()}>
      {lines.map((line) => (
        <Line key={line.seq} line={line} />
      ))}
    </ol>
  );
}

/** Lines out of view are skipped by the browser itself (`content-visibility`), so that a thousand cost little. */
const Line = memo(function Line({ line }: { readonly line: LogLine }) {
  const words = `${say(`inspector.logMark.${line.mark}`)}, ${say(`inspector.logLevel.${line.level}`)}`;
  return (
    <li className="log-line" data-testid="log-line" data-level={line.level} data-mark={line.mark}>
      <span className="faint">{formatClock(line.atMs, true)}</span>
      <span className="log-mark" title={words}>
        {line.mark} {line.level}
      </span>
      <span>{line.text}</span>
    </li>
  );
});

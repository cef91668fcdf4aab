// The kept connections as a table: where each is, whether it is connected, and what can be done with it.
import { ActionIcon, Button, Table } from '@mantine/core';
import { IconPencil, IconTrash } from '@tabler/icons-react';
import { useState } from 'react';
import type { Profile, ProfileFile, ProfileView } from '#core/contract/profiles.ts';
import { StateGlyph } from '../design/StateGlyph.tsx';
import { closeDialog } from '../dialogs/dialog-store.ts';
import { say } from '../i18n/i18n.ts';
import { seek, select } from '../store/selection-store.ts';
import { callHost, useConnections } from './connections-store.ts';
import { ProfileDot } from './ProfileDot.tsx';
import { type Asking, Question } from './ProfileQuestion.tsx';

interface ProfileTableProps {
  readonly views: readonly ProfileView[];
  readonly isLocked: boolean;
  readonly onEdit: (view: ProfileView) => void;
}

export function ProfileTable({ views, isLocked, onEdit }: ProfileTableProps) {
  if (views.length === 0) {
    return (
      <div className="connections-none" data-testid="connections-none">
        <b>{say('connections.none')}</b>
        <div className="faint">{say('connections.noneHint')}</div>
      </div>
    );
  }
  const sorted = [...views].sort(
    (one, other) =>
      (one.profile.group ?? '').localeCompare(other.profile.group ?? '') ||
      one.profile.name.localeCompare(other.profile.name),
  );
  return (
    <Table.ScrollContainer minWidth={640}>
      <Table verticalSpacing={6} className="connections-table" aria-label={say('connections.title')}>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>{say('connections.columns.name')}</Table.Th>
            <Table.Th>{say('connections.columns.address')}</Table.Th>
            <Table.Th>{say('connections.columns.login')}</Table.Th>
            <Table.Th>{say('connections.columns.state')}</Table.Th>
            <Table.Th aria-label={say('connections.columns.acts')} />
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {sorted.map((view) => (
            <ProfileRow key={view.profile.id} view={view} isLocked={isLocked} onEdit={onEdit} />
          ))}
        </Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  );
}

interface ProfileRowProps extends Omit<ProfileTableProps, 'views'> {
  readonly view: ProfileView;
}

function ProfileRow({ view, isLocked, onEdit }: ProfileRowProps) {
  const { profile, nodeId } = view;
  const { id: profileId, name } = profile;
  const [asking, setAsking] = useState<Asking>({ kind: 'nothing' });
  const [isBusy, setBusy] = useState(false);
  const open = async (password?: string, sentinelMaster?: string) => {
    setBusy(true);
    const typed = { ...(password !== undefined && { password }), ...(sentinelMaster && { sentinelMaster }) };
    const outcome = await callHost((client) => client.profiles.open({ profileId, ...typed }));
    setBusy(false);
    if (!outcome.ok) {
      const { failure } = outcome;
      if (failure.code === 'passwordNeeded') setAsking({ kind: 'password', failure: null });
      else if (password !== undefined) setAsking({ kind: 'password', failure });
      else setAsking({ kind: 'failed', failure });
    } else if (outcome.value.kind === 'sentinel')
      setAsking({ kind: 'master', masters: outcome.value.masters, password });
    else {
      // A new card brings the whole map into view by itself.
      if (nodeId === null) select(outcome.value.nodeId);
      else seek(outcome.value.nodeId);
      closeDialog();
    }
  };
  const remove = async () => {
    const outcome = await callHost((client) => client.profiles.remove({ profileId }));
    if (!outcome.ok) setAsking({ kind: 'failed', failure: outcome.failure });
  };
  return (
    <>
      <Table.Tr data-testid={`connection-${name}`} data-connected={nodeId !== null}>
        <Table.Td>
          <ProfileDot label={profile} />
          <b>{name}</b>{' '}
          <span className={`env-word env-${profile.environment}`}>{say(`app.environment.${profile.environment}`)}</span>
          <div className="faint connections-labels">{[profile.group, ...profile.tags].filter(Boolean).join(' · ')}</div>
        </Table.Td>
        <Table.Td>
          <span className="mono">
            {profile.host}:{profile.port}
          </span>
          <div className="faint">{wayWords(profile)}</div>
          <MissingWords view={view} isLocked={isLocked} />
        </Table.Td>
        <Table.Td>{say(`connections.login.${loginState(view, isLocked)}`)}</Table.Td>
        <Table.Td>
          <span className={`connections-state tone-${nodeId === null ? 'unknown' : 'healthy'}`}>
            <StateGlyph tone={nodeId === null ? 'unknown' : 'healthy'} />
            {say(nodeId === null ? 'connections.state.apart' : 'connections.state.connected')}
          </span>
        </Table.Td>
        <Table.Td>
          <div className="connections-acts">
            <Button
              size="compact-sm"
              variant="default"
              loading={isBusy}
              aria-label={say('connections.connectNamed', { name })}
              onClick={() => void open()}
              data-testid={`connection-open-${name}`}
            >
              {say(nodeId === null ? 'connections.connect' : 'connections.show')}
            </Button>
            <ActionIcon
              variant="subtle"
              className="connections-icon"
              aria-label={say('connections.edit', { name })}
              onClick={() => onEdit(view)}
              data-testid={`connection-edit-${name}`}
            >
              <IconPencil size={16} />
            </ActionIcon>
            <ActionIcon
              variant="subtle"
              className="connections-icon"
              aria-label={say('connections.remove', { name })}
              onClick={() => setAsking({ kind: 'removal' })}
              data-testid={`connection-remove-${name}`}
            >
              <IconTrash size={16} />
            </ActionIcon>
          </div>
        </Table.Td>
      </Table.Tr>
      {asking.kind !== 'nothing' && (
        <Table.Tr>
          <Table.Td colSpan={5} className="connections-asking">
            <Question
              name={name}
              asking={asking}
              onOpen={open}
              onRemove={() => void remove()}
              onEnd={() => setAsking({ kind: 'nothing' })}
            />
          </Table.Td>
        </Table.Tr>
      )}
    </>
  );
}

/** Keys and certificates without which it cannot be reached; they are chosen in the form. */
function MissingWords({ view, isLocked }: Pick<ProfileRowProps, 'view' | 'isLocked'>) {
  const { profile, kept, nodeId } = view;
  const noted = useConnections(({ missing }) => missing[profile.id]);
  const files = new Set<ProfileFile>(noted?.map(({ file }) => file));
  // What is connected has its keys, if only until Syncline ends.
  const isLacking = !isLocked && nodeId === null;
  if (isLacking && profile.tls?.certificate && !kept.includes('tlsKey')) files.add('tlsKey');
  if (isLacking && profile.ssh?.login === 'key' && !kept.includes('sshKey')) files.add('sshKey');
  if (files.size === 0) return null;
  const words = [...files].map((file) => say(`connections.files.${file}`)).join(', ');
  return (
    <div className="tone-warning" data-testid={`connection-missing-${profile.name}`}>
      {say('connections.missing', { files: words })}
    </div>
  );
}

export function wayWords({ tls, ssh, sentinelMaster }: Profile): string {
  const words = [
    ...(sentinelMaster ? [say('connections.way.sentinel', { name: sentinelMaster })] : []),
    ...(tls ? [say(tls.certificate ? 'connections.way.mutual' : 'connections.way.tls')] : []),
    ...(ssh ? [say('connections.way.ssh')] : []),
  ];
  return words.join(' · ') || say('connections.way.straight');
}

function loginState(
  { profile, kept }: ProfileView,
  isLocked: boolean,
): 'none' | 'ask' | 'saved' | 'locked' | 'missing' {
  if (profile.login !== 'saved') return profile.login;
  if (isLocked) return 'locked';
  return kept.includes('password') ? 'saved' : 'missing';
}

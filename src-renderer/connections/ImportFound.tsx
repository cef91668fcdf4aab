// What was found in pasted lines or in a file, before anything of it is kept.
import { Button } from '@mantine/core';
import { useState } from 'react';
import type { Failure } from '#core/contract/failures.ts';
import type { Environment } from '#core/contract/labels.ts';
import type { ImportDraft, ImportPreview } from '#core/contract/profiles.ts';
import { EnvironmentChoice } from '../dialogs/EnvironmentChoice.tsx';
import { FailureBox } from '../dialogs/FailureBox.tsx';
import { formatAddress } from '../i18n/format.ts';
import { say } from '../i18n/i18n.ts';
import { callHost, noteMissing, useConnections } from './connections-store.ts';
import { wayWords } from './ProfileTable.tsx';
import { canKeepSecrets } from './profile-form.ts';

interface ImportFoundProps {
  readonly preview: ImportPreview;
  readonly onDone: () => void;
}

export function ImportFound({ preview, onDone }: ImportFoundProps) {
  const { drafts, skipped, source } = preview;
  const [failure, setFailure] = useState<Failure | null>(null);
  // Our own file says where each belongs; no other does.
  const [environment, setEnvironment] = useState<Environment | null>(source === 'syncline' ? null : 'dev');
  const canKeep = useConnections(({ view }) => canKeepSecrets(view?.secrets));
  const keep = async () => {
    const profileIds = drafts.map(({ profile }) => profile.id);
    const outcome = await callHost((client) =>
      client.profiles.keep({ profileIds, ...(environment !== null && { environment }) }),
    );
    if (!outcome.ok) return setFailure(outcome.failure);
    noteMissing(drafts);
    onDone();
  };
  return (
    <div data-testid="import-found">
      <header className="dialog-head">
        <h2>{say('connections.import.found', { count: drafts.length })}</h2>
      </header>
      <div className="dialog-body">
        <ul className="import-list">
          {drafts.map((draft) => (
            <DraftLine key={draft.profile.id} draft={draft} />
          ))}
        </ul>
        {drafts.some(({ missing }) => missing.length > 0) && (
          <div className="soft">{say('connections.import.missingHint')}</div>
        )}
        {!canKeep && drafts.some(({ secrets }) => secrets.length > 0) && (
          <div className="tone-warning" data-testid="import-secrets">
            {say('connections.import.passwordsLost')}
          </div>
        )}
        {skipped.length > 0 && <Skipped skipped={skipped} />}
        {environment !== null && drafts.length > 0 && (
          <EnvironmentChoice
            label={say('connections.import.environment')}
            hint={say('connections.import.environmentHint')}
            environment={environment}
            choose={setEnvironment}
            testId="import-environment"
          />
        )}
        {failure && <FailureBox failure={failure} />}
      </div>
      <footer className="dialog-foot">
        <span className="grow" />
        <Button variant="default" onClick={onDone}>
          {say('connections.form.cancel')}
        </Button>
        <Button disabled={drafts.length === 0} onClick={() => void keep()} data-testid="import-keep">
          {say('connections.import.keep')}
        </Button>
      </footer>
    </div>
  );
}

function DraftLine({ draft: { profile, secrets, missing } }: { readonly draft: ImportDraft }) {
  const words = [
    wayWords(profile),
    ...(profile.username === null ? [] : [say('connections.import.asUser', { user: profile.username })]),
    ...(secrets.includes('password') ? [say('connections.import.withPassword')] : []),
  ];
  const files = missing.map(({ file, path }) => `${say(`connections.files.${file}`)} ${path}`).join(', ');
  return (
    <li>
      <b>{profile.name}</b> <span className="mono">{formatAddress(profile)}</span>{' '}
      <span className="faint">{words.join(' · ')}</span>
      {missing.length > 0 && (
        <div className="tone-warning import-missing" data-testid={`import-missing-${profile.name}`}>
          {say('connections.import.missing', { files })}
        </div>
      )}
    </li>
  );
}

function Skipped({ skipped }: Pick<ImportPreview, 'skipped'>) {
  return (
    <div data-testid="import-skipped">
      {say('connections.import.skipped', { count: skipped.length })}
      <ul className="import-list faint">
        {skipped.map(({ entry, reason }) => (
          <li key={entry}>
            {entry}: {reason}
          </li>
        ))}
      </ul>
    </div>
  );
}

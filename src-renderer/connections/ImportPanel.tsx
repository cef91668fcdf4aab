// Connections from elsewhere: lines to paste, and what was found in them or in a file, before anything is kept.
import { Button, Textarea } from '@mantine/core';
import { useState } from 'react';
import type { Failure } from '#core/contract/failures.ts';
import { type ImportPreview, profileBounds } from '#core/contract/profiles.ts';
import { FailureBox } from '../dialogs/FailureBox.tsx';
import { say } from '../i18n/i18n.ts';
import { callHost } from './connections-store.ts';

interface PasteLinesProps {
  readonly onFound: (preview: ImportPreview) => void;
  readonly onBack: () => void;
}

export function PasteLines({ onFound, onBack }: PasteLinesProps) {
  const [content, setContent] = useState('');
  const [failure, setFailure] = useState<Failure | null>(null);
  const look = async () => {
    const outcome = await callHost((client) => client.profiles.preview({ content, form: 'lines' }));
    if (outcome.ok) onFound(outcome.value);
    else setFailure(outcome.failure);
  };
  return (
    <div data-testid="paste-lines">
      <header className="dialog-head">
        <h2>{say('connections.paste')}</h2>
      </header>
      <div className="dialog-body">
        <Textarea
          label={say('connections.import.pasteLabel')}
          description={say('connections.import.pasteHint')}
          classNames={{ input: 'mono' }}
          rows={9}
          maxLength={profileBounds.importMaxLength}
          spellCheck={false}
          data-autofocus
          value={content}
          onChange={(event) => setContent(event.currentTarget.value)}
          data-testid="paste-text"
        />
        {failure && <FailureBox failure={failure} />}
      </div>
      <footer className="dialog-foot">
        <span className="grow" />
        <Button variant="default" onClick={onBack}>
          {say('connections.form.cancel')}
        </Button>
        <Button disabled={content.trim() === ''} onClick={() => void look()} data-testid="paste-look">
          {say('connections.import.look')}
        </Button>
      </footer>
    </div>
  );
}

interface ImportFoundProps {
  readonly preview: ImportPreview;
  readonly onDone: () => void;
}

export function ImportFound({ preview, onDone }: ImportFoundProps) {
  const { drafts, skipped, source } = preview;
  const [failure, setFailure] = useState<Failure | null>(null);
  const keep = async () => {
    const profileIds = drafts.map(({ profile }) => profile.id);
    const outcome = await callHost((client) => client.profiles.keep({ profileIds }));
    if (outcome.ok) onDone();
    else setFailure(outcome.failure);
  };
  return (
    <div data-testid="import-found">
      <header className="dialog-head">
        <h2>{say('connections.import.found', { count: drafts.length })}</h2>
      </header>
      <div className="dialog-body">
        <ul className="import-list">
          {drafts.map(({ profile, secrets }) => (
            <li key={profile.id}>
              <b>{profile.name}</b>{' '}
              <span className="mono">
                {profile.host}:{profile.port}
              </span>{' '}
              {secrets.includes('password') && <span className="faint">{say('connections.import.withPassword')}</span>}
            </li>
          ))}
        </ul>
        {skipped.length > 0 && (
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
        )}
        {source === 'anotherRedisDesktopManager' && <div className="faint">{say('connections.import.noFiles')}</div>}
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

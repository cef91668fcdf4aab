// Lines to paste: addresses of several servers at once.
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

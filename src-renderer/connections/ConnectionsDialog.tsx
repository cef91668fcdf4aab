// The dialog of kept connections: the list, the form of one, and what came in from elsewhere.
import { Button, FileButton } from '@mantine/core';
import { IconClipboardText, IconDownload, IconPlus, IconUpload } from '@tabler/icons-react';
import { useEffect, useState } from 'react';
import type { Failure } from '#core/contract/failures.ts';
import { type ImportPreview, profileBounds } from '#core/contract/profiles.ts';
import { hostClient } from '../bridge/host-store.ts';
import { FramedDialog } from '../dialogs/DialogFrames.tsx';
import { closeDialog, useDialog } from '../dialogs/dialog-store.ts';
import { FailureBox } from '../dialogs/FailureBox.tsx';
import { say } from '../i18n/i18n.ts';
import './connections.css';
import { callHost, loadConnections, useConnections } from './connections-store.ts';
import { ImportFound } from './ImportFound.tsx';
import { PasteLines } from './PasteLines.tsx';
import { ProfileEditor } from './ProfileEditor.tsx';
import { ProfileTable } from './ProfileTable.tsx';
import { problemText } from './problem-text.ts';
import { emptyProfile, type FormBeginning } from './profile-form.ts';
import { SecretsBar } from './SecretsBar.tsx';

/** What the dialog shows. */
type Room =
  | { readonly kind: 'list' }
  | { readonly kind: 'edit'; readonly view: FormBeginning; readonly isNew: boolean }
  | { readonly kind: 'paste' }
  | { readonly kind: 'found'; readonly preview: ImportPreview };

export function ConnectionsDialog() {
  const open = useDialog((dialog) => dialog.open);
  const isOpen = open.kind === 'connections';
  return (
    <FramedDialog isOpen={isOpen} onClose={closeDialog} size={860} label={say('connections.title')}>
      {isOpen && <Rooms draft={open.draft} />}
    </FramedDialog>
  );
}

function Rooms({ draft }: { readonly draft: FormBeginning | null }) {
  const [room, setRoom] = useState<Room>(
    draft === null ? { kind: 'list' } : { kind: 'edit', view: draft, isNew: true },
  );
  const toList = () => setRoom({ kind: 'list' });
  useEffect(() => void loadConnections(), []);
  switch (room.kind) {
    case 'list':
      return <ListRoom setRoom={setRoom} />;
    case 'edit':
      return <ProfileEditor view={room.view} isNew={room.isNew} onDone={toList} />;
    case 'paste':
      return <PasteLines onFound={(preview) => setRoom({ kind: 'found', preview })} onBack={toList} />;
    case 'found':
      return <ImportFound preview={room.preview} onDone={toList} />;
  }
}

function ListRoom({ setRoom }: { readonly setRoom: (room: Room) => void }) {
  const view = useConnections((connections) => connections.view);
  const [failure, setFailure] = useState<Failure | null>(null);
  const importFile = async (file: File | null) => {
    if (!file) return;
    const content = (await file.text()).slice(0, profileBounds.importMaxLength);
    const outcome = await callHost((client) => client.profiles.preview({ content, form: 'file' }));
    if (outcome.ok) setRoom({ kind: 'found', preview: outcome.value });
    else setFailure(outcome.failure);
  };
  return (
    <div data-testid="connections-dialog">
      <header className="dialog-head">
        <h2>{say('connections.title')}</h2>
        <span className="faint">{say('connections.intro')}</span>
      </header>
      <div className="dialog-body">
        {view?.problem && (
          <div className="failure-box" role="alert" data-testid="connections-problem">
            {problemText(view.problem)}
          </div>
        )}
        {view && <SecretsBar secrets={view.secrets} />}
        {view && view.problem?.kind !== 'newer' && (
          <ProfileTable
            views={view.profiles}
            isLocked={view.secrets.kind === 'file' && view.secrets.state === 'locked'}
            onEdit={(one) => setRoom({ kind: 'edit', view: one, isNew: false })}
          />
        )}
        {failure && <FailureBox failure={failure} />}
      </div>
      <footer className="dialog-foot">
        <Button
          variant="default"
          leftSection={<IconPlus size={15} />}
          onClick={() => setRoom({ kind: 'edit', view: { profile: emptyProfile(), kept: [] }, isNew: true })}
          data-testid="connections-new"
        >
          {say('connections.new')}
        </Button>
        <Button
          variant="default"
          leftSection={<IconClipboardText size={15} />}
          onClick={() => setRoom({ kind: 'paste' })}
          data-testid="connections-paste"
        >
          {say('connections.paste')}
        </Button>
        <FileButton onChange={(file) => void importFile(file)} accept=".json,.ano,application/json,text/plain">
          {(open) => (
            <Button variant="default" leftSection={<IconUpload size={15} />} {...open} data-testid="connections-import">
              {say('connections.importFile')}
            </Button>
          )}
        </FileButton>
        <Button
          variant="default"
          leftSection={<IconDownload size={15} />}
          title={say('connections.exportHint')}
          disabled={!view || view.profiles.length === 0}
          onClick={() => void downloadExport()}
          data-testid="connections-export"
        >
          {say('connections.export')}
        </Button>
        <span className="grow" />
        <Button variant="default" onClick={closeDialog} data-testid="connections-close">
          {say('connections.close')}
        </Button>
      </footer>
    </div>
  );
}

async function downloadExport(): Promise<void> {
  const text = await hostClient()?.profiles.exported();
  if (text === undefined) return;
  const address = URL.createObjectURL(new Blob([text], { type: 'application/json' }));
  const link = Object.assign(document.createElement('a'), { href: address, download: 'syncline-connections.json' });
  link.click();
  URL.revokeObjectURL(address);
}

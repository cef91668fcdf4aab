// The journal: every run and every fault, with a filter, and the place of the file that holds them.
import { Button, Loader, TextInput } from '@mantine/core';
import { IconFilter } from '@tabler/icons-react';
import { useEffect, useState } from 'react';
import { TitledDialog } from '../dialogs/DialogFrames.tsx';
import { closeDialog, useDialog } from '../dialogs/dialog-store.ts';
import { say } from '../i18n/i18n.ts';
import { failureText } from '../i18n/statement-text.ts';
import { CopyText } from './Entry.tsx';
import { FaultEntry } from './FaultEntry.tsx';
import './journal.css';
import { type JournalItem, readJournal, readOlder, useJournal } from './journal-store.ts';
import { itemText } from './journal-text.ts';
import { RunEntry } from './RunEntry.tsx';

export function JournalDialog() {
  const open = useDialog((dialog) => dialog.open);
  return (
    <TitledDialog isOpen={open.kind === 'journal'} onClose={closeDialog} size={860} title={say('journal.title')}>
      {open.kind === 'journal' && <JournalBody />}
    </TitledDialog>
  );
}

function JournalBody() {
  const { items, hasMore, skippedLines, path, isReading, failure } = useJournal();
  const [filter, setFilter] = useState('');
  useEffect(() => void readJournal(), []);
  const shown = items.filter((item) => holds(item, filter));
  return (
    <div className="journal" data-testid="journal">
      <p className="soft">{say('journal.intro')}</p>
      <div className="journal-tools">
        <TextInput
          size="xs"
          className="grow"
          leftSection={<IconFilter size={13} />}
          placeholder={say('journal.filter')}
          aria-label={say('journal.filter')}
          value={filter}
          onChange={(event) => setFilter(event.currentTarget.value)}
          data-autofocus
          data-testid="journal-filter"
        />
        {path !== null && <JournalPath path={path} />}
      </div>
      {skippedLines > 0 && (
        <p className="tone-warning" role="status" data-testid="journal-skipped">
          {say('journal.skipped', { count: skippedLines })}
        </p>
      )}
      {failure !== null && <p className="tone-down">{failureText(failure).what}</p>}
      {shown.length === 0 && !isReading && (
        <p className="faint" role="status">
          {items.length === 0 ? say('journal.empty') : say('journal.noMatch', { count: items.length, text: filter })}
        </p>
      )}
      <ol className="journal-runs">
        {shown.map((item) =>
          item.kind === 'run' ? (
            <RunEntry key={item.run.runId} run={item.run} />
          ) : (
            <FaultEntry key={item.fault.runId} fault={item.fault} />
          ),
        )}
      </ol>
      {isReading && <Loader size={16} color="var(--syncing)" />}
      {hasMore && (
        <Button variant="default" size="compact-sm" onClick={() => void readOlder()} data-testid="journal-more">
          {say('journal.more')}
        </Button>
      )}
    </div>
  );
}

function holds(item: JournalItem, filter: string): boolean {
  const wanted = filter.trim().toLowerCase();
  return wanted === '' || itemText(item).toLowerCase().includes(wanted);
}

function JournalPath({ path }: { readonly path: string }) {
  return (
    <span className="journal-path">
      <span className="faint">{say('journal.file')}</span>
      <code className="mono" title={path} data-testid="journal-path">
        <bdi dir="ltr">{path}</bdi>
      </code>
      <CopyText text={path} label={say('journal.copyPath')} />
    </span>
  );
}

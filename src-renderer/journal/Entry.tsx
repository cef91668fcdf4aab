// The line of an entry of the journal; opened, what is known of it, and its text to copy.
import { CopyButton } from '@mantine/core';
import { type ReactNode, useState } from 'react';
import { formatMoment } from '../i18n/format.ts';
import { say } from '../i18n/i18n.ts';
import { type JournalItem, momentOf } from './journal-store.ts';
import { itemText } from './journal-text.ts';

interface EntryProps {
  readonly item: JournalItem;
  readonly testId: string;
  readonly state: string;
  readonly title: string;
  /** How it ended. */
  readonly word: ReactNode;
  readonly buttons: ReactNode;
  readonly notes: readonly string[];
  readonly children?: ReactNode;
}

export function Entry({ item, testId, state, title, word, buttons, notes, children }: EntryProps) {
  const [isOpen, setOpen] = useState(false);
  return (
    <li data-testid={testId} data-state={state}>
      <div className="journal-head">
        <button type="button" className="journal-title" aria-expanded={isOpen} onClick={() => setOpen(!isOpen)}>
          <span className="mono faint nowrap">{formatMoment(momentOf(item))}</span>
          <b>{title}</b>
        </button>
        {word}
        {buttons}
      </div>
      {isOpen && (
        <div className="journal-details">
          <div className="journal-line">
            <span className="soft">{notes.join(' · ')}</span>
            <CopyText text={itemText(item)} label={say('journal.copyEntry')} />
          </div>
          {children}
        </div>
      )}
    </li>
  );
}

export function CopyText({ text, label }: { readonly text: string; readonly label: string }) {
  return (
    <CopyButton value={text}>
      {({ copied, copy }) => (
        <button type="button" className="plain section-tool nowrap" onClick={copy}>
          {copied ? say('app.copied') : label}
        </button>
      )}
    </CopyButton>
  );
}

// A fault in the journal: what was put on which link or taken off, by what command, and how that ended.
import type { JournalFault } from '#core/contract/faults.ts';
import { say } from '../i18n/i18n.ts';
import { Entry } from './Entry.tsx';
import { faultNotes, faultTitle } from './journal-text.ts';

const tones = { done: 'tone-healthy', failed: 'tone-down', open: 'tone-warning' } as const;

export function FaultEntry({ fault }: { readonly fault: JournalFault }) {
  const { state, who } = fault;
  return (
    <Entry
      item={{ kind: 'fault', fault }}
      testId="journal-fault"
      state={state}
      title={faultTitle(fault)}
      word={<span className={tones[state]}>{say(`journal.fault.state.${state}`)}</span>}
      buttons={null}
      notes={[say('journal.by', { who }), ...faultNotes(fault)]}
    />
  );
}

// An entry of the journal as plain text: what is copied into a ticket, and what the filter looks through.
import type { JournalRun } from '#core/contract/acts.ts';
import type { JournalFault } from '#core/contract/faults.ts';
import { resultWord } from '../dialogs/result-word.ts';
import { answerText } from '../i18n/answer-text.ts';
import { evidenceText } from '../i18n/evidence-text.ts';
import { faultText } from '../i18n/fault-words.ts';
import { formatAddress, formatMoment, formatMs } from '../i18n/format.ts';
import { say } from '../i18n/i18n.ts';
import { failureText, statementText } from '../i18n/statement-text.ts';
import type { JournalItem } from './journal-store.ts';

export function itemText(item: JournalItem): string {
  return (item.kind === 'run' ? runLines(item.run) : faultLines(item.fault)).join('\n');
}

/** The line of a fault in the list. */
export function faultTitle({ replica, master, change }: JournalFault): string {
  const names = { replica, master: formatAddress(master) };
  if (change.kind === 'clear') return say('journal.fault.clear', names);
  return say('journal.fault.set', { ...names, fault: faultText({ fault: change.fault, phase: 'acting' }) });
}

/** What is known of a fault beside its title. */
export function faultNotes({ replica, relay, command, state, failure }: JournalFault): readonly string[] {
  return [
    say('journal.fault.relay', { relay: formatAddress(relay) }),
    command ?? say('journal.fault.onlyRelay', { replica }),
    ...(state === 'open' ? [say('journal.fault.open')] : []),
    ...(failure === null ? [] : [failureText(failure).what]),
  ];
}

/** Who ran it, how far it came, and why against failed checks. */
export function runNotes({ who, results, steps, forceReason, isSettled }: JournalRun): readonly string[] {
  return [
    say('journal.by', { who }),
    say('journal.steps', { done: results.length, all: steps.length }),
    ...(forceReason === null ? [] : [say('journal.forced', { reason: forceReason })]),
    ...(isSettled ? [say('journal.settled')] : []),
  ];
}

function runLines(run: JournalRun): string[] {
  const { atMs, title, state, results, failure, openStep } = run;
  return [
    `${formatMoment(atMs)}  ${statementText(title)}  (${say(`journal.state.${state}`)})`,
    runNotes(run).join(' · '),
    ...results.flatMap((result, index) => [
      `${index + 1}. ${result.step.nodeName}  ${result.step.command}`,
      `   ${resultWord(result).text}, ${formatMs(result.durationMs)}: ${answerText(result.answer)}`,
      ...result.evidence.map((node) => `   ${evidenceText(node)}`),
    ]),
    ...(openStep === null ? [] : [say('journal.openStep', { step: openStep + 1 })]),
    ...(failure === null ? [] : [failureText(failure).what]),
  ];
}

function faultLines(fault: JournalFault): string[] {
  const end = say(`journal.fault.state.${fault.state}`);
  return [
    `${formatMoment(fault.atMs)}  ${faultTitle(fault)}  (${end})`,
    [say('journal.by', { who: fault.who }), ...faultNotes(fault)].join(' · '),
  ];
}

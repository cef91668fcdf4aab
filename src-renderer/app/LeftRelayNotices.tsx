// A notice of each replica that a killed Syncline left following a relay: pointed back, or why not.
import { notifications } from '@mantine/notifications';
import { useEffect } from 'react';
import type { LeftRelayView } from '#core/contract/surroundings.ts';
import { formatAddress } from '../i18n/format.ts';
import { say } from '../i18n/i18n.ts';
import { failureText } from '../i18n/statement-text.ts';
import { useFleet } from '../store/fleet-store.ts';
import { seek } from '../store/selection-store.ts';

export function LeftRelayNotices() {
  const left = useFleet((fleet) => fleet.surroundings.leftRelays);
  // Surroundings come anew with every look; what was told already is not told again.
  const told = JSON.stringify(left);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the text stands for the list
  useEffect(() => left.forEach(tell), [told]);
  return null;
}

function tell(left: LeftRelayView): void {
  const isMended = left.outcome.kind === 'mended';
  const id = `left-relay:${left.nodeId}:${formatAddress(left.relay)}`;
  // What was held back stands there already; its notice gives way to the new one.
  notifications.hide(id);
  notifications.show({
    id: isMended ? `${id}:mended` : id,
    color: isMended ? 'var(--healthy)' : 'var(--warning)',
    title: say(isMended ? 'faults.left.mendedTitle' : 'faults.left.title', wordsOf(left)),
    message: say(`faults.left.${left.outcome.kind}`, wordsOf(left)),
    autoClose: false,
    onClick: () => seek(left.nodeId),
  });
}

function wordsOf({ name, relay, master, outcome }: LeftRelayView): Record<string, string> {
  const what = outcome.kind === 'refused' ? failureText(outcome.failure).what : '';
  return { name, relay: formatAddress(relay), master: formatAddress(master), what };
}

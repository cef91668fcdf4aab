// A fault in a few words, for the mark on the pipe, the table and the inspector.
import type { Fault, LinkFaultView } from '#core/contract/faults.ts';
import { formatBytes, formatCount, formatRate, formatSeconds } from './format.ts';
import { say } from './i18n.ts';

/** What is on the link, with the phase of a cut; "relay" where everything passes. */
export function faultText({ fault, phase }: Pick<LinkFaultView, 'fault' | 'phase'>): string {
  if (fault === null) return say('faults.mark.none');
  const words = kindText(fault);
  if (fault.kind !== 'cut') return words;
  return phase === 'between' || phase === 'refusing' ? say(`faults.mark.${phase}`, { fault: words }) : words;
}

function kindText(fault: Fault): string {
  switch (fault.kind) {
    case 'cut':
      return cutText(fault);
    case 'cutAfter':
      return say('faults.mark.cutAfter', { bytes: formatBytes(fault.bytes) });
    case 'cutAt':
      return say('faults.mark.cutAt', { text: fault.text });
    case 'holdOff':
    case 'stall':
      return say(`faults.mark.${fault.kind}`);
    case 'delay': {
      const isSame = fault.toReplicaMs === fault.toMasterMs;
      const toReplica = formatSeconds(fault.toReplicaMs / 1000);
      const ways = isSame ? toReplica : `${toReplica} / ${formatSeconds(fault.toMasterMs / 1000)}`;
      const key = fault.jitterMs === 0 ? 'faults.mark.delay' : 'faults.mark.delayJitter';
      return say(key, { ways, jitter: formatSeconds(fault.jitterMs / 1000) });
    }
    case 'throttle':
      return say('faults.mark.throttle', { rate: formatRate(fault.bytesPerSecond) });
    case 'drop':
      return say(fault.direction === 'toReplica' ? 'faults.mark.dropToReplica' : 'faults.mark.dropToMaster');
    case 'corrupt':
      return fault.where.kind === 'atByte'
        ? say('faults.mark.corruptAt', { byte: formatCount(fault.where.byte) })
        : say('faults.mark.corruptRate', { everyBytes: formatBytes(fault.where.everyBytes) });
  }
}

function cutText({ seconds, everySeconds }: Extract<Fault, { kind: 'cut' }>): string {
  if (everySeconds !== null)
    return say('faults.mark.cutEvery', { seconds: `${seconds} s`, every: `${everySeconds} s` });
  return seconds === 0 ? say('faults.mark.cut') : say('faults.mark.cutFor', { seconds: `${seconds} s` });
}

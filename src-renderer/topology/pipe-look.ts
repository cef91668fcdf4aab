// How a pipe is drawn for a link: its line, its width by bytes a second, its tone and its label. Pure.
import type { NodeView } from '#core/contract/views.ts';
import { formatBytes, formatPercent, formatWholeSeconds } from '../i18n/format.ts';
import { say } from '../i18n/i18n.ts';
import { isFlowing, type NodeCondition, type Tone } from '../store/node-state.ts';

export interface PipeLook {
  readonly line: 'solid' | 'dashed' | 'filling' | 'dotted';
  readonly tone: Tone;
  /** Stroke width in pixels. */
  readonly width: number;
  readonly label: string;
  readonly isMoving: boolean;
  /** How much of the snapshot is here, 0 to 1; null where no length is known. */
  readonly filledShare: number | null;
}

const thinnest = 2;
const thickest = 7;
/** The dots of a pipe that is down are round, as wide as this. */
const dotSize = 3.5;

/** 2 px for nothing, one more for each tenfold above 1 kB/s, 7 px at most. */
export function pipeWidth(bytesPerSecond: number): number {
  if (bytesPerSecond < 1000) return thinnest;
  return Math.min(thickest, thinnest + Math.log10(bytesPerSecond / 1000) + 0.5);
}

export function pipeLook(replica: NodeView, condition: NodeCondition): PipeLook {
  const link = replica.link;
  const base = { tone: condition.tone, filledShare: null, isMoving: isFlowing(replica) && !condition.isFaded };
  if (link === null || replica.lifecycle.kind !== 'running') {
    return { ...base, line: 'dotted', width: dotSize, label: say('pipe.downUnknown') };
  }
  const width = pipeWidth(link.bytesPerSecond);
  switch (link.phase) {
    case 'streaming':
      return { ...base, line: 'solid', width, label: lagLabel(link.lagBytes) };
    case 'transfer':
      return { ...base, line: 'filling', width: Math.max(4, width), ...transferLook(replica) };
    case 'down':
      return { ...base, line: 'dotted', width: dotSize, label: downLabel(condition) };
    case 'connect':
      return { ...base, line: 'dotted', width: dotSize, label: say('state.connect') };
    case 'loading':
    case 'connecting':
    case 'handshake':
    case 'waiting':
      return { ...base, line: 'dashed', width: thinnest + 0.5, label: say(`state.${link.phase}`) };
  }
}

function lagLabel(lagBytes: number | null): string {
  if (lagBytes === null) return say('state.streaming');
  return say('pipe.lag', { bytes: formatBytes(lagBytes) });
}

function downLabel(condition: NodeCondition): string {
  if (condition.ageSeconds === null) return say('pipe.downUnknown');
  return say('pipe.down', { age: formatWholeSeconds(condition.ageSeconds) });
}

function transferLook(replica: NodeView): Pick<PipeLook, 'label' | 'filledShare'> {
  const progress = replica.link?.progress ?? null;
  if (progress === null) return { label: say('state.transfer'), filledShare: null };
  if (progress.totalBytes === null || progress.totalBytes === 0) {
    return { label: say('pipe.snapshotBytes', { bytes: formatBytes(progress.doneBytes) }), filledShare: null };
  }
  const share = Math.min(1, progress.doneBytes / progress.totalBytes);
  return { label: say('pipe.snapshot', { percent: formatPercent(share) }), filledShare: share };
}

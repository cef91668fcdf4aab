// Where bytes fall on the offset tape: shares of its width from 0 (left) to 1 (right end, the master's offset). Pure.

export interface TapeTick {
  readonly name: string;
  /** What the replica acknowledged to its master; hollow. */
  readonly acknowledgedOffset: number | null;
  /** What the replica applied; filled. */
  readonly appliedOffset: number | null;
  readonly tone: 'healthy' | 'syncing' | 'warning' | 'down' | 'unknown';
}

export interface TapeWindow {
  /** The oldest byte kept. */
  readonly firstByte: number;
  /** The master's offset: the right end. */
  readonly endOffset: number;
}

export interface TapeScale {
  /** Where the lit part begins. */
  readonly litFrom: number;
  /** Whether bytes before the lit part existed once: they are drawn as lost history. */
  readonly hasLost: boolean;
  /** The place of an offset; `isPinned` when it lies further left than the tape shows. */
  readonly at: (offset: number) => { readonly share: number; readonly isPinned: boolean };
}

/** The lit part takes this share of the width as long as no replica lies in lost history. */
const usualLitShare = 0.72;
/** It shrinks to this share at least, to show how far behind a lost replica is. */
const leastLitShare = 0.4;

/**
 * The scale of a tape.
 *
 * Worked example: firstByte 301, endOffset 400, a tick at 200. Kept are 100 bytes. To show the tick with a margin the
 * tape spans (400 - 200) * 1.1 = 220 bytes, so the lit part takes 100 / 220 = 45 % and the tick stands at 9 %.
 */
export function tapeScale(window: TapeWindow, offsets: readonly number[]): TapeScale {
  const keptBytes = Math.max(1, window.endOffset - window.firstByte + 1);
  const hasLost = window.firstByte > 1;
  const furthest = Math.min(window.endOffset, ...offsets);
  const wantedSpan = Math.max(keptBytes / usualLitShare, (window.endOffset - furthest) * 1.1);
  const spanBytes = hasLost ? Math.min(wantedSpan, keptBytes / leastLitShare) : keptBytes;
  const start = window.endOffset - spanBytes;
  return {
    litFrom: 1 - keptBytes / spanBytes,
    hasLost,
    at: (offset) => {
      const share = (offset - start) / spanBytes;
      return { share: Math.min(1, Math.max(0, share)), isPinned: share < 0 };
    },
  };
}

/** How full a backlog is, 0 to 1; Redis lets it run over its size by a block before it trims it. */
export function fillOf(backlog: { readonly sizeBytes: number; readonly histlenBytes: number }): number {
  return backlog.sizeBytes === 0 ? 0 : Math.min(1, backlog.histlenBytes / backlog.sizeBytes);
}

/** Whether a replica at this offset could continue: the first byte it lacks is still kept, or is the very next one. */
export function isWithin(window: TapeWindow, offset: number): boolean {
  return offset + 1 >= window.firstByte && offset <= window.endOffset;
}

export interface PlacedName {
  readonly name: string;
  readonly share: number;
  /** 0 is the row next to the tape. */
  readonly row: number;
}

/** The width of a letter of a name, as a share of the narrowest tape that carries names. */
const letterShare = 0.021;
const nameRowsMax = 3;

/** Names over the tape in as few rows as keep them apart; past the last row they may touch. */
export function placeNames(names: readonly { readonly name: string; readonly share: number }[]): readonly PlacedName[] {
  const ends: number[] = [];
  const fromRight = [...names].sort((a, b) => b.share - a.share);
  return fromRight.map(({ name, share }) => {
    const width = (name.length + 1) * letterShare;
    // A name stands left of its tick in the right half, and right of it in the left half.
    const [from, to] = share > 0.5 ? [share - width, share] : [share, share + width];
    const free = ends.findIndex((end) => to <= end);
    const row = free !== -1 ? free : Math.min(ends.length, nameRowsMax - 1);
    ends[row] = from;
    return { name, share, row };
  });
}

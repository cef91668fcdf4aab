// How the simulated network behaves: from a calm day to one on which bytes crawl one by one.

export interface Weather {
  /** The longest way of a piece, and four times the longest pause between two. */
  readonly delayMaxMs: number;
  /** The longest piece. */
  readonly pieceMaxBytes: number;
  /** What a connection holds on its way before its writer must wait; taken when it is opened. */
  readonly bufferBytes: number;
  /** One write in so many is taken in part though there is room; 0 for none. */
  readonly partialWriteIn: number;
  /** 0: as fast as the delays let. */
  readonly bytesPerMs: number;
}

export const calm: Weather = {
  delayMaxMs: 2,
  pieceMaxBytes: 64 * 1024,
  bufferBytes: 256 * 1024,
  partialWriteIn: 10,
  bytesPerMs: 0,
};

export const weathers: Readonly<Record<string, Weather>> = {
  calm,
  slow: { ...calm, delayMaxMs: 300 },
  crumbs: { delayMaxMs: 1, pieceMaxBytes: 120, bufferBytes: 8 * 1024, partialWriteIn: 3, bytesPerMs: 0 },
  narrow: { delayMaxMs: 20, pieceMaxBytes: 2000, bufferBytes: 1024, partialWriteIn: 8, bytesPerMs: 0 },
  throttled: { delayMaxMs: 5, pieceMaxBytes: 4096, bufferBytes: 4096, partialWriteIn: 0, bytesPerMs: 10 },
};

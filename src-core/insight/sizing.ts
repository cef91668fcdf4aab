// How large the buffers of replication must be: backlog by write rate and absence, output buffer by the length of a full sync.

/** `client-output-buffer-limit replica`; 0 means no limit, as in Redis. */
export interface OutputBufferLimit {
  readonly hardBytes: number;
  readonly softBytes: number;
  readonly softSeconds: number;
}

/** What a measured rate is multiplied with before it becomes a recommendation: rates have peaks. */
const safetyFactor = 2;

/** The backlog that lets a replica stay away for `awaySeconds` and still continue, with room for peaks. Bytes. */
export function recommendedBacklogBytes(writeBytesPerSecond: number, awaySeconds: number): number {
  return Math.ceil(writeBytesPerSecond * awaySeconds * safetyFactor);
}

/** How long a replica may be away now until a ring of this size has passed it; null while nothing is written. */
export function backlogReachSeconds(sizeBytes: number, writeBytesPerSecond: number): number | null {
  return writeBytesPerSecond > 0 ? sizeBytes / writeBytesPerSecond : null;
}

/** What a replica's output buffer holds at the end of a full sync: all that was written while it lasted. Bytes. */
export function outputBufferPeakBytes(writeBytesPerSecond: number, syncSeconds: number): number {
  return Math.ceil(writeBytesPerSecond * syncSeconds);
}

/** The hard limit that a full sync of this length needs, with room for peaks. Bytes. */
export function recommendedOutputBufferBytes(writeBytesPerSecond: number, syncSeconds: number): number {
  return outputBufferPeakBytes(writeBytesPerSecond, syncSeconds) * safetyFactor;
}

export type BufferVerdict = 'fits' | 'tight' | 'exceedsHard' | 'exceedsSoft' | 'unknown';

/** Above this share of the limit a forecast does not promise success: rates have peaks. */
const tightShare = 0.5;

/**
 * Whether the writes during a full sync fit into the replica's output buffer.
 * A hard limit below the backlog's size is raised to it by Redis itself, and so is a soft one.
 *
 * Worked example: 5 MB/s for 50 s is a peak of 250 MB. With 256 MB hard, 64 MB soft for 60 s: soft is passed after
 * 12.8 s and stays so for 37.2 s, less than 60; 250 of 256 is tight.
 */
export function judgeOutputBuffer(
  limit: OutputBufferLimit | null,
  backlogSizeBytes: number,
  writeBytesPerSecond: number | null,
  syncSeconds: number | null,
): { readonly verdict: BufferVerdict; readonly peakBytes: number | null; readonly limitBytes: number | null } {
  const hardBytes = raised(limit?.hardBytes ?? 0, backlogSizeBytes);
  const limitBytes = limit === null ? null : hardBytes;
  if (writeBytesPerSecond === 0) return { verdict: 'fits', peakBytes: 0, limitBytes };
  if (limit === null || writeBytesPerSecond === null || syncSeconds === null) {
    return { verdict: 'unknown', peakBytes: null, limitBytes };
  }
  const peakBytes = outputBufferPeakBytes(writeBytesPerSecond, syncSeconds);
  const softBytes = raised(limit.softBytes, backlogSizeBytes);
  const aboveSoftSeconds = softBytes === 0 ? 0 : syncSeconds - softBytes / writeBytesPerSecond;
  const verdict = (): BufferVerdict => {
    if (hardBytes > 0 && peakBytes > hardBytes) return 'exceedsHard';
    if (softBytes > 0 && aboveSoftSeconds > limit.softSeconds) return 'exceedsSoft';
    return hardBytes > 0 && peakBytes > hardBytes * tightShare ? 'tight' : 'fits';
  };
  return { verdict: verdict(), peakBytes, limitBytes };
}

function raised(limitBytes: number, backlogSizeBytes: number): number {
  return limitBytes === 0 ? 0 : Math.max(limitBytes, backlogSizeBytes);
}

// The rule of partial resync, written once: the engine's master side obeys it, and the console forecasts by it.
// Source: the table "The PSYNC rule" in the project's notes, proven against redis-server 7.0.15 by the interop tests.
import type { BacklogWindow } from './backlog.ts';
import { type History, noHistoryId } from './history.ts';
import type { LogLevel } from './replication-log.ts';

/** What a replica asks: `PSYNC <id> <byte>`, the history it followed and the first byte that it lacks. */
export interface Asked {
  /** `?` asks for a full sync. */
  readonly id: string;
  readonly byte: number;
}

/** The answer with its reason. Numbers are raw bytes or byte numbers; `code` is one of the contract's statements. */
export type Decision =
  | {
      readonly kind: 'continue';
      readonly code: 'syncContinues';
      readonly params: { readonly askedByte: number; readonly firstByte: number; readonly missingBytes: number };
    }
  | {
      readonly kind: 'continue';
      readonly code: 'syncContinuesBySecondId';
      readonly params: {
        readonly askedByte: number;
        readonly firstByte: number;
        readonly missingBytes: number;
        readonly secondOffset: number;
      };
    }
  | { readonly kind: 'full'; readonly code: 'syncNeverSynced'; readonly params: Readonly<Record<string, never>> }
  | {
      readonly kind: 'full';
      readonly code: 'syncOtherHistory';
      readonly params: { readonly askedId: string; readonly masterId: string };
    }
  | {
      readonly kind: 'full';
      readonly code: 'syncPastSecondOffset';
      readonly params: { readonly askedByte: number; readonly secondOffset: number };
    }
  | { readonly kind: 'full'; readonly code: 'syncNoBacklog'; readonly params: { readonly askedByte: number } }
  | {
      readonly kind: 'full';
      readonly code: 'syncBehindBacklog';
      /** `missingBytes`: written by the master, lacked by the replica, and no longer held. */
      readonly params: { readonly askedByte: number; readonly firstByte: number; readonly missingBytes: number };
    }
  | {
      readonly kind: 'full';
      readonly code: 'syncAheadOfBacklog';
      readonly params: { readonly askedByte: number; readonly endOffset: number };
    };

/**
 * Whether `asked` can be continued from.
 *
 * Worked example: id A, offset 300, backlog from byte 101 (histlen 200). Asked A 101 … A 301 continue (A 301 with
 * nothing to send); A 100 lacks byte 100, which is gone; A 302 would have a byte that was never written.
 * With previous { id: B, endByte: 150 }, B 150 continues, B 151 is past what A and B share.
 */
export function decide(asked: Asked, history: History, backlog: BacklogWindow | null): Decision {
  if (asked.id === '?') return { kind: 'full', code: 'syncNeverSynced', params: {} };
  const askedByte = asked.byte;
  const previous = history.previous;
  const isCurrent = sameId(asked.id, history.id);
  if (!isCurrent) {
    if (previous === null || !sameId(asked.id, previous.id)) {
      return { kind: 'full', code: 'syncOtherHistory', params: { askedId: asked.id, masterId: history.id } };
    }
    if (askedByte > previous.endByte) {
      return { kind: 'full', code: 'syncPastSecondOffset', params: { askedByte, secondOffset: previous.endByte } };
    }
  }
  if (backlog === null) return { kind: 'full', code: 'syncNoBacklog', params: { askedByte } };
  const { firstByte, histlenBytes } = backlog;
  if (askedByte < firstByte) {
    const missingBytes = firstByte - askedByte;
    return { kind: 'full', code: 'syncBehindBacklog', params: { askedByte, firstByte, missingBytes } };
  }
  const nextByte = firstByte + histlenBytes;
  if (askedByte > nextByte) {
    return { kind: 'full', code: 'syncAheadOfBacklog', params: { askedByte, endOffset: nextByte - 1 } };
  }
  const missingBytes = nextByte - askedByte;
  if (isCurrent || previous === null) {
    return { kind: 'continue', code: 'syncContinues', params: { askedByte, firstByte, missingBytes } };
  }
  const params = { askedByte, firstByte, missingBytes, secondOffset: previous.endByte };
  return { kind: 'continue', code: 'syncContinuesBySecondId', params };
}

/** The decision in the words of Redis's own log; more than one line where Redis warns as well. */
export function describeDecision(
  decision: Decision,
  asked: Asked,
  history: History,
  replicaName: string,
): readonly { readonly level: LogLevel; readonly text: string }[] {
  const notice = (text: string) => ({ level: 'notice', text }) as const;
  const ids = `my replication IDs are '${history.id}' and '${history.previous?.id ?? noHistoryId}'`;
  const refused = 'Partial resynchronization not accepted:';
  const lacking = notice(
    `Unable to partial resync with replica ${replicaName} for lack of backlog (Replica request was: ${asked.byte}).`,
  );
  switch (decision.code) {
    case 'syncContinues':
    case 'syncContinuesBySecondId':
      return [
        notice(
          `Partial resynchronization request from ${replicaName} accepted. ` +
            `Sending ${decision.params.missingBytes} bytes of backlog starting from offset ${asked.byte}.`,
        ),
      ];
    case 'syncNeverSynced':
      return [notice(`Full resync requested by replica ${replicaName}`)];
    case 'syncOtherHistory':
      return [notice(`${refused} Replication ID mismatch (Replica asked for '${asked.id}', ${ids})`)];
    case 'syncPastSecondOffset':
      return [
        notice(
          `${refused} Requested offset for second ID was ${asked.byte}, ` +
            `but I can reply up to ${decision.params.secondOffset}`,
        ),
      ];
    case 'syncNoBacklog':
    case 'syncBehindBacklog':
      return asked.byte > history.offset ? [lacking, aheadWarning(replicaName)] : [lacking];
    case 'syncAheadOfBacklog':
      return [lacking, aheadWarning(replicaName)];
  }
}

function aheadWarning(replicaName: string): { readonly level: LogLevel; readonly text: string } {
  return {
    level: 'warning',
    text:
      `Warning: replica ${replicaName} tried to PSYNC with an offset ` +
      'that is greater than the master replication offset.',
  };
}

function sameId(one: string, other: string): boolean {
  return one.toLowerCase() === other.toLowerCase();
}

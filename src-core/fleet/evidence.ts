// Looks at both ends of a link after an act and says by the servers' own counters what happened.
import { setTimeout as delay } from 'node:timers/promises';
import type { SyncCounters } from '../contract/views.ts';
import type { Member } from './member.ts';
import type { Observer } from './observer.ts';

const lookIntervalMs = 100;
/** A sync that takes longer goes on; the act then says what it saw so far. Redis itself may wait 5 s before it begins. */
const watchSyncMaxMs = 8000;
const watchPromotionMaxMs = 2000;

/** The counters of a link's master before an act, to be compared with those after it. */
export interface EvidenceBase {
  readonly counters: SyncCounters | null;
  readonly replicationId: string | null;
}

export function evidenceBase(member: Member | null): EvidenceBase {
  return { counters: member?.reading?.counters ?? null, replicationId: member?.reading?.replicationId ?? null };
}

export interface Evidence {
  readonly ok: boolean;
  readonly answer: string;
}

/** Until the link streams and the master has counted it, or the bound is reached. */
export async function watchSync(
  observer: Observer,
  replica: Member,
  master: Member | null,
  before: EvidenceBase,
): Promise<Evidence> {
  const isDone = () => replica.reading?.link?.up === true && (!master || hasCounted(before, master));
  await lookUntil(observer, master ? [replica, master] : [replica], isDone, watchSyncMaxMs);
  const link = replica.reading?.link;
  const state = link?.up ? 'master_link_status:up' : `master_link_status:down (${link?.roleState ?? 'no link'})`;
  const counters = master ? describeCounters(before.counters, master.reading?.counters ?? null) : '';
  return { ok: true, answer: [counters, state].filter(Boolean).join('; ') };
}

/** Until the node says that it is a master. */
export async function watchPromotion(observer: Observer, member: Member, before: EvidenceBase): Promise<Evidence> {
  const isMaster = () => member.reading?.role === 'master';
  await lookUntil(observer, [member], isMaster, watchPromotionMaxMs);
  const id = member.reading?.replicationId ?? '?';
  const changed = before.replicationId === null ? id : `${before.replicationId} → ${id}`;
  return { ok: isMaster(), answer: `role:${member.reading?.role ?? 'unknown'}; master_replid ${changed}` };
}

async function lookUntil(
  observer: Observer,
  members: readonly Member[],
  holds: () => boolean,
  timeoutMs: number,
): Promise<void> {
  const endsAtMs = Date.now() + timeoutMs;
  do {
    await delay(lookIntervalMs);
    await Promise.all(members.map((member) => observer.look(member)));
  } while (!holds() && Date.now() < endsAtMs);
}

function hasCounted(before: EvidenceBase, master: Member): boolean {
  const now = master.reading?.counters;
  if (!before.counters || !now) return true;
  return now.full > before.counters.full || now.partialOk > before.counters.partialOk;
}

function describeCounters(before: SyncCounters | null, now: SyncCounters | null): string {
  const row = (name: string, pick: (counters: SyncCounters) => number) =>
    `${name} ${before ? pick(before) : '?'} → ${now ? pick(now) : '?'}`;
  return [
    row('sync_full', ({ full }) => full),
    row('sync_partial_ok', ({ partialOk }) => partialOk),
    row('sync_partial_err', ({ partialErr }) => partialErr),
  ].join(', ');
}

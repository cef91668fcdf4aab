// Points replicas to relays and back, each time with a line in the journal before and after.
import { randomUUID } from 'node:crypto';
import { userInfo } from 'node:os';
import type { FaultEntry } from '../audit/fault-entry.ts';
import type { Journal } from '../audit/journal.ts';
import { FailureError, toFailure } from '../contract/failure-error.ts';
import type { Address } from '../contract/places.ts';
import type { Member } from '../fleet/observing/member.ts';

interface FaultChange {
  readonly member: Member;
  readonly relay: Address;
  readonly master: Address;
  readonly change: FaultEntry['change'];
  /** What is sent to the replica; null where only the relay is told. */
  readonly words: readonly string[] | null;
}

/** Runs when the change is on the disk, and writes how it ended. @throws what `run` throws */
export async function journalFault(journal: Journal, told: FaultChange, run: () => Promise<void>): Promise<void> {
  const { member, relay, master, change, words } = told;
  const entry = {
    kind: 'fault',
    runId: randomUUID(),
    who: userInfo().username,
    replica: member.node.name,
    address: member.address,
    replicaRunId: member.reading?.runId ?? '',
    relay,
    master,
    change,
    command: words?.join(' ') ?? null,
  } as const;
  await journal.append({ ...entry, atMs: Date.now(), state: 'begun', failure: null });
  const failure = await run().then(
    () => null,
    (error: unknown) => error,
  );
  await journal.append({
    ...entry,
    atMs: Date.now(),
    state: 'ended',
    failure: failure === null ? null : toFailure(failure),
  });
  if (failure !== null) throw failure;
}

export function replicaOf({ host, port }: Address): readonly string[] {
  return ['REPLICAOF', host, String(port)];
}

/** @throws FailureError commandRefused, readOnlyMode, nodeNotConnected */
export async function send(member: Member, words: readonly string[]): Promise<void> {
  const [reply] = await member.node.execute([words]);
  if (typeof reply !== 'object' || reply === null || !('error' in reply)) return;
  throw new FailureError('commandRefused', { name: member.node.name, command: words.join(' '), answer: reply.error });
}

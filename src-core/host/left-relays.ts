// Points replicas back to their masters that a killed Syncline left following a relay of its own.
import type { Journal } from '../audit/journal.ts';
import { findLeftRelays, type LeftRelay } from '../audit/left-relays.ts';
import type { Disposable } from '../base/lifecycle.ts';
import { toFailure } from '../contract/failure-error.ts';
import type { LeftRelayOutcome, LeftRelayView } from '../contract/surroundings.ts';
import type { Fleet } from '../fleet/fleet.ts';
import type { Member } from '../fleet/observing/member.ts';
import { isAddressOf, sameAddress } from '../fleet/observing/topology.ts';
import { isListening } from '../lab/is-listening.ts';
import type { ReadOnlyGate } from './read-only.ts';
import { journalFault, replicaOf, send } from './repoint.ts';

export class LeftRelays implements AsyncDisposable {
  readonly #fleet: Fleet;
  readonly #journal: Journal;
  readonly #gate: ReadOnlyGate;
  readonly #watching: Disposable;
  readonly #views = new Map<LeftRelay, LeftRelayView>();
  readonly #calls = new Map<LeftRelay, Promise<void>>();
  #left: readonly LeftRelay[] = [];

  constructor(fleet: Fleet, journal: Journal, gate: ReadOnlyGate) {
    this.#fleet = fleet;
    this.#journal = journal;
    this.#gate = gate;
    fleet.leftRelays = () => [...this.#views.values()];
    this.#watching = fleet.changes.on(() => this.#tendAll());
    // A journal that cannot be read names none; whoever writes to it or opens it is told why.
    void this.#recall().catch(() => {});
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#watching.dispose();
    await Promise.all(this.#calls.values());
  }

  async #recall(): Promise<void> {
    const { entries } = await this.#journal.read();
    this.#left = findLeftRelays(entries);
    this.#tendAll();
  }

  #tendAll(): void {
    for (const left of this.#left) {
      const member = this.#fleet.members.find((one) => isLeftBehind(one, left));
      if (!member || this.#calls.has(left)) continue;
      const call = this.#tend(member, left).finally(() => this.#calls.delete(left));
      this.#calls.set(left, call);
    }
  }

  async #tend(member: Member, left: LeftRelay): Promise<void> {
    // Whoever listens there is another Syncline with its relay, or a server that took the port: not ours to judge.
    if (await isListening(left.relay)) return this.#settle(left);
    const hindrance = this.#hindrance(member);
    if (hindrance) return this.#tell(member, left, hindrance);
    await this.#fleet.observer.look(member);
    if (!isLeftBehind(member, left)) return;
    this.#settle(left);
    this.#tell(member, left, await this.#pointBack(member, left));
  }

  /** What nobody asked for is done to no server in production, and to none while changes are forbidden. */
  #hindrance(member: Member): LeftRelayOutcome | null {
    if (member.node.environment === 'prod') return { kind: 'production' };
    return this.#gate.isOn ? { kind: 'readOnly' } : null;
  }

  async #pointBack(member: Member, { relay, master }: LeftRelay): Promise<LeftRelayOutcome> {
    const words = replicaOf(master);
    try {
      await journalFault(this.#journal, { member, relay, master, change: { kind: 'clear' }, words }, () =>
        send(member, words),
      );
      this.#fleet.observer.nudge(member);
      return { kind: 'mended' };
    } catch (error) {
      return { kind: 'refused', failure: toFailure(error) };
    }
  }

  #settle(left: LeftRelay): void {
    this.#left = this.#left.filter((other) => other !== left);
  }

  #tell(member: Member, left: LeftRelay, outcome: LeftRelayOutcome): void {
    const { relay, master } = left;
    this.#views.set(left, { nodeId: member.id, name: member.node.name, relay, master, outcome });
    this.#fleet.publish();
  }
}

/** The replica of the journal, in person or at its address, and still waiting for the relay. */
function isLeftBehind(member: Member, left: LeftRelay): boolean {
  const { reading, relay } = member;
  if (member.lifecycle.kind !== 'running' || relay !== null || !reading?.link || reading.link.up) return false;
  const isThatReplica = reading.runId === left.replicaRunId || isAddressOf(member, left.address);
  return isThatReplica && sameAddress(reading.link.masterAddress, left.relay);
}

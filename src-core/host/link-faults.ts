// Puts links of the fleet through relays, lets these do what was asked for, and takes them off again.
import { setTimeout as delay } from 'node:timers/promises';
import type { FaultEntry } from '../audit/fault-entry.ts';
import type { Journal } from '../audit/journal.ts';
import type { Disposable } from '../base/lifecycle.ts';
import { FailureError } from '../contract/failure-error.ts';
import type { Fault, RelayView } from '../contract/faults.ts';
import type { Address, NodeId } from '../contract/places.ts';
import type { Fleet } from '../fleet/fleet.ts';
import type { Member } from '../fleet/observing/member.ts';
import { findMaster, isLoopback } from '../fleet/observing/topology.ts';
import { Relay } from '../lab/relay.ts';
import type { ReadOnlyGate } from './read-only.ts';
import { journalFault, replicaOf, send } from './repoint.ts';

/** A fault is set when the link streams through its relay, or after so long all the same. */
const streamWaitMaxMs = 8000;
const lookIntervalMs = 50;
/** A replica that became a master may come back: a full resync makes it one for a moment. */
const abandonAfterMs = 5000;
/** What a node gets to answer when everything ends. */
const closeWaitMaxMs = 2000;

interface RelayedLink {
  readonly nodeId: NodeId;
  readonly relay: Relay;
  readonly listener: Disposable;
  /** The replica was seen following the relay. */
  isConfirmed: boolean;
  /** Since when the node is seen without any master. */
  masterSinceMs: number | null;
}

type Change = FaultEntry['change'];

export class LinkFaults implements AsyncDisposable {
  readonly #fleet: Fleet;
  readonly #journal: Journal;
  readonly #gate: ReadOnlyGate;
  readonly #links = new Map<NodeId, RelayedLink>();
  /** One call at a time for each link: two would lay two relays. */
  readonly #calls = new Map<NodeId, Promise<unknown>>();
  readonly #watching: Disposable;

  constructor(fleet: Fleet, journal: Journal, gate: ReadOnlyGate) {
    this.#fleet = fleet;
    this.#journal = journal;
    this.#gate = gate;
    this.#watching = fleet.changes.on(() => this.#dropAbandoned());
  }

  /**
   * Puts the link through a relay where it is not yet, and sets the fault; null passes everything on.
   * @throws FailureError nodeUnknown, nodeNotRunning, nodeNotConnected, notAReplica, clusterMode, faultsForbidden,
   *   relayOutOfReach, readOnlyMode, commandRefused
   */
  fault(nodeId: NodeId, fault: Fault | null): Promise<RelayView> {
    return this.#inTurn(nodeId, () => this.#fault(nodeId, fault));
  }

  /** Points the replica to its master again and removes the relay. @throws FailureError where it cannot be asked */
  clear(nodeId: NodeId): Promise<void> {
    return this.#inTurn(nodeId, async () => {
      const link = this.#links.get(nodeId);
      if (link) await this.#takeOff(link);
    });
  }

  /** Takes every relay off; what does not answer in time is left pointing to an address where nobody listens. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#watching.dispose();
    const links = [...this.#links.values()];
    // What we did to a server we undo, though a person may have forbidden changes since: nobody else would.
    if (links.length > 0) this.#gate.isOn = false;
    const enough = new AbortController();
    const bound = delay(closeWaitMaxMs, undefined, { signal: enough.signal }).catch(() => {}); // ended early
    await Promise.race([Promise.all(links.map((link) => this.#takeOff(link).catch(() => {}))), bound]);
    enough.abort();
    await Promise.all([...this.#links.values()].map((link) => this.#remove(link)));
  }

  async #fault(nodeId: NodeId, fault: Fault | null): Promise<RelayView> {
    const member = this.#fleet.member(nodeId);
    await this.#fleet.observer.look(member);
    const target = this.#check(member);
    this.#gate.mayExecute([replicaOf(target)]);
    const link = this.#links.get(nodeId);
    const change: Change = { kind: 'fault', fault };
    if (link && member.isThroughRelay) {
      const told = { member, relay: link.relay.address, master: target, change, words: null };
      await journalFault(this.#journal, told, async () => setFault(link.relay, fault));
    } else {
      if (link) await this.#remove(link);
      const relay = await Relay.open(target);
      const words = replicaOf(relay.address);
      const told = { member, relay: relay.address, master: target, change, words };
      await journalFault(this.#journal, told, async () => {
        await this.#layOn(member, relay, words);
        setFault(relay, fault);
      });
    }
    this.#fleet.publish();
    const { relay } = this.#links.get(nodeId) ?? {};
    if (!relay) throw new FailureError('notAReplica', { name: member.node.name });
    return { address: relay.address, ...relay.view };
  }

  /** @returns where the master is */
  #check(member: Member): Address {
    const { node, reading } = member;
    const { name } = node;
    if (member.lifecycle.kind !== 'running' || !reading) {
      throw new FailureError(node.kind === 'embedded' ? 'nodeNotRunning' : 'nodeNotConnected', { name });
    }
    if (reading.server.mode === 'cluster') throw new FailureError('clusterMode', { name });
    if (!reading.link) throw new FailureError('notAReplica', { name });
    const master = findMaster(member, this.#fleet.members);
    const inProduction = [member, master].find((one) => one?.node.environment === 'prod');
    if (inProduction) throw new FailureError('faultsForbidden', { name: inProduction.node.name });
    // The relay listens on loopback only, and is opened to no other machine.
    const { host } = node.address;
    if (!isLoopback(host)) throw new FailureError('relayOutOfReach', { name, host });
    return reading.link.masterAddress;
  }

  /** Re-points the replica to the relay, and waits until the link streams through it. */
  async #layOn(member: Member, relay: Relay, words: readonly string[]): Promise<void> {
    const listener = relay.changed.on(() => this.#fleet.observer.nudge(member));
    const link: RelayedLink = { nodeId: member.id, relay, listener, isConfirmed: false, masterSinceMs: null };
    this.#links.set(member.id, link);
    member.relay = relay;
    try {
      await send(member, words);
    } catch (error) {
      await this.#remove(link);
      throw error;
    }
    await this.#lookUntil(member, () => member.isThroughRelay && member.reading?.link?.up === true);
    link.isConfirmed = member.isThroughRelay;
  }

  async #takeOff(link: RelayedLink): Promise<void> {
    const member = this.#fleet.members.find(({ id }) => id === link.nodeId);
    if (!member) return this.#remove(link);
    const { target: master, address: relay } = link.relay;
    const isOurs = member.isThroughRelay && member.node.lifecycle.kind === 'running';
    const words = isOurs ? replicaOf(master) : null;
    await journalFault(this.#journal, { member, relay, master, change: { kind: 'clear' }, words }, async () => {
      link.relay.clear();
      if (words) {
        await send(member, words);
        await this.#lookUntil(member, () => !member.isThroughRelay);
      }
      await this.#remove(link);
    });
    this.#fleet.publish();
  }

  async #remove(link: RelayedLink): Promise<void> {
    if (this.#links.get(link.nodeId) === link) this.#links.delete(link.nodeId);
    link.listener.dispose();
    const member = this.#fleet.members.find(({ id }) => id === link.nodeId);
    if (member?.relay === link.relay) member.relay = null;
    await link.relay[Symbol.asyncDispose]();
  }

  /** A replica that follows somebody else by now, that became a master, or that is no longer in the fleet. */
  #dropAbandoned(): void {
    for (const link of [...this.#links.values()]) {
      const member = this.#fleet.members.find(({ id }) => id === link.nodeId);
      if (member && !this.#isAbandoned(link, member)) continue;
      void this.#inTurn(link.nodeId, () => this.#remove(link));
    }
  }

  #isAbandoned(link: RelayedLink, { reading, isThroughRelay }: Member): boolean {
    if (!link.isConfirmed || !reading) return false;
    if (isThroughRelay) link.masterSinceMs = null;
    else if (reading.link) return true;
    else link.masterSinceMs ??= Date.now();
    return link.masterSinceMs !== null && Date.now() - link.masterSinceMs > abandonAfterMs;
  }

  async #lookUntil(member: Member, holds: () => boolean): Promise<void> {
    const endsAtMs = performance.now() + streamWaitMaxMs;
    for (;;) {
      await this.#fleet.observer.look(member);
      if (holds() || performance.now() > endsAtMs) return;
      await delay(lookIntervalMs);
    }
  }

  #inTurn<T>(nodeId: NodeId, run: () => Promise<T>): Promise<T> {
    const before = this.#calls.get(nodeId) ?? Promise.resolve();
    const call = before.then(run);
    const settled = call.catch(() => {}); // told to the caller; the next call goes ahead all the same
    this.#calls.set(nodeId, settled);
    void settled.then(() => {
      if (this.#calls.get(nodeId) === settled) this.#calls.delete(nodeId);
    });
    return call;
  }
}

function setFault(relay: Relay, fault: Fault | null): void {
  if (fault) relay.set(fault);
  else relay.clear();
}

// Takes in the servers that nodes and Sentinels speak of: each address once, each server once, whatever it is called.
import type { Disposable } from '../../base/lifecycle.ts';
import { FailureError, toFailure } from '../../contract/failure-error.ts';
import type { Address, NodeId } from '../../contract/places.ts';
import type { GhostTry } from '../../contract/surroundings.ts';
import type { Fleet } from '../fleet.ts';
import type { FleetNode } from '../observing/fleet-node.ts';
import { lookWholly } from '../observing/look.ts';
import type { Member } from '../observing/member.ts';
import type { NodeReading } from '../observing/reading.ts';
import { addressKey, isAddressOf } from '../observing/topology.ts';
import type { Told } from '../surroundings/words.ts';
import { type CandidateState, isReady, step } from './candidate-state.ts';

/** Addresses that are remembered at most; a fleet that tells of more is bigger than this console. */
const candidatesMax = 512;
/** Connections that are tried at one time. */
const triesAtOnceMax = 8;

/** What discovery needs of the host. */
export interface DiscoveryDoor {
  /** Opens a connection by the way and with the login of the guide. @throws FailureError */
  connect(address: Address, guide: Member): Promise<FleetNode>;
  /** A Sentinel answered where a node was expected. */
  addSentinel(node: FleetNode): void;
  /** Nodes in the whole fleet at most. */
  readonly nodesMax: number;
}

export class Discovery implements Disposable {
  readonly #fleet: Fleet;
  readonly #door: DiscoveryDoor;
  readonly #candidates = new Map<string, CandidateState>();
  readonly #listening: Disposable;
  #tries = 0;
  #disposed = false;

  constructor(fleet: Fleet, door: DiscoveryDoor) {
    this.#fleet = fleet;
    this.#door = door;
    this.#listening = fleet.told.on((words) => this.#consider(words));
    fleet.attemptOf = (address) => this.attemptOf(address);
  }

  /** How far it came with an address. */
  attemptOf(address: Address): GhostTry {
    const state = this.#candidates.get(addressKey(address));
    if (state?.kind === 'trying') return { kind: 'trying' };
    if (state?.kind !== 'failed') return { kind: 'notTried' };
    const waitMs = Math.max(0, state.retryAtMs - performance.now());
    return { kind: 'failed', failure: state.failure, nextTryAtMs: Math.round(Date.now() + waitMs) };
  }

  /** A person connected or took away a node by hand: what was thought of its address no longer holds. */
  reconsider(address: Address): void {
    this.#candidates.delete(addressKey(address));
  }

  dispose(): void {
    this.#disposed = true;
    this.#listening.dispose();
  }

  #consider(words: readonly Told[]): void {
    this.#noticeLeavers();
    const nowMs = performance.now();
    for (const word of words) {
      if (!word.guide.node.servesFound || !word.isWorthTrying || this.#tries >= triesAtOnceMax) continue;
      const key = addressKey(word.address);
      const state = this.#candidates.get(key) ?? { kind: 'told', tries: 0 };
      if (!this.#candidates.has(key) && this.#candidates.size >= candidatesMax) continue;
      if (isReady(state, nowMs)) void this.#try(key, step(state, { kind: 'try' }), word);
    }
  }

  /** Nodes that were taken away since: discovered ones stay away, other names of them are free again. */
  #noticeLeavers(): void {
    const here = new Set<NodeId>(this.#fleet.members.map(({ id }) => id));
    for (const [key, state] of this.#candidates) {
      if ('nodeId' in state && !here.has(state.nodeId)) this.#candidates.set(key, step(state, { kind: 'nodeLeft' }));
    }
  }

  async #try(key: string, trying: CandidateState, { address, guide }: Told): Promise<void> {
    this.#candidates.set(key, trying);
    this.#tries++;
    let node: FleetNode | null = null;
    try {
      if (this.#fleet.members.length >= this.#door.nodesMax) {
        throw new FailureError('tooManyNodes', { limit: this.#door.nodesMax });
      }
      node = await this.#door.connect(address, guide);
      const { reading } = await lookWholly(node, null, Number.POSITIVE_INFINITY);
      if (this.#disposed) node.dispose();
      else this.#candidates.set(key, this.#settle(trying, node, reading, address));
    } catch (error) {
      node?.dispose();
      this.#candidates.set(key, step(trying, { kind: 'fail', failure: toFailure(error), nowMs: performance.now() }));
    } finally {
      this.#tries--;
    }
  }

  /** Decided and done in one turn: two names of one server, tried at one time, cannot both become a node. */
  #settle(trying: CandidateState, node: FleetNode, reading: NodeReading, address: Address): CandidateState {
    const same = this.#fleet.members.find(
      (member) =>
        (reading.runId !== '' && member.reading?.runId === reading.runId) || isAddressOf(member, node.address),
    );
    if (same) {
      node.dispose();
      same.alsoAt(address);
      this.#fleet.publish();
      return step(trying, { kind: 'match', nodeId: same.id });
    }
    if (reading.server.mode === 'sentinel') {
      this.#door.addSentinel(node);
      return { kind: 'dismissed' };
    }
    const member = this.#fleet.add(node);
    member.alsoAt(address);
    member.take(reading);
    this.#fleet.publish();
    return step(trying, { kind: 'join', nodeId: member.id });
  }
}

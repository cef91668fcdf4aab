// Finds the Sentinels of the fleet: through the channel on which they greet each other, and through one another.
import type { Disposable } from '../../base/lifecycle.ts';
import { toFailure } from '../../contract/failure-error.ts';
import type { Address } from '../../contract/places.ts';
import type { RemoteServer } from '../../remote/remote-server.ts';
import { helloChannel, parseHello } from '../../remote/sentinel.ts';
import { reachable } from '../../remote/way.ts';
import type { Fleet } from '../fleet.ts';
import { openServer } from '../node-keeper.ts';
import { RemoteFleetNode } from '../observing/fleet-node.ts';
import type { Member } from '../observing/member.ts';
import { addressKey } from '../observing/topology.ts';
import { SentinelNode } from '../surroundings/sentinel-node.ts';
import { sentinelsMax } from '../surroundings/sentinels.ts';
import { type CandidateState, isReady, step } from './candidate-state.ts';

/** Sentinels greet every two seconds. */
const hearMs = 2500;
/** Between two times of listening at one node while its Sentinels are not all known. */
const hearAgainMs = 60_000;
/** Nodes that are listened to at one time. */
const hearAtOnceMax = 4;

/** Whoever told of a Sentinel: it is reached and logged in to in the same way. */
type Entry = Pick<RemoteFleetNode, 'server' | 'servesFound' | 'environment'>;

export class SentinelFinder implements Disposable {
  readonly #fleet: Fleet;
  readonly #candidates = new Map<string, CandidateState>();
  readonly #heardAtMs = new WeakMap<Member, number>();
  readonly #listening: readonly Disposable[];
  #hearing = 0;
  #disposed = false;

  constructor(fleet: Fleet) {
    this.#fleet = fleet;
    this.#listening = [
      fleet.told.on(() => this.#listenWhereNeeded()),
      fleet.sentinels.told.on((words) => {
        for (const { address, id, teller } of words) this.#consider(address, id, teller);
      }),
    ];
  }

  dispose(): void {
    this.#disposed = true;
    for (const listening of this.#listening) listening.dispose();
  }

  #listenWhereNeeded(): void {
    const nowMs = performance.now();
    for (const member of this.#fleet.members) {
      if (this.#hearing >= hearAtOnceMax) return;
      if (
        !this.#isWorthHearing(member) ||
        nowMs - (this.#heardAtMs.get(member) ?? Number.NEGATIVE_INFINITY) < hearAgainMs
      ) {
        continue;
      }
      this.#heardAtMs.set(member, nowMs);
      void this.#hear(member);
    }
  }

  /** One node of a tree is enough; where its listeners may not be counted, it is listened to once. */
  #isWorthHearing(member: Member): boolean {
    const { node, reading } = member;
    if (!(node instanceof RemoteFleetNode) || !node.servesFound || node.lifecycle.kind !== 'running' || !reading)
      return false;
    if (reading.role !== 'master' && reading.link?.up) return false;
    if (reading.sentinelListeners === null) return !this.#heardAtMs.has(member);
    return reading.sentinelListeners > this.#fleet.sentinels.watching(member).length;
  }

  async #hear(member: Member): Promise<void> {
    const { node } = member;
    if (!(node instanceof RemoteFleetNode)) return;
    this.#hearing++;
    try {
      for (const text of await node.server.hear(helloChannel, hearMs)) {
        const hello = parseHello(text);
        if (hello) this.#consider(hello.address, hello.runId, node);
      }
    } catch {
      // Not permitted, or gone: Sentinels are then found through their own address only.
    } finally {
      this.#hearing--;
    }
  }

  #consider(address: Address, id: string, like: Entry): void {
    if (this.#disposed || this.#fleet.sentinels.has(address, id)) return;
    const key = addressKey(address);
    const state = this.#candidates.get(key) ?? { kind: 'told', tries: 0 };
    if (!this.#candidates.has(key) && this.#candidates.size >= sentinelsMax) return;
    if (isReady(state, performance.now())) void this.#try(key, step(state, { kind: 'try' }), address, like);
  }

  async #try(key: string, trying: CandidateState, { host, port }: Address, like: Entry): Promise<void> {
    this.#candidates.set(key, trying);
    try {
      const server = await openSentinel({ host, port }, like);
      if (this.#disposed) server.dispose();
      else this.#fleet.sentinels.add(new SentinelNode(server, like));
      this.#candidates.delete(key);
    } catch (error) {
      this.#candidates.set(key, step(trying, { kind: 'fail', failure: toFailure(error), nowMs: performance.now() }));
    }
  }
}

/** With the login of the teller; a Sentinel that does not know it may let everybody in. @throws FailureError */
async function openSentinel(told: Address, { server: { address, way } }: Entry): Promise<RemoteServer> {
  const known = { ...address, ...reachable(told, way) };
  try {
    return await openServer(known, way);
  } catch (error) {
    if (toFailure(error).code !== 'authRejected') throw error;
    return openServer({ ...known, username: null, password: null }, way);
  }
}

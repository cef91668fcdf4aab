// All nodes as one thing: what was seen of them as views, series and marks, and what changed since the last time.
import { type Disposable, Emitter } from '../base/lifecycle.ts';
import { FailureError } from '../contract/failure-error.ts';
import type { Address, NodeId } from '../contract/places.ts';
import { marksMax, observeIntervalMs } from '../contract/settings.ts';
import type { GhostTry, GhostView, LeftRelayView, Surroundings } from '../contract/surroundings.ts';
import type { Mark, NodeView, SeriesPoint } from '../contract/views.ts';
import { AgeProbe } from './observing/age-probe.ts';
import type { FleetNode } from './observing/fleet-node.ts';
import { findMarks, type MarkSource } from './observing/marks.ts';
import { Member } from './observing/member.ts';
import { Observer } from './observing/observer.ts';
import { Relations } from './observing/relations.ts';
import { Ring } from './observing/ring.ts';
import { addressKey, isAddressOf } from './observing/topology.ts';
import { Ghosts } from './surroundings/ghosts.ts';
import { Sentinels } from './surroundings/sentinels.ts';
import { gatherWords, type Told } from './surroundings/words.ts';
import { toNodeView, toSeriesPoint } from './views.ts';

/** What one round of looks changed. */
export interface FleetChange {
  readonly changed: readonly NodeView[];
  readonly removed: readonly NodeId[];
  readonly samples: Readonly<Record<NodeId, SeriesPoint>>;
  readonly marks: readonly Mark[];
  /** Null where they are as they were. */
  readonly surroundings: Surroundings | null;
}

/** Of a member, what was published of it. */
interface Published {
  view: NodeView;
  text: string;
  source: MarkSource;
  sampledAtMs: number;
}

export class Fleet implements Disposable {
  readonly changes = new Emitter<FleetChange>();
  /** All that is said of servers that are no nodes here, after each round of looks. */
  readonly told = new Emitter<readonly Told[]>();
  readonly observer: Observer;
  readonly sentinels: Sentinels;
  /** Off until a person switches it on. */
  readonly probe = new AgeProbe(() => this.#members);
  /** How far discovery came with an address; whoever discovers says so here. */
  attemptOf: (address: Address) => GhostTry = () => ({ kind: 'notTried' });
  /** Replicas that an earlier Syncline left behind; whoever mends that says so here. */
  leftRelays: () => readonly LeftRelayView[] = () => [];
  readonly #ghosts = new Ghosts();
  #surroundings = '';
  readonly #members: Member[] = [];
  readonly #published = new Map<NodeId, Published>();
  #removed: NodeId[] = [];
  readonly #marks = new Ring<Mark>(marksMax);

  constructor() {
    this.observer = new Observer(
      () => this.#members,
      () => this.publish(),
    );
    this.sentinels = new Sentinels(() => this.publish());
  }

  get members(): readonly Member[] {
    return this.#members;
  }

  /** @throws FailureError nodeUnknown */
  member(id: NodeId): Member {
    const member = this.#members.find((candidate) => candidate.id === id);
    if (!member) throw new FailureError('nodeUnknown', { nodeId: id });
    return member;
  }

  /** The node is owned by the fleet from now on, and looked at. */
  add(node: FleetNode): Member {
    const member = new Member(node);
    this.#members.push(member);
    node.changed.on(() => this.observer.nudge(member));
    this.publish();
    return member;
  }

  remove(id: NodeId): void {
    const member = this.member(id);
    this.#members.splice(this.#members.indexOf(member), 1);
    this.#published.delete(id);
    this.#removed.push(id);
    for (const address of [member.address, ...member.otherAddresses]) this.forgetGhost(address);
    member.node.dispose();
    this.publish();
  }

  /** A person does not want to see this server any more; it comes back when somebody speaks of it again. */
  forgetGhost(address: Address): void {
    this.#ghosts.forget(address, performance.now());
  }

  /** All that is known now, as a screen that comes in wants it. */
  snapshot(): {
    nodes: NodeView[];
    series: Record<NodeId, SeriesPoint[]>;
    marks: Mark[];
    surroundings: Surroundings;
  } {
    const relations = new Relations(this.#members);
    return {
      nodes: this.#members.map((member) => toNodeView(member, this.#members, relations)),
      series: Object.fromEntries(this.#members.map((member) => [member.id, member.series.toArray()])),
      marks: this.#marks.toArray(),
      surroundings: this.#toSurroundings(),
    };
  }

  /** Compares with what was published last, and tells what is new. Silent when nothing is. */
  publish(): void {
    const atMs = Date.now();
    this.sentinels.supervise(this.#members);
    this.#listenToWords(atMs);
    const relations = new Relations(this.#members);
    const changed: NodeView[] = [];
    const samples: Record<NodeId, SeriesPoint> = {};
    const marks: Mark[] = [];
    for (const member of this.#members) {
      const view = toNodeView(member, this.#members, relations);
      const before = this.#published.get(member.id);
      const text = JSON.stringify(view);
      const source = toMarkSource(member);
      if (text !== before?.text) changed.push(view);
      if (before) marks.push(...findMarks(before.source, source).map((kind) => ({ atMs, nodeId: member.id, kind })));
      const isDue = !before || atMs - before.sampledAtMs >= observeIntervalMs * 0.9;
      if (isDue && member.reading) samples[member.id] = toSeriesPoint(view, atMs);
      const sampledAtMs = isDue ? atMs : before.sampledAtMs;
      this.#published.set(member.id, { view, text, source, sampledAtMs });
    }
    for (const [id, point] of Object.entries(samples)) this.member(id).series.push(point);
    for (const mark of marks) this.#marks.push(mark);
    const removed = this.#removed;
    this.#removed = [];
    const surroundings = this.#changedSurroundings();
    const isNews =
      changed.length > 0 ||
      removed.length > 0 ||
      marks.length > 0 ||
      surroundings !== null ||
      Object.keys(samples).length > 0;
    if (isNews) this.changes.emit({ changed, removed, samples, marks, surroundings });
  }

  dispose(): void {
    this.observer.dispose();
    this.sentinels.dispose();
    this.probe.dispose();
    this.told.dispose();
    this.changes.dispose();
    for (const { node } of this.#members) node.dispose();
    this.#members.length = 0;
  }

  #listenToWords(atMs: number): void {
    const words = gatherWords(this.#members, this.sentinels.all);
    const isNode = (address: Address) => this.#members.some((member) => isAddressOf(member, address));
    this.#ghosts.update(words, isNode, atMs, performance.now());
    this.told.emit(words);
  }

  #toSurroundings(): Surroundings {
    const ghosts: GhostView[] = this.#ghosts.all.map(({ address, role, masterId, saidBy, lastSeenAtMs }) => ({
      id: `ghost:${addressKey(address)}`,
      address,
      role,
      masterId,
      saidBy,
      lastSeenAtMs,
      attempt: this.attemptOf(address),
    }));
    return {
      ghosts,
      sentinels: this.sentinels.views(this.#members),
      observing: { ...this.observer.cost, isProbing: this.probe.isOn },
      leftRelays: this.leftRelays(),
    };
  }

  #changedSurroundings(): Surroundings | null {
    const surroundings = this.#toSurroundings();
    const text = JSON.stringify(surroundings);
    if (text === this.#surroundings) return null;
    this.#surroundings = text;
    return surroundings;
  }
}

function toMarkSource({ node, reading }: Member): MarkSource {
  return { lifecycle: node.lifecycle.kind, hasLoad: node.workload !== null, reading };
}

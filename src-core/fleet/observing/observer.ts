// Looks at every node again and again, each for itself: a node that hangs delays nobody.
import type { Disposable } from '../../base/lifecycle.ts';
import { toFailure } from '../../contract/failure-error.ts';
import { observeDuringActIntervalMs, observeIntervalMs } from '../../contract/settings.ts';
import { type HostCost, HostLoad } from './host-load.ts';
import { lookQuickly, lookWholly } from './look.ts';
import type { Member } from './member.ts';
import { Pace } from './pace.ts';
import { withMasters } from './topology.ts';

/** The pace while nobody watches. */
const unwatchedIntervalMs = 10_000;
/** Nodes that answered by then are published together, so that offsets of one instant are compared. */
const publishAfterMs = 200;
/** After an act or a sync the quick pace goes on for so long, to see its end. */
const hurryLingersMs = 4000;
/** Looks that a node itself asks for (a step of a handshake) come at most this often. */
const nudgeGapMs = 60;
/** Between two whole looks at a node; between them only what moves is asked for. */
const wholeLookIntervalMs = 30_000;

/** What the observer remembers of a node. */
interface Watch {
  readonly pace: Pace;
  /** The node as it was when it was last nudged: a change means that another process may answer. */
  lifecycle: string;
  wholeLookAtMs: number;
  rightsAtMs: number;
  /** Acts that concern this node and run now. */
  hurries: number;
  hurryUntilMs: number;
}

export class Observer implements Disposable {
  readonly #members: () => readonly Member[];
  readonly #publish: () => void;
  readonly #looking = new Map<Member, Promise<void>>();
  readonly #watches = new WeakMap<Member, Watch>();
  readonly #load = new HostLoad();
  #watchers = 0;
  #timer: NodeJS.Timeout | null = null;
  readonly #nudged = new Set<Member>();
  #nudgeTimer: NodeJS.Timeout | null = null;
  #disposed = false;

  /** @param publish is called after each round, when the readings of that round are in the members */
  constructor(members: () => readonly Member[], publish: () => void) {
    this.#members = members;
    this.#publish = publish;
  }

  /** Somebody watches until the answer is disposed. */
  watch(): Disposable {
    this.#watchers++;
    this.#schedule(0);
    return once(() => this.#watchers--);
  }

  /** An act runs on these nodes until the answer is disposed: they are read four times a second, and a while longer. */
  hurry(members: readonly Member[] = this.#members()): Disposable {
    const watches = members.map((member) => this.#watchOf(member));
    for (const watch of watches) watch.hurries++;
    this.#schedule(0);
    return once(() => {
      for (const watch of watches) {
        watch.hurries--;
        watch.hurryUntilMs = performance.now() + hurryLingersMs;
      }
    });
  }

  /** Something happened at this node: look at it and at its master now, and publish. */
  nudge(member: Member): void {
    if (this.#disposed) return;
    const watch = this.#watchOf(member);
    const lifecycle = member.node.lifecycle.kind;
    if (lifecycle !== watch.lifecycle) this.#doubt(watch, lifecycle);
    this.#nudged.add(member);
    this.#nudgeTimer ??= setTimeout(() => {
      this.#nudgeTimer = null;
      const members = withMasters([...this.#nudged], this.#members());
      this.#nudged.clear();
      void this.#lookAtAll(members);
    }, nudgeGapMs);
  }

  /** Reads a node now. What it tells replaces its reading; if it cannot be asked, the old reading grows stale. */
  look(member: Member): Promise<void> {
    if (member.node.lifecycle.kind !== 'running') return Promise.resolve();
    const looking = this.#looking.get(member) ?? this.#read(member).finally(() => this.#looking.delete(member));
    this.#looking.set(member, looking);
    return looking;
  }

  /** The same with everything that is else asked for at a slow pace: settings, memory, buffers. For a plan, say. */
  async lookClosely(member: Member): Promise<void> {
    await this.#looking.get(member);
    this.#watchOf(member).wholeLookAtMs = Number.NEGATIVE_INFINITY;
    await this.look(member);
  }

  /** What all this costs the host. */
  get cost(): HostCost {
    return this.#load.view;
  }

  dispose(): void {
    this.#disposed = true;
    if (this.#timer) clearTimeout(this.#timer);
    if (this.#nudgeTimer) clearTimeout(this.#nudgeTimer);
  }

  async #read(member: Member): Promise<void> {
    const watch = this.#watchOf(member);
    const startedAtMs = performance.now();
    const { reading } = member;
    const isWhole = reading === null || startedAtMs - watch.wholeLookAtMs >= wholeLookIntervalMs;
    try {
      const look = isWhole
        ? await lookWholly(member.node, reading, startedAtMs - watch.rightsAtMs)
        : await lookQuickly(member.node, reading);
      if (isWhole) watch.wholeLookAtMs = startedAtMs;
      if (look.reading.rights !== reading?.rights) watch.rightsAtMs = startedAtMs;
      // A master on a new history may be another process behind the same address.
      if (look.reading.replicationId !== reading?.replicationId && !isWhole)
        watch.wholeLookAtMs = Number.NEGATIVE_INFINITY;
      watch.pace.succeed(performance.now(), look.durationMs);
      this.#load.add(look.bytes);
      member.takeLook(look);
    } catch (error) {
      watch.pace.fail(performance.now());
      member.miss(toFailure(error), Date.now());
    }
  }

  #watchOf(member: Member): Watch {
    const known = this.#watches.get(member);
    if (known) return known;
    const fresh: Watch = {
      pace: new Pace(),
      lifecycle: member.node.lifecycle.kind,
      wholeLookAtMs: Number.NEGATIVE_INFINITY,
      rightsAtMs: Number.NEGATIVE_INFINITY,
      hurries: 0,
      hurryUntilMs: 0,
    };
    this.#watches.set(member, fresh);
    return fresh;
  }

  /** Another process may answer from now on, with other settings and rights. */
  #doubt(watch: Watch, lifecycle: string): void {
    watch.lifecycle = lifecycle;
    watch.wholeLookAtMs = Number.NEGATIVE_INFINITY;
    watch.rightsAtMs = Number.NEGATIVE_INFINITY;
    watch.pace.reset();
  }

  #intervalMs(watch: Watch, nowMs: number): number {
    return watch.hurries > 0 || nowMs < watch.hurryUntilMs ? observeDuringActIntervalMs : this.#calmIntervalMs;
  }

  get #calmIntervalMs(): number {
    return this.#watchers > 0 ? observeIntervalMs : unwatchedIntervalMs;
  }

  #schedule(delayMs: number): void {
    if (this.#disposed) return;
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#round(), delayMs);
  }

  /** Rounds come as often as the node that hurries most asks for; each takes the nodes whose time has come. */
  async #round(): Promise<void> {
    const nowMs = performance.now();
    this.#load.roll(nowMs);
    const paced = this.#members().map((member) => {
      const watch = this.#watchOf(member);
      return { member, watch, intervalMs: this.#intervalMs(watch, nowMs) };
    });
    this.#schedule(Math.min(this.#calmIntervalMs, ...paced.map(({ intervalMs }) => intervalMs)));
    const due = paced.filter(({ watch, intervalMs }) => watch.pace.isDue(nowMs, intervalMs));
    for (const { watch } of due) watch.pace.begin(nowMs);
    await this.#lookAtAll(due.map(({ member }) => member));
  }

  async #lookAtAll(members: readonly Member[]): Promise<void> {
    const looks = Promise.all(members.map((member) => this.look(member)));
    let timer: NodeJS.Timeout | undefined;
    const enough = new Promise((resolve) => {
      timer = setTimeout(resolve, publishAfterMs);
    });
    await Promise.race([looks, enough]);
    clearTimeout(timer);
    if (!this.#disposed) this.#publish();
  }
}

function once(run: () => void): Disposable {
  let done = false;
  return {
    dispose: () => {
      if (done) return;
      done = true;
      run();
    },
  };
}

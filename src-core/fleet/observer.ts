// Looks at every node again and again, each for itself: a node that hangs delays nobody.
import type { Disposable } from '../base/lifecycle.ts';
import { FailureError, toFailure } from '../contract/failure-error.ts';
import { observeDuringActIntervalMs, observeIntervalMs } from '../contract/settings.ts';
import { InfoText } from '../remote/info.ts';
import { parseRole, type Reply } from '../remote/role.ts';
import type { FleetNode } from './fleet-node.ts';
import type { Member } from './member.ts';
import { type NodeReading, readCommands, toReading } from './reading.ts';
import { withMasters } from './topology.ts';

/** The pace while nobody watches. */
const unwatchedIntervalMs = 10_000;
/** Nodes that answered by then are published together, so that offsets of one instant are compared. */
const publishAfterMs = 200;
/** After an act or a sync the quick pace goes on for so long, to see its end. */
const hurryLingersMs = 4000;
/** Looks that a node itself asks for (a step of a handshake) come at most this often. */
const nudgeGapMs = 60;

/** Asks one node once. @throws FailureError when it cannot be asked, or refuses INFO */
export async function readNode(node: FleetNode): Promise<NodeReading> {
  const replies = await node.execute(readCommands);
  const sections = replies.slice(0, -1);
  const refused = sections.find(isError);
  if (refused && sections.every(isError)) {
    const command = 'INFO';
    throw /^NOPERM/.test(refused.error)
      ? new FailureError('noPermission', { command })
      : new FailureError('commandRefused', { name: node.name, command, answer: refused.error });
  }
  const text = sections.filter((reply) => typeof reply === 'string').join('\n');
  return toReading(new InfoText(text), parseRole(replies.at(-1)), Date.now());
}

function isError(reply: Reply): reply is { readonly error: string } {
  return typeof reply === 'object' && reply !== null && 'error' in reply;
}

export class Observer implements Disposable {
  readonly #members: () => readonly Member[];
  readonly #publish: () => void;
  readonly #looking = new Map<Member, Promise<void>>();
  #watchers = 0;
  #hurries = 0;
  #hurryUntilMs = 0;
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

  /** An act runs until the answer is disposed: nodes are read four times a second, and a while longer. */
  hurry(): Disposable {
    this.#hurries++;
    this.#schedule(0);
    return once(() => {
      this.#hurries--;
      this.#hurryUntilMs = Date.now() + hurryLingersMs;
    });
  }

  /** Something happened at this node: look at it and at its master now, and publish. */
  nudge(member: Member): void {
    if (this.#disposed) return;
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

  dispose(): void {
    this.#disposed = true;
    if (this.#timer) clearTimeout(this.#timer);
    if (this.#nudgeTimer) clearTimeout(this.#nudgeTimer);
  }

  get #intervalMs(): number {
    if (this.#hurries > 0 || Date.now() < this.#hurryUntilMs) return observeDuringActIntervalMs;
    return this.#watchers > 0 ? observeIntervalMs : unwatchedIntervalMs;
  }

  async #read(member: Member): Promise<void> {
    try {
      member.take(await readNode(member.node));
    } catch (error) {
      member.miss(toFailure(error), Date.now());
    }
  }

  #schedule(delayMs: number): void {
    if (this.#disposed) return;
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#round(), delayMs);
  }

  async #round(): Promise<void> {
    this.#schedule(this.#intervalMs);
    await this.#lookAtAll(this.#members());
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

// Measures the true age of a replica's data: a key with a short life is written to the master, and awaited on its replicas.
import { setTimeout as delay } from 'node:timers/promises';
import type { Disposable } from '../../base/lifecycle.ts';
import { probeKey, probeLifeMs } from '../../contract/settings.ts';
import type { Member } from './member.ts';
import { Relations } from './relations.ts';

const probeIntervalMs = 1000;
/** A replica is asked after these pauses, until it shows the newest write; then the next write comes. */
const askAfterMs = [2, 5, 10, 20, 40, 80, 160, 320] as const;
/** Writes that are remembered, to tell the age of a replica that shows an old one. */
const writesKept = 600;

/** One write on a master, by a clock that never steps. */
interface ProbeWrite {
  readonly seq: number;
  readonly sentAtMs: number;
}

export class AgeProbe implements Disposable {
  readonly #members: () => readonly Member[];
  readonly #writes = new WeakMap<Member, ProbeWrite[]>();
  #timer: NodeJS.Timeout | null = null;
  #seq = 0;

  constructor(members: () => readonly Member[]) {
    this.#members = members;
  }

  get isOn(): boolean {
    return this.#timer !== null;
  }

  set isOn(isOn: boolean) {
    if (isOn === this.isOn) return;
    if (this.#timer) clearInterval(this.#timer);
    this.#timer = isOn ? setInterval(() => this.#round(), probeIntervalMs) : null;
    if (!isOn) for (const member of this.#members()) member.dataAgeMs = null;
  }

  dispose(): void {
    this.isOn = false;
  }

  #round(): void {
    const relations = new Relations(this.#members());
    for (const master of this.#members()) {
      if (master.reading?.role !== 'master' || master.lifecycle.kind !== 'running') continue;
      const below = this.#members().filter((member) => rootOf(member, relations) === master && member !== master);
      if (below.length > 0) void this.#measure(master, below);
    }
  }

  async #measure(master: Member, below: readonly Member[]): Promise<void> {
    const seq = ++this.#seq;
    const sentAtMs = performance.now();
    try {
      const [answer] = await master.node.execute([['SET', probeKey, String(seq), 'PX', String(probeLifeMs)]]);
      if (answer !== 'OK') throw new Error('the key is refused');
    } catch {
      // No right, read-only mode, or gone: nothing is known then, and nothing is made up.
      for (const member of below) member.dataAgeMs = null;
      return;
    }
    const writes = [...(this.#writes.get(master) ?? []), { seq, sentAtMs }].slice(-writesKept);
    this.#writes.set(master, writes);
    await Promise.all(below.map((member) => this.#await(member, writes)));
  }

  /** Until the newest write is seen: its age then is how long it took. Else the age of the first write that is missing. */
  async #await(member: Member, writes: readonly ProbeWrite[]): Promise<void> {
    const newest = writes.at(-1);
    if (!newest) return;
    try {
      for (const pauseMs of askAfterMs) {
        await delay(pauseMs, undefined, { ref: false });
        if (!this.isOn || member.lifecycle.kind !== 'running') return;
        const [seen] = await member.node.execute([['GET', probeKey]]);
        const seenSeq = Number(seen);
        if (seenSeq >= newest.seq) {
          member.dataAgeMs = performance.now() - newest.sentAtMs;
          return;
        }
        const missing = writes.find(({ seq }) => seq > seenSeq);
        if (missing) member.dataAgeMs = Math.max(member.dataAgeMs ?? 0, performance.now() - missing.sentAtMs);
      }
    } catch {
      member.dataAgeMs = null;
    }
  }
}

/** The node at the top of the tree; null where the tree's top is not here. */
function rootOf(member: Member, relations: Relations): Member | null {
  const seen = new Set<Member>();
  let at: Member | null = member;
  while (at && at.reading?.role === 'replica' && !seen.has(at)) {
    seen.add(at);
    at = relations.masterOf(at);
  }
  return at?.reading?.role === 'master' ? at : null;
}

// Does what each step of a plan says, remembers what it holds, and lets go of it whatever comes.
import { FailureError, toFailure } from '../../contract/failure-error.ts';
import type { NodeId } from '../../contract/places.ts';
import { InfoText } from '../../remote/info.ts';
import type { Reply } from '../../remote/role.ts';
import type { Fleet } from '../fleet.ts';
import type { NodeKeeper } from '../node-keeper.ts';
import { EmbeddedFleetNode } from '../observing/fleet-node.ts';
import type { Member } from '../observing/member.ts';
import { type StepAction, showWords } from '../plans/plan-draft.ts';
import { type StepAnswer, toNodeState, Watch } from './evidence.ts';

/** A command that lets go of something, on the node that holds it. */
interface Held {
  readonly nodeId: NodeId;
  readonly words: readonly string[];
}

/** What was let go when a run ended early. */
export interface Release {
  readonly nodeName: string;
  readonly command: string;
  readonly answer: string;
}

/** One run's hands on the fleet. */
export class StepActs {
  readonly #fleet: Fleet;
  readonly #keeper: NodeKeeper;
  readonly #watch: Watch;
  readonly #held: Held[] = [];
  /** The node that the run made, where it made one. */
  createdId: NodeId | null = null;
  /** Of a pause of everything: until when it lasts at the least, and where its stream stood when it began. */
  #pausedUntilMs = 0;
  #pausedAtOffset: number | null = null;
  /** The nodes as they were when the run began: counters are compared with these. */
  readonly #before;

  constructor(fleet: Fleet, keeper: NodeKeeper, concerns: readonly NodeId[], signal: AbortSignal) {
    this.#fleet = fleet;
    this.#keeper = keeper;
    this.#watch = new Watch(fleet, signal);
    this.#before = new Map(concerns.map((id) => [id, toNodeState(fleet.member(id))]));
  }

  /** @throws FailureError when a node cannot be asked, or the run was cancelled while it waited */
  async perform(action: StepAction): Promise<StepAnswer> {
    switch (action.kind) {
      case 'redis':
        if (action.towardsId !== undefined) this.#mustAnswer(action.towardsId);
        if (action.pauseLeftMs !== undefined && this.#pauseLeftMs < action.pauseLeftMs) return pauseIsOver;
        // Held even where the answer never comes: the server may have done it.
        if (action.undoWords) this.#held.push({ nodeId: action.nodeId, words: action.undoWords });
        return this.#send(action.nodeId, action.words);
      case 'transaction': {
        const { answer } = await this.#sendTogether(action.nodeId, action.commands);
        if (answer.ok && action.releases) this.#letGo(action.nodeId);
        return answer;
      }
      case 'pauseAll':
        return this.#pauseAll(action);
      case 'release': {
        const answer = await this.#send(action.nodeId, action.words);
        if (answer.ok) this.#letGo(action.nodeId);
        return answer;
      }
      case 'sentinel':
        return this.#askSentinel(action.nodeId, action.words);
      case 'createNode':
      case 'startNode':
      case 'stopNode':
      case 'restartNode':
      case 'removeNode':
        return this.#performOnProcess(action);
      case 'startLoad':
        await this.#member(action.nodeId).node.startLoad(action.load);
        return done;
      case 'stopLoad':
        await this.#member(action.nodeId).node.stopLoad();
        return done;
      default:
        return this.#performWait(action);
    }
  }

  /** Lets go of all that is held, as a run that ended early leaves it. Failures are told: a pause ends by itself. */
  async releaseAll(): Promise<Release[]> {
    const held = this.#held.splice(0).reverse();
    const releases: Release[] = [];
    for (const { nodeId, words } of held) {
      const { answer } = await this.#send(nodeId, words).catch((error: unknown) => ({
        answer: toFailure(error).code,
      }));
      releases.push({ nodeName: this.#nameOf(nodeId), command: showWords(words), answer });
    }
    return releases;
  }

  async #performWait(action: Extract<StepAction, { kind: `wait${string}` | `watch${string}` }>): Promise<StepAnswer> {
    switch (action.kind) {
      case 'watchSync': {
        const master = action.masterId === null ? null : this.#member(action.masterId);
        return this.#watch.sync(this.#member(action.nodeId), master, this.#beforeOf(action.masterId ?? action.nodeId));
      }
      case 'watchPromotion':
        return this.#watch.promotion(this.#member(action.nodeId), this.#beforeOf(action.nodeId));
      case 'waitOffsets':
        return this.#watch.equalOffsets(this.#member(action.masterId), this.#member(action.nodeId), action.timeoutMs);
      case 'waitInStep':
        return this.#watch.inStep(this.#member(action.nodeId), this.#pausedAtOffset, action.timeoutMs);
      case 'waitFailover': {
        const replica = action.nodeId === null ? null : this.#member(action.nodeId);
        const answer = await this.#watch.failover(this.#member(action.masterId), replica, action.timeoutMs);
        // The server has ended its failover by itself, this way or that.
        if (answer.ok) this.#letGo(action.masterId);
        return answer;
      }
      case 'waitRestart':
        return this.#watch.restart(this.#member(action.nodeId), action.runId, action.timeoutMs);
      case 'waitStreaming':
        return this.#watch.streaming(
          action.nodeIds.map((id) => this.#member(id)),
          action.timeoutMs,
        );
    }
  }

  async #performOnProcess(
    action: Extract<StepAction, { kind: 'createNode' | 'startNode' | 'stopNode' | 'restartNode' | 'removeNode' }>,
  ): Promise<StepAnswer> {
    switch (action.kind) {
      case 'createNode':
        this.createdId = await this.#createNode(action);
        return this.#listening(this.createdId);
      case 'startNode':
        await this.#embedded(action.nodeId).node.start();
        return this.#listening(action.nodeId);
      case 'restartNode':
        await this.#embedded(action.nodeId).node.stop('save');
        await this.#embedded(action.nodeId).node.start(action.follows);
        return this.#listening(action.nodeId);
      case 'stopNode':
        await this.#embedded(action.nodeId).node.stop('save');
        return done;
      case 'removeNode':
        await this.#removeNode(action.nodeId);
        return done;
    }
  }

  /** @throws FailureError nodeNotConnected */
  #mustAnswer(id: NodeId): void {
    const { lifecycle, node } = this.#member(id);
    if (lifecycle.kind !== 'running') throw new FailureError('nodeNotConnected', { name: node.name });
  }

  #listening(id: NodeId): StepAnswer {
    return { ok: true, answer: `listening on port ${this.#member(id).address.port}` };
  }

  #member(id: NodeId): Member {
    return this.#fleet.member(id);
  }

  #nameOf(id: NodeId): string {
    return this.#fleet.members.find((member) => member.id === id)?.node.name ?? id;
  }

  #beforeOf(id: NodeId) {
    return this.#before.get(id) ?? null;
  }

  #letGo(nodeId: NodeId): void {
    const kept = this.#held.filter((held) => held.nodeId !== nodeId);
    this.#held.splice(0, this.#held.length, ...kept);
  }

  async #send(nodeId: NodeId, words: readonly string[]): Promise<StepAnswer> {
    const [reply] = await this.#member(nodeId).node.execute([words]);
    return toAnswer(reply ?? null);
  }

  /** In one pipeline: a cut on the way leaves the server with a MULTI that nobody ends, and nothing done. */
  async #sendTogether(nodeId: NodeId, commands: readonly (readonly string[])[]) {
    const replies = await this.#member(nodeId).node.execute([['MULTI'], ...commands, ['EXEC']]);
    const results = replies.find(isError) ?? replies.at(-1) ?? null;
    const failed = Array.isArray(results) ? results.find(isError) : undefined;
    return { answer: toAnswer(failed ?? results), results };
  }

  /** The last of the commands asks where the stream stands at the moment in which all is held. */
  async #pauseAll({ pausedId, commands, pauseMs, undo }: Extract<StepAction, { kind: 'pauseAll' }>) {
    for (const words of undo) this.#held.push({ nodeId: pausedId, words });
    this.#pausedUntilMs = performance.now() + pauseMs;
    const { answer, results } = await this.#sendTogether(pausedId, commands);
    if (!answer.ok) return answer;
    const info = Array.isArray(results) ? results.at(-1) : null;
    this.#pausedAtOffset = typeof info === 'string' ? new InfoText(info).number('master_repl_offset') : null;
    return {
      ok: this.#pausedAtOffset !== null,
      answer: `OK; master_repl_offset:${this.#pausedAtOffset ?? '?'}`,
    };
  }

  get #pauseLeftMs(): number {
    return this.#pausedUntilMs - performance.now();
  }

  async #askSentinel(nodeId: NodeId, words: readonly string[]): Promise<StepAnswer> {
    const member = this.#member(nodeId);
    const [first] = this.#fleet.sentinels.watching(member);
    if (!first) throw new FailureError('nodeNotConnected', { name: 'sentinel' });
    const [reply] = await first.sentinel.server.execute([words]);
    return toAnswer(reply ?? null);
  }

  async #createNode(action: Extract<StepAction, { kind: 'createNode' }>): Promise<NodeId> {
    const node = await this.#keeper.createEmbedded(action.name, action.port, action.password);
    this.#fleet.add(node);
    try {
      await node.node.start();
    } catch (error) {
      // A node that never ran has nothing to show: its failure is the act's.
      this.#fleet.remove(node.id);
      await this.#keeper.removeData(node.id);
      throw error;
    }
    return node.id;
  }

  async #removeNode(nodeId: NodeId): Promise<void> {
    const { node } = this.#member(nodeId);
    if (node instanceof EmbeddedFleetNode) await node.node.stop('discard');
    this.#fleet.remove(nodeId);
    if (node.kind === 'embedded') await this.#keeper.removeData(nodeId);
  }

  /** @throws FailureError nodeUnknown, for a real server too: it has no process of ours */
  #embedded(id: NodeId): EmbeddedFleetNode {
    const { node } = this.#member(id);
    if (!(node instanceof EmbeddedFleetNode)) throw new FailureError('nodeUnknown', { nodeId: id });
    return node;
  }
}

const done: StepAnswer = { ok: true, answer: 'OK' };
const pauseIsOver: StepAnswer = { ok: false, answer: 'too little is left of the pause; nothing was changed' };

function isError(reply: Reply): reply is { readonly error: string } {
  return typeof reply === 'object' && reply !== null && 'error' in reply;
}

function toAnswer(reply: Reply): StepAnswer {
  return { ok: !isError(reply), answer: describeReply(reply) };
}

/** A reply as redis-cli prints it, on one line. */
function describeReply(reply: Reply): string {
  if (reply === null) return '(nil)';
  if (typeof reply === 'number') return `(integer) ${reply}`;
  if (typeof reply === 'string') return reply;
  if ('error' in reply) return `(error) ${reply.error}`;
  return reply.map(describeReply).join(' ');
}

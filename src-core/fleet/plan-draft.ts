// What a plan is made of before it gets its hash: the shown steps with what the runner does for each.
import type { Act, Forecast, PlanCheck, PlanStep } from '../contract/acts.ts';
import { FailureError } from '../contract/failure-error.ts';
import { staleAfterMs } from '../contract/settings.ts';
import type { StatementCode } from '../contract/statements.ts';
import type { NodeId, Statement } from '../contract/views.ts';
import type { ForecastMaster, ForecastReplica } from '../insight/forecast.ts';
import type { LoadSettings } from '../nodes/node-protocol.ts';
import type { Member } from './member.ts';
import { descendants } from './topology.ts';

/** What the runner does at one step. */
export type StepAction =
  | { readonly kind: 'redis'; readonly nodeId: NodeId; readonly words: readonly string[] }
  | { readonly kind: 'createNode'; readonly name: string; readonly port: number; readonly password: string | null }
  | { readonly kind: 'startNode'; readonly nodeId: NodeId }
  | { readonly kind: 'stopNode'; readonly nodeId: NodeId }
  | { readonly kind: 'removeNode'; readonly nodeId: NodeId }
  | { readonly kind: 'startLoad'; readonly nodeId: NodeId; readonly load: LoadSettings }
  | { readonly kind: 'stopLoad'; readonly nodeId: NodeId }
  /** Looks at both ends until the link streams again, and says what the counters did. */
  | { readonly kind: 'watchSync'; readonly nodeId: NodeId; readonly masterId: NodeId | null }
  | { readonly kind: 'watchPromotion'; readonly nodeId: NodeId };

export interface PlannedStep {
  readonly step: PlanStep;
  readonly action: StepAction;
}

export interface PlanDraft {
  readonly act: Act;
  readonly title: Statement;
  readonly forecast: Forecast | null;
  readonly destroys: readonly Statement[];
  readonly checks: readonly PlanCheck[];
  readonly steps: readonly PlannedStep[];
  readonly undo: Statement;
  /** The node whose data is lost, where some is: in production its name is typed. */
  readonly losesDataAt: Member | null;
  /** Why it may not run, in the words of a failure; null where no check failed. */
  readonly refusal: FailureError | null;
  /** The nodes whose state the plan stands on: when it changes the plan expires. */
  readonly concerns: readonly Member[];
}

export function say(code: StatementCode, params: Statement['params'] = {}): Statement {
  return { code, params };
}

/** Collects checks; the first that fails decides the refusal. */
export class Checks {
  readonly list: PlanCheck[] = [];
  refusal: FailureError | null = null;

  pass(code: StatementCode, params: Statement['params']): void {
    this.list.push({ level: 'pass', statement: say(code, params) });
  }

  warn(code: StatementCode, params: Statement['params']): void {
    this.list.push({ level: 'warn', statement: say(code, params) });
  }

  fail(code: StatementCode, params: Statement['params'], refusal: FailureError): void {
    this.list.push({ level: 'fail', statement: say(code, params) });
    this.refusal ??= refusal;
  }

  /** The node must answer now. @returns whether it does */
  reachable(member: Member, nowMs: number): boolean {
    const { node, reading } = member;
    const { name } = node;
    if (member.lifecycle.kind !== 'running' || !reading) {
      const code = node.kind === 'embedded' ? 'nodeNotRunning' : 'nodeNotConnected';
      this.fail('checkNotReachable', { name }, new FailureError(code, { name }));
      return false;
    }
    const ageMs = nowMs - reading.atMs;
    if (ageMs > staleAfterMs) this.warn('checkStale', { name, ageMs });
    else this.pass('checkReachable', { name });
    return true;
  }

  notCluster(member: Member): void {
    const { name } = member.node;
    const isCluster = member.reading?.server.mode === 'cluster';
    if (isCluster) this.fail('checkClusterMode', { name }, new FailureError('clusterMode', { name }));
    else this.pass('checkNotCluster', { name });
  }
}

/** A command as redis-cli takes it. `shown` stands for words that are secrets or too many. */
export function redisStep(member: Member, words: readonly string[], shown = words.map(quote).join(' ')): PlannedStep {
  return {
    step: { ...at(member), command: shown, isRedisCommand: true },
    action: { kind: 'redis', nodeId: member.id, words },
  };
}

/** What the host itself does, told in English as a command line would. */
export function hostStep(member: Member | null, nodeName: string, command: string, action: StepAction): PlannedStep {
  return { step: { nodeId: member?.id ?? null, nodeName, command, isRedisCommand: false }, action };
}

/** The look afterwards whose answer is the evidence. */
export function evidenceStep(member: Member, command: string, action: StepAction): PlannedStep {
  return { step: { ...at(member), command, isRedisCommand: true }, action };
}

function at({ node }: Member): Pick<PlanStep, 'nodeId' | 'nodeName'> {
  return { nodeId: node.id, nodeName: node.name };
}

function quote(word: string): string {
  return /^[\x21-\x7e]+$/.test(word) && !/["'\\]/.test(word) ? word : JSON.stringify(word);
}

/** A member as the replica of a forecast; null where it was not read. */
export function toForecastReplica(member: Member, members: readonly Member[]): ForecastReplica | null {
  const { reading } = member;
  if (!reading?.replicationId) return null;
  return {
    name: member.node.name,
    replicationId: reading.replicationId,
    offset: reading.link?.offset ?? reading.offset,
    keys: reading.keys,
    replicasBelow: descendants(member, members).length,
  };
}

/** A member as the master of a forecast; null where it was not read. */
export function toForecastMaster(member: Member | null): ForecastMaster | null {
  const reading = member?.reading;
  if (!member || !reading?.replicationId || member.lifecycle.kind !== 'running') return null;
  const { secondReplicationId, secondOffset, offset, backlog } = reading;
  return {
    name: member.node.name,
    replicationId: reading.replicationId,
    secondReplicationId,
    secondOffset,
    offset,
    backlog,
  };
}

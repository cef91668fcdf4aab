// What a plan is made of before it gets its hash: the shown steps with what the runner does for each.
import type { Act, Candidate, Forecast, MoveForecast, NodeState, PlanCheck, PlanStep } from '../../contract/acts.ts';
import { FailureError } from '../../contract/failure-error.ts';
import type { Address, NodeId } from '../../contract/places.ts';
import { staleAfterMs } from '../../contract/settings.ts';
import type { Statement, StatementCode } from '../../contract/statements.ts';
import type { SnapshotSize } from '../../insight/sync-cost.ts';
import type { FollowSettings, LoadSettings } from '../../nodes/node-protocol.ts';
import type { Member } from '../observing/member.ts';
import type { TimedSync } from './timed-sync.ts';

/** What a plan asks of a node before it is made, besides its reading. Nothing of a secret is in it. */
export interface PlanFacts {
  /** It has a `masterauth` and would send it to any master. */
  readonly sendsLogin: boolean;
  /** Whether its present master takes the login that it has; null where that was not tried. */
  readonly loginAccepted: boolean | null;
  readonly snapshot: SnapshotSize | null;
  /** Measured while Syncline watched a full sync of this replica. */
  readonly linkBytesPerSecond: number | null;
  /** All full syncs of the fleet that were timed, the newest last. */
  readonly timedSyncs: readonly TimedSync[];
  /** Commands, of those that plans use, that the server does not know: renamed, or older. */
  readonly unknownCommands: ReadonlySet<string>;
  /** CONFIG GET of the replication directives; null where it is refused. */
  readonly settings: ReadonlyMap<string, string> | null;
  /** Whether it was started with a configuration file, which keeps whom it follows; null where that is not known. */
  readonly hasConfigFile: boolean | null;
}

/** A node and whom it follows, as the journal keeps it: found again by run_id, or by its address. */
export type WantedLink = Pick<NodeState, 'nodeId' | 'name' | 'address' | 'runId' | 'master'>;

/** Settings of one node, as the journal keeps them. */
export interface WantedSettings {
  readonly node: WantedLink;
  readonly values: Readonly<Record<string, string>>;
  /** They stand in its configuration file as well. */
  readonly rewrites?: boolean;
}

/** What a run began with or was to reach. */
export interface Restoration {
  readonly links: readonly WantedLink[];
  readonly settings: readonly WantedSettings[];
  /** Where a run that could not let go may hold writes still. */
  readonly paused: readonly WantedLink[];
  /** Back from a run after which no other moved any of its nodes. */
  readonly undoesLatest: boolean;
}

export interface PlanScene {
  readonly members: readonly Member[];
  readonly nowMs: number;
  readonly facts: ReadonlyMap<NodeId, PlanFacts>;
  /** When a role last changed at a node; only nodes where that was seen. */
  readonly roleChanges: ReadonlyMap<NodeId, number>;
  /** Of the journal, for the act `restore`. */
  readonly restoration: Restoration | null;
}

export type ActOf<K extends Act['kind']> = Extract<Act, { kind: K }>;

/** What the runner does at one step. */
export type StepAction =
  | {
      readonly kind: 'redis';
      readonly nodeId: NodeId;
      readonly words: readonly string[];
      /** Sent when the run is cancelled or fails from here on, until a later step `releases` it. */
      readonly undoWords?: readonly string[];
      /** The node that it is led to, where it is in the fleet: nobody is led to one that is gone by then. */
      readonly towardsId?: NodeId;
      /** Not sent when less is left of the `pauseAll` of this run: what comes after it would come too late. */
      readonly pauseLeftMs?: number;
    }
  /** All or none: in MULTI, so that a cut leaves nothing half done. */
  | {
      readonly kind: 'transaction';
      readonly nodeId: NodeId;
      readonly commands: readonly (readonly string[])[];
      /** What was held there is let go by it. */
      readonly releases?: true;
    }
  /** Every command of a server is held, its own clock ends it: nobody is looked at then, for none would be answered. */
  | {
      readonly kind: 'pauseAll';
      readonly pausedId: NodeId;
      readonly commands: readonly (readonly string[])[];
      readonly pauseMs: number;
      /** Sent when the run ends before a transaction `releases` them. */
      readonly undo: readonly (readonly string[])[];
    }
  /** Until the replica has what its master had when it was paused. */
  | { readonly kind: 'waitInStep'; readonly nodeId: NodeId; readonly timeoutMs: number }
  /** What an earlier step held is let go by this command, and its `undoWords` are not needed any more. */
  | { readonly kind: 'release'; readonly nodeId: NodeId; readonly words: readonly string[] }
  | { readonly kind: 'sentinel'; readonly nodeId: NodeId; readonly words: readonly string[] }
  | {
      readonly kind: 'waitFailover';
      readonly masterId: NodeId;
      /** Null where somebody else chooses: Sentinel. */
      readonly nodeId: NodeId | null;
      readonly timeoutMs: number;
    }
  | {
      readonly kind: 'waitOffsets';
      readonly masterId: NodeId;
      readonly nodeId: NodeId;
      readonly timeoutMs: number;
    }
  /** Of an embedded node; it follows its master again from the start on, so that it finds its place. */
  | { readonly kind: 'restartNode'; readonly nodeId: NodeId; readonly follows: FollowSettings | null }
  | { readonly kind: 'waitRestart'; readonly nodeId: NodeId; readonly runId: string; readonly timeoutMs: number }
  | { readonly kind: 'waitStreaming'; readonly nodeIds: readonly NodeId[]; readonly timeoutMs: number }
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
  readonly moves?: readonly MoveForecast[];
  readonly candidates?: readonly Candidate[];
  readonly destroys: readonly Statement[];
  readonly checks: readonly PlanCheck[];
  readonly steps: readonly PlannedStep[];
  readonly undo: Statement;
  /** The node whose data is lost, where some is: in production its name is typed. */
  readonly losesDataAt: Member | null;
  /** Why it may not run, in the words of a failure; null where no check failed. */
  readonly refusal: FailureError | null;
  /** Where it ends, for the one that resumes it: whom each node that it moves follows then. Empty: it moves none. */
  readonly goal?: readonly { readonly member: Member; readonly master: Address | null }[];
  /** Settings that it replaces, with their present values. */
  readonly replacedSettings?: readonly WantedSettings[];
  /** Settings as they are to be when it is done. */
  readonly goalSettings?: readonly WantedSettings[];
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
    this.#add({ level: 'pass', statement: say(code, params), forceable: false });
  }

  warn(code: StatementCode, params: Statement['params']): void {
    this.#add({ level: 'warn', statement: say(code, params), forceable: false });
  }

  /** It cannot run, whatever a person says: it makes no sense, or the server refuses it. */
  fail(code: StatementCode, params: Statement['params'], refusal: FailureError): void {
    this.#add({ level: 'fail', statement: say(code, params), forceable: false });
    this.refusal ??= refusal;
  }

  /** It should not run, and a person who gives a reason may run it all the same. */
  failUnlessForced(code: StatementCode, params: Statement['params']): void {
    this.#add({ level: 'fail', statement: say(code, params), forceable: true });
    this.refusal ??= new FailureError('checkFailed', { check: code });
  }

  /** The same fact about the same node is said once, however many steps ask for it. */
  #add(check: PlanCheck): void {
    const text = JSON.stringify(check.statement);
    if (!this.list.some(({ statement }) => JSON.stringify(statement) === text)) this.list.push(check);
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
export function redisStep(member: Member, words: readonly string[], shown = showWords(words)): PlannedStep {
  return {
    step: { ...at(member), command: shown, isRedisCommand: true, waitsMs: null },
    action: { kind: 'redis', nodeId: member.id, words },
  };
}

/** A command that holds something until a later step releases it, or `undoWords` do when the run ends before. */
export function holdingStep(member: Member, words: readonly string[], undoWords: readonly string[]): PlannedStep {
  const { step } = redisStep(member, words);
  return { step, action: { kind: 'redis', nodeId: member.id, words, undoWords } };
}

export function releaseStep(member: Member, words: readonly string[]): PlannedStep {
  const { step } = redisStep(member, words);
  return { step, action: { kind: 'release', nodeId: member.id, words } };
}

/** Holds every command of a server for so long, and asks in the same breath where its stream stands. */
export function wholePauseStep(
  member: Member,
  commands: readonly (readonly string[])[],
  pauseMs: number,
  undo: readonly (readonly string[])[],
): PlannedStep {
  const asked = [...commands, ['INFO', 'replication']];
  const { step } = transactionStep(member, asked);
  return { step, action: { kind: 'pauseAll', pausedId: member.id, commands: asked, pauseMs, undo } };
}

/** Puts back what an earlier step held. */
export function releasingStep(member: Member, commands: readonly (readonly string[])[]): PlannedStep {
  const { step } = transactionStep(member, commands);
  return { step, action: { kind: 'transaction', nodeId: member.id, commands, releases: true } };
}

/** Several commands that run together or not at all; shown as the lines that redis-cli takes. */
export function transactionStep(member: Member, commands: readonly (readonly string[])[]): PlannedStep {
  const lines = [['MULTI'], ...commands, ['EXEC']].map(showWords);
  return {
    step: { ...at(member), command: lines.join('\n'), isRedisCommand: true, waitsMs: null },
    action: { kind: 'transaction', nodeId: member.id, commands },
  };
}

/** What the host itself does, told in English as a command line would. */
export function hostStep(member: Member | null, nodeName: string, command: string, action: StepAction): PlannedStep {
  return { step: { nodeId: member?.id ?? null, nodeName, command, isRedisCommand: false, waitsMs: null }, action };
}

/** The look afterwards whose answer is the evidence. */
export function evidenceStep(member: Member, command: string, action: StepAction): PlannedStep {
  return { step: { ...at(member), command, isRedisCommand: true, waitsMs: null }, action };
}

/** Looks again and again until something holds. */
export function waitStep(member: Member, command: string, waitsMs: number, action: StepAction): PlannedStep {
  return { step: { ...at(member), command, isRedisCommand: true, waitsMs }, action };
}

function at({ node }: Member): Pick<PlanStep, 'nodeId' | 'nodeName'> {
  return { nodeId: node.id, nodeName: node.name };
}

export function showWords(words: readonly string[]): string {
  return words.map(quote).join(' ');
}

function quote(word: string): string {
  return /^[\x21-\x7e]+$/.test(word) && !/["'\\]/.test(word) ? word : JSON.stringify(word);
}

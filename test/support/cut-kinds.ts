// The kinds of plans that are cut off: where four servers stand, what is asked of Syncline, and where that leads to.
import type { Act, ChangeableSetting } from '#core/contract/acts.ts';

/** Charlie is our own engine; the others are real. */
export const names = ['alpha', 'bravo', 'charlie', 'delta'] as const;
export type Name = (typeof names)[number];
/** Whom each follows, or 'master'. */
export type Places = Readonly<Record<Name, Name | 'master'>>;

/** What a kind's act is made of. */
export interface ActParts {
  readonly id: (name: Name) => string;
  /** How long writes may be held, where the act leaves that open. */
  readonly holdMs: number;
  /** The run of `prior`, for the one that undoes it. */
  readonly priorRunId: string;
}

export interface Kind {
  readonly title: string;
  /** `pausing`: no server has FAILOVER, so that Syncline itself takes each step of a switchover. */
  readonly servers: 'plain' | 'pausing';
  readonly first: Places;
  readonly act: (parts: ActParts) => Act;
  /** Where the plan leads to. */
  readonly last: Places;
  /** Lost before the plan is made. */
  readonly lost?: Name;
  /** Run first, whole: from `at` to `first`. */
  readonly prior?: { readonly at: Places; readonly act: (parts: ActParts) => Act };
  /** Bravo's settings afterwards, and what they were. */
  readonly settings?: { readonly before: Settings; readonly after: Settings };
  /** The steps in whose middle Syncline is killed: the command was sent, what came of it is not written. */
  readonly within: readonly number[];
  /** Who sends a snapshot in it: slowly, where the cut is to come in the middle of that. */
  readonly sender?: Name;
}

type Settings = Partial<Record<ChangeableSetting, string>>;

const tree: Places = { alpha: 'master', bravo: 'alpha', charlie: 'alpha', delta: 'alpha' };
const chain: Places = { alpha: 'master', bravo: 'alpha', charlie: 'bravo', delta: 'charlie' };
const underBravo: Places = { alpha: 'bravo', bravo: 'master', charlie: 'bravo', delta: 'bravo' };
const pair: Places = { alpha: 'master', bravo: 'alpha', charlie: 'master', delta: 'master' };

const failover = ({ id, holdMs }: ActParts): Act => ({ kind: 'failover', nodeId: id('bravo'), timeoutMs: holdMs });
const changed: Settings = { 'repl-timeout': '61', 'repl-backlog-size': '2097152', 'replica-priority': '7' };
const unchanged: Settings = { 'repl-timeout': '60', 'repl-backlog-size': '1048576', 'replica-priority': '100' };

export const kinds: readonly Kind[] = [
  {
    title: 'attach',
    within: [0],
    servers: 'plain',
    first: tree,
    act: ({ id }) => ({ kind: 'attach', nodeId: id('delta'), masterId: id('charlie') }),
    last: { ...tree, delta: 'charlie' },
  },
  {
    title: 'detach and promote',
    within: [0],
    servers: 'plain',
    first: chain,
    act: ({ id }) => ({ kind: 'promote', nodeId: id('charlie') }),
    last: { ...chain, charlie: 'master' },
  },
  {
    title: 'failover by the server',
    within: [0, 1],
    servers: 'plain',
    first: tree,
    act: failover,
    last: underBravo,
  },
  {
    title: 'failover by a pause',
    within: [0, 2, 4],
    servers: 'pausing',
    first: tree,
    act: failover,
    last: underBravo,
  },
  {
    title: 'emergency promotion',
    within: [0],
    servers: 'plain',
    first: tree,
    act: ({ id }) => ({ kind: 'rescue', nodeId: id('bravo') }),
    last: { ...underBravo, alpha: 'master' },
    lost: 'alpha',
  },
  {
    title: 're-point siblings',
    within: [2],
    servers: 'plain',
    first: tree,
    act: ({ id }) => ({ kind: 'repointReplicas', nodeId: id('alpha'), masterId: id('charlie') }),
    last: { ...tree, bravo: 'charlie', delta: 'charlie' },
  },
  {
    title: 'flatten a chain',
    within: [0],
    servers: 'plain',
    first: chain,
    act: ({ id }) => ({ kind: 'flatten', nodeId: id('alpha') }),
    last: tree,
  },
  {
    title: 'reverse a link in a chain',
    within: [2],
    servers: 'plain',
    first: chain,
    act: ({ id }) => ({ kind: 'reverseLink', nodeId: id('delta') }),
    last: { ...chain, delta: 'bravo', charlie: 'delta' },
  },
  {
    title: 'reverse the link to the top',
    within: [0],
    servers: 'plain',
    first: tree,
    act: ({ id }) => ({ kind: 'reverseLink', nodeId: id('charlie') }),
    last: { ...tree, charlie: 'master', alpha: 'charlie' },
  },
  {
    title: 'resync by a new connection',
    within: [0],
    servers: 'plain',
    first: chain,
    act: ({ id }) => ({ kind: 'resyncPartial', nodeId: id('charlie') }),
    last: chain,
  },
  {
    title: 'resync by a full copy',
    within: [0, 1],
    servers: 'plain',
    first: chain,
    act: ({ id }) => ({ kind: 'resyncFull', nodeId: id('charlie') }),
    last: chain,
    sender: 'bravo',
  },
  {
    title: 'settings, and into the file',
    within: [1],
    servers: 'plain',
    first: tree,
    act: ({ id }) => ({ kind: 'changeSettings', nodeId: id('bravo'), settings: changed, rewrite: true }),
    last: tree,
    settings: { before: unchanged, after: changed },
  },
  {
    title: 'rolling restart of servers that others start',
    within: [1, 4],
    servers: 'plain',
    first: pair,
    act: ({ id }) => ({ kind: 'rollingRestart', nodeId: id('alpha') }),
    last: { ...pair, alpha: 'bravo', bravo: 'master' },
  },
  {
    title: 'undo of a failover',
    within: [0],
    servers: 'plain',
    prior: { at: tree, act: failover },
    first: underBravo,
    act: ({ priorRunId }) => ({ kind: 'restore', runId: priorRunId, to: 'before' }),
    last: tree,
  },
  {
    title: 'undo of a link that was reversed',
    within: [2],
    servers: 'pausing',
    prior: { at: tree, act: ({ id }) => ({ kind: 'reverseLink', nodeId: id('delta') }) },
    first: { ...tree, delta: 'master', alpha: 'delta' },
    act: ({ priorRunId }) => ({ kind: 'restore', runId: priorRunId, to: 'before' }),
    last: tree,
  },
];

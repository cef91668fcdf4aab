// Plans of made-up fleets: what each would run, which checks fail, and who moves how.
import type { Act, PlanCheck } from '#core/contract/acts.ts';
import type { NodeId } from '#core/contract/places.ts';
import type { Member } from '#core/fleet/observing/member.ts';
import { type PreparedPlan, preparePlan } from '#core/fleet/plans/plan.ts';
import type { PlanFacts, PlanScene } from '#core/fleet/plans/plan-draft.ts';
import { type SceneNode, sceneMember, sceneNowMs } from '../scene.ts';

const usualFacts: PlanFacts = {
  sendsLogin: false,
  loginAccepted: null,
  snapshot: { kind: 'sampled', bytes: 5_000, parts: 10, sampledKeys: 10, keys: 10 },
  linkBytesPerSecond: null,
  timedSyncs: [],
  unknownCommands: new Set(),
  hasConfigFile: true,
  settings: new Map([
    ['client-output-buffer-limit', 'normal 0 0 0 slave 268435456 67108864 60 pubsub 33554432 8388608 60'],
    ['repl-timeout', '60'],
    ['save', '3600 1'],
  ]),
};

interface Surroundings {
  /** Of nodes by name, beside what is usual. */
  readonly facts?: Readonly<Record<string, Partial<PlanFacts>>>;
  readonly roleChanges?: Readonly<Record<string, number>>;
  readonly restoration?: PlanScene['restoration'];
}

export function prepareOn(members: readonly Member[], act: Act, surroundings: Surroundings = {}): PreparedPlan {
  const { facts = {}, roleChanges = {}, restoration = null } = surroundings;
  const factsOf = (member: Member): [NodeId, PlanFacts] => [member.id, { ...usualFacts, ...facts[member.node.name] }];
  return preparePlan(act, {
    members,
    nowMs: sceneNowMs,
    facts: new Map(members.map(factsOf)),
    roleChanges: new Map(Object.entries(roleChanges).map(([name, atMs]) => [`id-${name}`, atMs])),
    restoration,
  });
}

export function planOn(nodes: readonly SceneNode[], act: Act, surroundings: Surroundings = {}) {
  return prepareOn(nodes.map(sceneMember), act, surroundings).plan;
}

type Shown = ReturnType<typeof planOn>;

export const commands = (plan: Shown) => plan.steps.map(({ nodeName, command }) => `${nodeName}: ${command}`);
export const moves = (plan: Shown) => plan.moves.map(({ nodeName, forecast }) => `${nodeName} ${forecast.sync}`);
export const codes = (checks: readonly PlanCheck[], level: PlanCheck['level']) =>
  checks.filter((check) => check.level === level).map(({ statement }) => statement.code);

// The plan from where the fleet stands to a topology that the journal keeps: the way back of a run, or the way on.
import type { Forecast, MoveForecast } from '../../contract/acts.ts';
import { FailureError } from '../../contract/failure-error.ts';
import type { Address } from '../../contract/places.ts';
import type { Member } from '../observing/member.ts';
import { ancestors, findMaster, isAddressOf, sameAddress } from '../observing/topology.ts';
import { factsOf } from './forecast-facts.ts';
import { checkReplicasBelow } from './plan-checks.ts';
import {
  type ActOf,
  Checks,
  evidenceStep,
  type PlanDraft,
  type PlannedStep,
  type PlanScene,
  type Restoration,
  redisStep,
  say,
  type WantedLink,
  type WantedSettings,
} from './plan-draft.ts';
import { checkAttach } from './plan-replication.ts';
import { toWanted } from './plan-settings.ts';
import {
  asRaised,
  checkSwitchover,
  failoverTimeoutMs,
  holdsOf,
  type Switchover,
  settingsMeanwhile,
  switchoverOffset,
  switchoverSteps,
} from './plan-switchover.ts';
import {
  asMove,
  checkFullSync,
  destroyedBySync,
  followSteps,
  foreseeSync,
  foreseeSyncFrom,
  losesData,
  replicaOfStep,
} from './plan-sync.ts';

/** One node that does not stand where it is wanted. */
interface Change {
  readonly member: Member;
  readonly wanted: WantedLink;
}

/** Settings of one node that are not as they are wanted. */
interface SettingChange {
  readonly member: Member;
  readonly values: Readonly<Record<string, string>>;
  /** Of the same names, where they are known. */
  readonly present: Readonly<Record<string, string>>;
  readonly rewrites: boolean;
}

/** @throws FailureError runUnknown */
export function draftRestore(act: ActOf<'restore'>, scene: PlanScene): PlanDraft {
  const { restoration } = scene;
  if (!restoration) throw new FailureError('runUnknown', { runId: act.runId });
  const checks = new Checks();
  const found = restoration.links.map((wanted) => ({ wanted, member: findWanted(wanted, scene) }));
  checks.pass('checkJournalKnows', { nodes: found.length });
  const changes: Change[] = [];
  for (const { wanted, member } of found) {
    if (member === null || member.lifecycle.kind !== 'running' || !member.reading) {
      checks.warn('checkNodeAway', { name: wanted.name, ...wanted.address });
    } else if (!standsWhereWanted(member, wanted)) changes.push({ member, wanted });
  }
  const switchover = findSwitchover(changes, checks, scene);
  const settings = restoration.settings.flatMap((wanted) => findSettingChange(wanted, checks, scene));
  if (changes.length === 0 && settings.length === 0) {
    const failure = new FailureError('checkFailed', { check: 'checkNothingToMove' });
    const [first] = [...restoration.links, ...restoration.settings.map(({ node }) => node)];
    checks.fail('checkNothingToMove', { name: first?.name ?? '' }, failure);
  }
  const draft = draftChanges(act, checks, changes, switchover, settings, scene);
  return { act, checks: checks.list, ...draft, steps: [...releaseSteps(restoration, scene), ...draft.steps] };
}

function draftChanges(
  act: ActOf<'restore'>,
  checks: Checks,
  changes: readonly Change[],
  switchover: Switchover | null,
  settings: readonly SettingChange[],
  scene: PlanScene,
): Omit<PlanDraft, 'act' | 'checks'> {
  if (switchover) checkSwitchover(checks, switchover, scene);
  const isSwitched = (member: Member) => member === switchover?.master || member === switchover?.replica;
  const raised = changes.filter(({ member, wanted }) => wanted.master === null && !isSwitched(member));
  const followers = fromTheTop(changes.filter(({ member, wanted }) => wanted.master !== null && !isSwitched(member)));
  for (const { member } of raised) checkReplicasBelow(checks, member, scene);
  const moves = [
    ...(switchover ? [switchoverMove(checks, switchover, scene)] : []),
    ...followers.flatMap((change) => followerMove(checks, change, switchover, raised, scene)),
  ];
  const meanwhile = settingsMeanwhile(switchover, scene);
  const concerns = [...new Set([...changes, ...settings].map(({ member }) => member))];
  const byId = new Map(changes.map(({ member }) => [member.id, member]));
  const loser = moves.map(({ nodeId, forecast }) => losing(byId.get(nodeId), forecast)).find(Boolean) ?? null;
  return {
    title: say(act.to === 'before' ? 'titleUndo' : 'titleResume', { nodes: concerns.length }),
    forecast: moves[0]?.forecast ?? null,
    moves,
    destroys: [
      ...(switchover ? [holdsOf(switchover, scene)] : []),
      ...moves.flatMap(({ nodeId, forecast }) => {
        const member = byId.get(nodeId);
        return member ? destroyedBySync(member, forecast) : [];
      }),
    ],
    steps: [
      ...(switchover ? switchoverSteps(switchover, scene) : []),
      ...raised.flatMap(({ member }) => raiseSteps(member)),
      ...followers.flatMap((change) => followerSteps(change, scene)),
      ...settings.flatMap(settingSteps),
    ],
    undo: say('undoOfUndo'),
    losesDataAt: loser,
    refusal: checks.refusal,
    concerns,
    goal: changes.map(({ member, wanted }) => ({ member, master: wanted.master })),
    replacedSettings: [
      ...meanwhile.replacedSettings,
      ...settings.map(({ member, present, rewrites }) => ({ node: toWanted(member), values: present, rewrites })),
    ],
    goalSettings: [
      ...meanwhile.goalSettings,
      ...settings.map(({ member, values, rewrites }) => ({ node: toWanted(member), values, rewrites })),
    ],
  };
}

/** Nobody is led to one that is still to be moved itself: the two could follow each other, and neither would sync. */
function fromTheTop(followers: readonly Change[]): Change[] {
  const left = [...followers];
  const ordered: Change[] = [];
  const isToBeMoved = (address: Address) => left.some(({ member }) => isAddressOf(member, address));
  while (left.length > 0) {
    const first = left.findIndex(({ wanted }) => wanted.master === null || !isToBeMoved(wanted.master));
    // Servers that stood in a circle have no first.
    ordered.push(...left.splice(Math.max(first, 0), 1));
  }
  return ordered;
}

function losing(member: Member | undefined, forecast: Forecast): Member | null {
  return member ? losesData(member, forecast) : null;
}

/** By its process; after a restart by its address, and the one of that name where it moved. */
export function findWanted(wanted: WantedLink, scene: PlanScene): Member | null {
  const { members } = scene;
  return (
    members.find(({ reading }) => reading !== null && reading.runId !== '' && reading.runId === wanted.runId) ??
    members.find(({ id }) => id === wanted.nodeId) ??
    members.find((member) => isAddressOf(member, wanted.address)) ??
    null
  );
}

function standsWhereWanted({ reading }: Member, { master }: WantedLink): boolean {
  const link = reading?.link;
  if (!link) return master === null;
  return master !== null && sameAddress(link.masterAddress, master);
}

/**
 * A replica that is wanted as master while its living master is wanted below it: the two change places in step. While
 * the replica is cut off it would be raised without what the master took since, so that it takes a reason.
 */
function findSwitchover(changes: readonly Change[], checks: Checks, scene: PlanScene): Switchover | null {
  for (const { member: replica, wanted } of changes) {
    if (wanted.master !== null) continue;
    const master = findMaster(replica, scene.members);
    const isWantedBelow = changes.some((change) => change.member === master && change.wanted.master !== null);
    const isRoot = master !== null && !master.reading?.link;
    if (!master || !isRoot || !isWantedBelow) continue;
    if (replica.reading?.link?.up) return { master, replica, timeoutMs: failoverTimeoutMs };
    checks.failUnlessForced('checkLinkDown', { name: replica.node.name });
  }
  return null;
}

function switchoverMove(checks: Checks, switchover: Switchover, scene: PlanScene): MoveForecast {
  const { master, replica } = switchover;
  const raised = asRaised(replica, switchoverOffset(switchover), scene);
  const forecast = foreseeSyncFrom(master, replica, raised, scene);
  checkFullSync(checks, master, replica, forecast, scene);
  return asMove(master, forecast);
}

function followerMove(
  checks: Checks,
  { member, wanted }: Change,
  switchover: Switchover | null,
  raised: readonly Change[],
  scene: PlanScene,
): MoveForecast[] {
  const master = wanted.master && memberAt(wanted.master, scene);
  if (!master) {
    checks.warn('checkNodeAway', { name: member.node.name, ...(wanted.master ?? wanted.address) });
    return [];
  }
  const isRaised = master === switchover?.replica || raised.some((change) => change.member === master);
  const offset = switchover ? switchoverOffset(switchover) : (master.reading?.link?.offset ?? 0);
  const forecast = isRaised
    ? foreseeSyncFrom(member, master, asRaised(master, offset, scene), scene)
    : foreseeSync(member, master, scene);
  // Among nodes that change places, today's topology would see circles that are gone by then.
  const isCircleForNow = ancestors(master, scene.members).includes(member);
  if (isCircleForNow || isRaised) checkFullSync(checks, member, master, forecast, scene);
  else checkAttach(member, master, scene, forecast, checks);
  return [asMove(member, forecast)];
}

function memberAt(address: Address, scene: PlanScene): Member | null {
  return scene.members.find((member) => isAddressOf(member, address)) ?? null;
}

function raiseSteps(member: Member): PlannedStep[] {
  return [
    redisStep(member, ['REPLICAOF', 'NO', 'ONE']),
    evidenceStep(member, 'INFO replication', { kind: 'watchPromotion', nodeId: member.id }),
  ];
}

/** A master that is not in the fleet was known to the server only by its address, and is so again. */
function followerSteps({ member, wanted }: Change, scene: PlanScene): PlannedStep[] {
  if (wanted.master === null) return [];
  const master = memberAt(wanted.master, scene);
  return master ? followSteps(member, master, scene) : [replicaOfStep(member, wanted.master)];
}

/** A pause that a killed run left holds the stream of a replica too: it would not catch up before the pause is over. */
function releaseSteps({ paused }: Restoration, scene: PlanScene): PlannedStep[] {
  return paused.flatMap((node) => {
    const member = findWanted(node, scene);
    return member?.lifecycle.kind === 'running' ? [redisStep(member, ['CLIENT', 'UNPAUSE'])] : [];
  });
}

/** What differs from what is wanted; all of it, where the present values are not known. */
function findSettingChange(
  { node, values, rewrites }: WantedSettings,
  checks: Checks,
  scene: PlanScene,
): SettingChange[] {
  const member = findWanted(node, scene);
  if (member?.lifecycle.kind !== 'running') {
    checks.warn('checkNodeAway', { name: node.name, ...node.address });
    return [];
  }
  const known = factsOf(scene, member.id).settings;
  const changed = Object.entries(values).filter(([name, value]) => known?.get(name) !== value);
  if (changed.length === 0 && rewrites !== true) return [];
  const present = changed.flatMap(([name]) => {
    const value = known?.get(name);
    return value === undefined ? [] : [[name, value] as const];
  });
  return [
    { member, values: Object.fromEntries(changed), present: Object.fromEntries(present), rewrites: rewrites === true },
  ];
}

function settingSteps({ member, values, rewrites }: SettingChange): PlannedStep[] {
  return [
    ...Object.entries(values).map(([name, value]) => redisStep(member, ['CONFIG', 'SET', name, value])),
    ...(rewrites ? [redisStep(member, ['CONFIG', 'REWRITE'])] : []),
  ];
}

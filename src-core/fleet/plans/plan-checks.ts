// Checks that several acts share: who is in charge, whether the role rests, what the login may do.
import type { Environment } from '../../contract/labels.ts';
import type { Member } from '../observing/member.ts';
import { descendants, findMaster } from '../observing/topology.ts';
import type { Checks, PlanScene } from './plan-draft.ts';

/** How long a role should rest before it changes again: flapping loses more than waiting. Seconds. */
export const coolDownSeconds: Readonly<Record<Environment, number>> = { lab: 0, dev: 0, stage: 60, prod: 300 };

/** The roles of these nodes change: not too soon after the last time, and not behind Sentinel's back. */
export function checkRoleChange(checks: Checks, members: readonly Member[], scene: PlanScene): void {
  for (const member of members) {
    checkCoolDown(checks, member, scene);
    const supervision = member.supervision ?? findMaster(member, scene.members)?.supervision;
    if (!supervision) continue;
    const { masterName } = supervision;
    checks.failUnlessForced('checkSentinelInCharge', { name: member.node.name, masterName });
  }
}

/** Not against the way back from the latest run: right after it is when that is wanted. */
export function checkCoolDown(checks: Checks, { id, node }: Member, scene: PlanScene): void {
  const changedAtMs = scene.roleChanges.get(id);
  const atLeast = coolDownSeconds[node.environment];
  if (changedAtMs === undefined || atLeast === 0) return;
  const seconds = Math.max(0, Math.round((scene.nowMs - changedAtMs) / 1000));
  if (seconds >= atLeast) return;
  const params = { name: node.name, seconds, atLeast };
  if (scene.restoration?.undoesLatest) checks.warn('checkCoolDown', params);
  else checks.failUnlessForced('checkCoolDown', params);
}

/** What the login is known to lack would only be refused half-way. */
export function checkRights(checks: Checks, { node, reading }: Member, features: readonly string[]): void {
  const missing = reading?.rights?.missing.filter(({ feature }) => features.includes(feature)) ?? [];
  for (const { command } of missing) checks.failUnlessForced('checkRightMissing', { name: node.name, command });
}

export function checkReplicasBelow(checks: Checks, member: Member, scene: PlanScene): void {
  const below = descendants(member, scene.members).length;
  if (below > 0) checks.warn('checkReplicasFollow', { name: member.node.name, replicas: below });
}

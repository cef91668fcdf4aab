// What the versions of two ends mean for a sync: whether the snapshot can be loaded, and whether the commands are known.
import type { Forecast } from '../../contract/acts.ts';
import { nameServer } from '../../contract/server-name.ts';
import { compareVersions, loadsSnapshotOf } from '../../insight/rdb-versions.ts';
import type { Member } from '../observing/member.ts';
import { factsOf, versionOf } from './forecast-facts.ts';
import { type Checks, type PlanScene, say } from './plan-draft.ts';

/**
 * A replica finds out that it cannot load the snapshot when it has it, and then tries again without end. Most have
 * dropped their data by then; with `repl-diskless-load swapdb` it is kept beside until the new one is whole.
 * @returns the forecast as it is where the snapshot can be loaded, or where that is not known
 */
export function foreseeRefusal(forecast: Forecast, replica: Member, master: Member, scene: PlanScene): Forecast {
  if (forecast.sync !== 'full' || !isRefused(replica, master)) return forecast;
  const isKept = keepsData(replica, scene);
  return {
    ...forecast,
    reason: say('syncSnapshotRefused', namesOf(replica, master)),
    // It is never done: there is nothing to measure.
    transferBytes: null,
    cost: null,
    advice: null,
    ...(isKept && { keysDestroyed: 0, bytesDestroyed: 0 }),
  };
}

export function isForeseenRefused({ reason }: Forecast): boolean {
  return reason.code === 'syncSnapshotRefused';
}

/**
 * A partial resync needs no snapshot and passes between all versions. What comes after it may not: a replica skips the
 * commands that it does not know, its link stays up, and its offset goes on.
 */
export function checkVersions(
  checks: Checks,
  replica: Member,
  master: Member,
  forecast: Forecast,
  scene: PlanScene,
): void {
  if (!replica.reading || !master.reading) return;
  const names = namesOf(replica, master);
  const loads = loadsSnapshotOf(versionOf(replica.reading), versionOf(master.reading));
  const sendsNewer = compareVersions(master.reading.redisVersion, replica.reading.redisVersion) > 0;
  if (loads === false && forecast.sync === 'full') {
    checks.failUnlessForced(keepsData(replica, scene) ? 'checkSnapshotRefused' : 'checkSnapshotTooNew', names);
  } else if (loads === false) checks.warn('checkFollowsForNow', names);
  else if (!sendsNewer) checks.pass('checkVersionFits', names);
  else checks.warn(loads === null ? 'checkVersionNewer' : 'checkCommandsNewer', names);
}

/** For a change of roles that somebody else carries out: how each will sync is not known, who is older is. */
export function warnOfOlder(checks: Checks, replica: Member, master: Member): void {
  if (isRefused(replica, master)) checks.warn('checkFollowsForNow', namesOf(replica, master));
}

function isRefused(replica: Member, master: Member): boolean {
  if (!replica.reading || !master.reading) return false;
  return loadsSnapshotOf(versionOf(replica.reading), versionOf(master.reading)) === false;
}

function keepsData(replica: Member, scene: PlanScene): boolean {
  return factsOf(scene, replica.id).settings?.get('repl-diskless-load') === 'swapdb';
}

function namesOf(replica: Member, master: Member) {
  return {
    name: replica.node.name,
    version: versionText(replica),
    master: master.node.name,
    masterVersion: versionText(master),
  };
}

function versionText({ reading }: Member): string {
  return reading ? nameServer(reading.server) : '';
}

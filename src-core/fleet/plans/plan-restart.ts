// The plan of a rolling restart: leaves first, each waited for, the master last and after a failover.
import type { Forecast, MoveForecast } from '../../contract/acts.ts';
import { forecastRestart, type Keeping, type RestartForecast } from '../../insight/restart.ts';
import type { Member } from '../observing/member.ts';
import { ancestors, descendants, findMaster } from '../observing/topology.ts';
import { factsOf, toRestartWork } from './forecast-facts.ts';
import { checkRoleChange } from './plan-checks.ts';
import {
  type ActOf,
  Checks,
  hostStep,
  type PlanDraft,
  type PlannedStep,
  type PlanScene,
  redisStep,
  say,
  waitStep,
} from './plan-draft.ts';
import { replicasOf } from './plan-failover.ts';
import {
  checkSwitchover,
  failoverTimeoutMs,
  holdsOf,
  type Switchover,
  settingsMeanwhile,
  switchoverSteps,
} from './plan-switchover.ts';
import { asMove, followSteps, loginSteps, replicaOfStep } from './plan-sync.ts';

/** For the operator to restart a server by hand. */
const restartByHandMs = 900_000;
const streamAgainMs = 120_000;

export function draftRollingRestart(act: ActOf<'rollingRestart'>, root: Member, scene: PlanScene): PlanDraft {
  const { name } = root.node;
  const below = [...descendants(root, scene.members)].filter(({ lifecycle }) => lifecycle.kind === 'running');
  const depth = (member: Member) => ancestors(member, scene.members).length;
  const replicas = below.sort(
    (one, other) => depth(other) - depth(one) || one.node.name.localeCompare(other.node.name),
  );
  const successor = root.reading?.link ? null : (replicasOf(root, scene).find(isStreaming) ?? null);
  const checks = new Checks();
  const switchover = successor && { master: root, replica: successor, timeoutMs: failoverTimeoutMs };
  checkRestarts(checks, [...replicas, root], switchover, scene);
  const moves = [...replicas, root].map((member) => restartMove(member, member === root && switchover !== null, scene));
  const lost = moves.filter(({ forecast }) => (forecast.keysDestroyed ?? 0) > 0);
  return {
    act,
    title: say('titleRollingRestart', { name, nodes: replicas.length + 1 }),
    forecast: moves.at(-1)?.forecast ?? null,
    moves,
    destroys: [
      ...lost.map(({ nodeName, forecast }) =>
        say('destroysByRestart', { name: nodeName, keys: forecast.keysDestroyed ?? 0 }),
      ),
      ...(switchover ? [holdsOf(switchover, scene)] : []),
    ],
    checks: checks.list,
    steps: [
      ...replicas.flatMap((member) =>
        restartSteps(member, findMaster(member, scene.members), replicasOf(member, scene), scene),
      ),
      ...(switchover ? afterSwitchover(switchover, replicasOf(root, scene), scene) : []),
      ...restartSteps(
        root,
        successor ?? findMaster(root, scene.members),
        successor ? [] : replicasOf(root, scene),
        scene,
      ),
    ],
    undo: say('undoRestart'),
    losesDataAt: lost.length > 0 ? root : null,
    refusal: checks.refusal,
    concerns: [...replicas, root],
    goal: goalOf(root, replicas, successor, scene),
    ...settingsMeanwhile(switchover, scene),
  };
}

function isStreaming({ reading, lifecycle }: Member): boolean {
  return lifecycle.kind === 'running' && reading?.link?.up === true;
}

function checkRestarts(
  checks: Checks,
  members: readonly Member[],
  switchover: Switchover | null,
  scene: PlanScene,
): void {
  for (const member of members) {
    const { name, kind } = member.node;
    if (!checks.reachable(member, scene.nowMs)) continue;
    checks.notCluster(member);
    if (kind === 'remote') checks.warn('checkRestartByHand', { name });
    const { keysLost, range } = forecastRestart(toKeeping(member, scene));
    if (keysLost === 0) checks.pass('checkRestartFits', { name });
    if (range) checkRestartTime(checks, name, range);
  }
  if (!switchover) return;
  checkRoleChange(checks, [switchover.master, switchover.replica], scene);
  checkSwitchover(checks, switchover, scene);
}

function checkRestartTime(checks: Checks, name: string, range: NonNullable<RestartForecast['range']>): void {
  const { leastSeconds, mostSeconds } = range;
  if (mostSeconds < 1) checks.pass('checkRestartQuick', { name });
  else checks.pass('checkRestartTime', { name, leastMs: leastSeconds * 1000, mostMs: mostSeconds * 1000 });
}

/** Once another one is the master, a restart of the old one loses nothing. */
function restartMove(member: Member, isReplacedFirst: boolean, scene: PlanScene): MoveForecast {
  const keeping = toKeeping(member, scene);
  const { sync, reason, keysLost } = forecastRestart(
    isReplacedFirst ? { ...keeping, role: 'replica', replicasBelow: 0, keysBelow: 0 } : keeping,
  );
  const forecast: Forecast = {
    sync,
    reason,
    transferBytes: null,
    keysDestroyed: keysLost,
    bytesDestroyed: null,
    replicasBelow: 0,
    window: null,
    cost: null,
    advice: null,
  };
  return asMove(member, forecast);
}

export function toKeeping(member: Member, scene: PlanScene): Keeping {
  const below = descendants(member, scene.members);
  return {
    name: member.node.name,
    isEmbedded: member.node.kind === 'embedded',
    role: member.reading?.role ?? 'unknown',
    keys: member.reading?.keys ?? 0,
    save: factsOf(scene, member.id).settings?.get('save') ?? null,
    aofEnabled: member.reading?.persistence.aofEnabled ?? null,
    hasConfigFile: factsOf(scene, member.id).hasConfigFile,
    replicasBelow: below.length,
    work: toRestartWork(member, factsOf(scene, member.id)),
    keysBelow: below.reduce((sum, { reading }) => sum + (reading?.keys ?? 0), 0),
  };
}

/**
 * Ours are restarted by us; a real server by whoever runs it, seen by its new run_id. Whom it follows is written to its
 * file before, and said again after: to a server that follows already that is no change.
 * @param master whom it follows by then; null for a master
 * @param below its own replicas, which come back by themselves
 */
function restartSteps(
  member: Member,
  master: Member | null,
  below: readonly Member[],
  scene: PlanScene,
): PlannedStep[] {
  const again = member.node.kind === 'embedded' ? [restartOurs(member, master)] : restartByHand(member, master, scene);
  // Those that did not stream before are not waited for.
  const nodeIds = [...(master ? [member] : []), ...below.filter(isStreaming)].map(({ id }) => id);
  if (nodeIds.length === 0) return again;
  const wait = { kind: 'waitStreaming', nodeIds, timeoutMs: streamAgainMs } as const;
  return [...again, waitStep(member, 'INFO replication', streamAgainMs, wait)];
}

function restartOurs(member: Member, master: Member | null): PlannedStep {
  const follows = master && { ...master.address, ...master.node.credentials };
  const command = `SHUTDOWN SAVE; syncline server${master ? ` --replicaof ${master.address.host} ${master.address.port}` : ''}`;
  return hostStep(member, member.node.name, command, { kind: 'restartNode', nodeId: member.id, follows });
}

function restartByHand(member: Member, master: Member | null, scene: PlanScene): PlannedStep[] {
  const wait = waitStep(member, 'INFO server', restartByHandMs, {
    kind: 'waitRestart',
    nodeId: member.id,
    runId: member.reading?.runId ?? '',
    timeoutMs: restartByHandMs,
  });
  const writes = factsOf(scene, member.id).hasConfigFile === true ? [redisStep(member, ['CONFIG', 'REWRITE'])] : [];
  return [
    ...writes,
    wait,
    ...(master ? [...loginSteps(member, master, scene), replicaOfStep(member, master.peerAddress)] : []),
  ];
}

function afterSwitchover(switchover: Switchover, siblings: readonly Member[], scene: PlanScene): PlannedStep[] {
  const { replica } = switchover;
  const others = siblings.filter((member) => member !== replica);
  return [...switchoverSteps(switchover, scene), ...others.flatMap((member) => followSteps(member, replica, scene))];
}

function goalOf(
  root: Member,
  replicas: readonly Member[],
  successor: Member | null,
  scene: PlanScene,
): NonNullable<PlanDraft['goal']> {
  const direct = new Set(replicasOf(root, scene));
  return [...replicas, root].map((member) => {
    const present = member.reading?.link?.masterAddress ?? null;
    if (successor === null) return { member, master: present };
    if (member === successor) return { member, master: null };
    return { member, master: member === root || direct.has(member) ? successor.peerAddress : present };
  });
}

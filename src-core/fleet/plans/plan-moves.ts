// Plans that move several replicas to another master, one at a time: re-point the replicas of a node, flatten a chain.
import { FailureError } from '../../contract/failure-error.ts';
import type { Statement } from '../../contract/statements.ts';
import type { Member } from '../observing/member.ts';
import { ancestors, descendants } from '../observing/topology.ts';
import { type ActOf, Checks, type PlanDraft, type PlanScene, say } from './plan-draft.ts';
import { replicasOf } from './plan-failover.ts';
import { checkAttach } from './plan-replication.ts';
import { asMove, destroyedBySync, followSteps, foreseeSync, losesData, movesBelow } from './plan-sync.ts';

export function draftRepoint(act: ActOf<'repointReplicas'>, from: Member, master: Member, scene: PlanScene): PlanDraft {
  const moved = replicasOf(from, scene).filter((member) => member !== master && isUp(member));
  const names = { name: from.node.name, master: master.node.name };
  return draftMoves(act, say('titleRepointReplicas', { ...names, replicas: moved.length }), from, master, moved, scene);
}

/** Nearest first: each moves while the one above it still stands where it stood. */
export function draftFlatten(act: ActOf<'flatten'>, root: Member, scene: PlanScene): PlanDraft {
  const depth = (member: Member) => ancestors(member, scene.members).findIndex(({ id }) => id === root.id);
  const deeper = descendants(root, scene.members).filter((member) => depth(member) > 0 && isUp(member));
  const moved = [...deeper].sort((one, other) => depth(one) - depth(other));
  return draftMoves(act, say('titleFlatten', { name: root.node.name }), root, root, moved, scene);
}

function isUp({ lifecycle }: Member): boolean {
  return lifecycle.kind === 'running';
}

/** All `moved` follow `master` afterwards; the next one only when the one before streams. */
function draftMoves(
  act: PlanDraft['act'],
  title: Statement,
  about: Member,
  master: Member,
  moved: readonly Member[],
  scene: PlanScene,
): PlanDraft {
  const checks = new Checks();
  const { name } = about.node;
  if (moved.length === 0) {
    checks.fail('checkNothingToMove', { name }, new FailureError('checkFailed', { check: 'checkNothingToMove' }));
  } else checks.pass('checkDirectReplicas', { name, replicas: moved.length });
  const foreseen = moved.map((member) => ({ member, forecast: foreseeSync(member, master, scene) }));
  for (const { member, forecast } of foreseen) checkAttach(member, master, scene, forecast, checks);
  return {
    act,
    title,
    forecast: foreseen[0]?.forecast ?? null,
    moves: foreseen.flatMap(({ member, forecast }) => [
      asMove(member, forecast),
      ...movesBelow(member, forecast, scene),
    ]),
    destroys: foreseen.flatMap(({ member, forecast }) => destroyedBySync(member, forecast)),
    checks: checks.list,
    steps: moved.flatMap((member) => followSteps(member, master, scene)),
    undo: say('undoFromJournal'),
    losesDataAt: foreseen.map(({ member, forecast }) => losesData(member, forecast)).find(Boolean) ?? null,
    refusal: checks.refusal,
    concerns: [...new Set([about, master, ...moved])],
    goal: moved.map((member) => ({ member, master: master.peerAddress })),
  };
}

// The plan that changes replication settings of a server, and writes them to its configuration file.
import type { ChangeableSetting } from '../../contract/acts.ts';
import { FailureError } from '../../contract/failure-error.ts';
import type { Statement } from '../../contract/statements.ts';
import { memoryBytes } from '../../remote/config.ts';
import type { Member } from '../observing/member.ts';
import { factsOf } from './forecast-facts.ts';
import { checkRights } from './plan-checks.ts';
import { type ActOf, Checks, type PlanDraft, type PlanScene, redisStep, say } from './plan-draft.ts';

export function draftSettings(act: ActOf<'changeSettings'>, member: Member, scene: PlanScene): PlanDraft {
  const { name } = member.node;
  const present = factsOf(scene, member.id).settings;
  const wanted = Object.entries(act.settings ?? {}) as [ChangeableSetting, string][];
  const changed = wanted.filter(([setting, value]) => present?.get(setting) !== value);
  const checks = new Checks();
  if (checks.reachable(member, scene.nowMs)) {
    checkRights(checks, member, ['tune']);
    if (changed.length > 0) checks.pass('checkSettingsChange', { name, settings: describe(changed, present) });
    else if (act.rewrite !== true) {
      checks.fail(
        'checkNothingToMove',
        { name },
        new FailureError('settingInvalid', { setting: name, reason: 'no change' }),
      );
    }
    checkBacklog(checks, member, changed);
  }
  const known = changed.flatMap(([setting]) => {
    const value = present?.get(setting);
    return value === undefined ? [] : [[setting, value] as const];
  });
  return {
    act,
    title: say('titleChangeSettings', { name }),
    forecast: null,
    destroys:
      changed.length > 0
        ? [say('destroysSettings', { name, settings: changed.map(([setting]) => setting).join(', ') })]
        : [],
    checks: checks.list,
    steps: [
      ...changed.map(([setting, value]) => redisStep(member, ['CONFIG', 'SET', setting, value])),
      ...(act.rewrite === true ? [redisStep(member, ['CONFIG', 'REWRITE'])] : []),
    ],
    undo: undoOf(changed.length),
    losesDataAt: null,
    refusal: checks.refusal,
    concerns: [member],
    replacedSettings: [{ node: toWanted(member), values: Object.fromEntries(known), rewrites: act.rewrite === true }],
    goalSettings: [{ node: toWanted(member), values: Object.fromEntries(changed), rewrites: act.rewrite === true }],
  };
}

function undoOf(changes: number): Statement {
  return changes > 0 ? say('undoSettings') : say('undoNotNeeded');
}

/** A backlog of another size begins anew: replicas that are away cannot continue any more. */
function checkBacklog(checks: Checks, member: Member, changed: readonly (readonly [string, string])[]): void {
  const backlog = member.reading?.backlog;
  const wanted = changed.find(([setting]) => setting === 'repl-backlog-size')?.[1];
  const bytes = wanted === undefined ? null : memoryBytes(wanted);
  if (!backlog?.active || bytes === null || bytes >= backlog.histlenBytes) return;
  checks.warn('checkBacklogShrinks', { name: member.node.name, bytes: backlog.histlenBytes - bytes });
}

function describe(
  changed: readonly (readonly [string, string])[],
  present: ReadonlyMap<string, string> | null,
): string {
  return changed.map(([setting, value]) => `${setting} ${present?.get(setting) ?? '?'} → ${value}`).join(', ');
}

export function toWanted({
  id,
  node,
  address,
  reading,
}: Member): NonNullable<PlanDraft['replacedSettings']>[number]['node'] {
  return {
    nodeId: id,
    name: node.name,
    address,
    runId: reading?.runId ?? '',
    master: reading?.link?.masterAddress ?? null,
  };
}

// The switchover of a master before 6.2, which knows neither FAILOVER nor a pause for writes alone.
import { settingNumber } from '../../remote/config.ts';
import type { Member } from '../observing/member.ts';
import { factsOf } from './forecast-facts.ts';
import {
  evidenceStep,
  type PlannedStep,
  type PlanScene,
  redisStep,
  releasingStep,
  type WantedSettings,
  waitStep,
  wholePauseStep,
} from './plan-draft.ts';
import { toWanted } from './plan-settings.ts';
import { followStep, watchSync } from './plan-sync.ts';

/*
 * Its CLIENT PAUSE holds every command of every client, ours too, and cannot be ended early. When it is over the clients
 * that waited come in an order that nobody chooses, and some write before our REPLICAOF is read. So a fence is set up with
 * the pause: the master is told to want as many good replicas as it has, and refuses writes by itself from the moment on
 * in which one of them is raised. And it sends no pings for a while, which would put it ahead of what the raised one has.
 *
 *   master    |fence, pause ............................... REPLICAOF read|fence away
 *   replica   |        in step, REPLICAOF NO ONE
 */

/** Shorter than our own patience with one command: the answer to REPLICAOF comes when the pause is over. */
export const wholePauseMs = 2000;
/** Of it, how long the replica may take to be in step, and what must be left of it when it is raised. */
const inStepMaxMs = 1000;
const raiseLeastMs = 600;
/** Seconds between pings meanwhile. Should nobody take it back, links drop and come back after repl-timeout. */
const rarePingSeconds = '3600';
/** Redis's own, where it is switched off: without it no replica is counted as good. */
const usualMaxLagSeconds = 10;

const fenceNames = ['min-replicas-to-write', 'min-replicas-max-lag', 'repl-ping-replica-period'] as const;

/** Whether what the fence replaces is known, and so can be put back. */
export function canFence(master: Member, scene: PlanScene): boolean {
  const { settings } = factsOf(scene, master.id);
  return fenceNames.every((name) => settings?.get(name) !== undefined);
}

export function wholePauseSteps(master: Member, replica: Member, scene: PlanScene): PlannedStep[] {
  const undo = Object.entries(presentValues(master, scene)).map(toSetting);
  const commands = [...Object.entries(fence(master, scene)).map(toSetting), ['CLIENT', 'PAUSE', String(wholePauseMs)]];
  const raise = redisStep(replica, ['REPLICAOF', 'NO', 'ONE']);
  return [
    wholePauseStep(master, commands, wholePauseMs, undo),
    waitStep(replica, 'INFO replication', inStepMaxMs, {
      kind: 'waitInStep',
      nodeId: replica.id,
      timeoutMs: inStepMaxMs,
    }),
    {
      step: raise.step,
      action: { kind: 'redis', nodeId: replica.id, words: ['REPLICAOF', 'NO', 'ONE'], pauseLeftMs: raiseLeastMs },
    },
    followStep(master, replica),
    releasingStep(master, undo),
    evidenceStep(replica, 'INFO replication', { kind: 'watchPromotion', nodeId: replica.id }),
    watchSync(master, replica),
  ];
}

/** As they are now, for the journal: a run that was killed is undone with them, and resumed with them too. */
export function fencedSettings(master: Member, scene: PlanScene): WantedSettings[] {
  return [{ node: toWanted(master), values: presentValues(master, scene) }];
}

function fence(master: Member, scene: PlanScene): Readonly<Record<(typeof fenceNames)[number], string>> {
  const { settings } = factsOf(scene, master.id);
  const maxLagSeconds = settingNumber(settings, 'min-replicas-max-lag') || usualMaxLagSeconds;
  const good = (master.reading?.replicas ?? []).filter(
    ({ state, ackAgeSeconds }) => state === 'online' && ackAgeSeconds <= maxLagSeconds,
  );
  return {
    'min-replicas-to-write': String(Math.max(1, good.length)),
    'min-replicas-max-lag': String(maxLagSeconds),
    'repl-ping-replica-period': rarePingSeconds,
  };
}

function presentValues(master: Member, scene: PlanScene): Record<string, string> {
  const { settings } = factsOf(scene, master.id);
  return Object.fromEntries(fenceNames.map((name) => [name, settings?.get(name) ?? '']));
}

function toSetting([name, value]: readonly [string, string]): string[] {
  return ['CONFIG', 'SET', name, value];
}

// Plans of the acts on a node itself: start, stop, remove or forget, and its write load.
import { actBounds } from '../../contract/acts.ts';
import { FailureError } from '../../contract/failure-error.ts';
import { loadCleanUpCommand, loadKeyPrefix, loadKeys } from '../../nodes/write-load.ts';
import type { Member } from '../observing/member.ts';
import { descendants } from '../observing/topology.ts';
import { type ActOf, Checks, hostStep, type PlanDraft, type PlanScene, redisStep, say } from './plan-draft.ts';

/** Names in the order in which nodes get them where a person gives none. */
const givenNames = [
  ...['alpha', 'bravo', 'charlie', 'delta', 'echo', 'foxtrot', 'golf', 'hotel', 'india', 'juliett', 'kilo', 'lima'],
  ...['mike', 'november', 'oscar', 'papa', 'quebec', 'romeo', 'sierra', 'tango', 'uniform', 'victor', 'whiskey'],
  ...['xray', 'yankee', 'zulu'],
];

export function draftCreate(act: ActOf<'startNode'>, scene: PlanScene): PlanDraft {
  const taken = new Set(scene.members.map(({ node }) => node.name));
  const name = act.name ?? givenNames.find((given) => !taken.has(given)) ?? `node-${scene.members.length + 1}`;
  const port = act.port ?? 0;
  const checks = new Checks();
  if (taken.has(name)) checks.fail('checkNameFree', { name }, new FailureError('nodeNameTaken', { name }));
  else checks.pass('checkNameFree', { name });
  checkRoom(checks, scene);
  const usesPort = scene.members.some(({ node }) => node.kind === 'embedded' && node.address.port === port);
  if (port !== 0 && usesPort) checks.fail('checkPortFree', { port }, new FailureError('portInUse', { port }));
  const password = act.password || null;
  const words = [`syncline server --port ${port === 0 ? '<free>' : port}`, ...(password ? ['--requirepass ***'] : [])];
  return {
    act: { ...act, name },
    title: say('titleStartNode', { name }),
    forecast: null,
    destroys: [],
    checks: checks.list,
    steps: [hostStep(null, name, words.join(' '), { kind: 'createNode', name, port, password })],
    undo: say('undoStartNode', { name }),
    losesDataAt: null,
    refusal: checks.refusal,
    concerns: [],
  };
}

function checkRoom(checks: Checks, scene: PlanScene): void {
  const params = { nodes: scene.members.length, limit: actBounds.nodesMax };
  if (scene.members.length < actBounds.nodesMax) checks.pass('checkNodesBelowLimit', params);
  else checks.fail('checkNodesBelowLimit', params, new FailureError('tooManyNodes', { limit: actBounds.nodesMax }));
}

export function draftStartAgain(act: ActOf<'startNode'>, member: Member): PlanDraft {
  const { name, lifecycle, address } = member.node;
  const checks = new Checks();
  if (member.node.kind === 'remote') checks.fail('checkReachable', { name }, notOurs(name, 'start'));
  else if (lifecycle.kind === 'stopped' || lifecycle.kind === 'failed') checks.pass('checkNotRunning', { name });
  else checks.fail('checkRunning', { name }, new FailureError('settingInvalid', { setting: name, reason: 'it runs' }));
  const command = `syncline server --port ${address.port}`;
  return {
    act,
    title: say('titleStartNodeAgain', { name }),
    forecast: null,
    destroys: [],
    checks: checks.list,
    steps: [hostStep(member, name, command, { kind: 'startNode', nodeId: member.id })],
    undo: say('undoStartNode', { name }),
    losesDataAt: null,
    refusal: checks.refusal,
    concerns: [member],
  };
}

export function draftStop(act: ActOf<'stopNode'>, member: Member, scene: PlanScene): PlanDraft {
  const { name, kind, lifecycle } = member.node;
  const checks = new Checks();
  if (kind === 'remote') checks.fail('checkReachable', { name }, notOurs(name, 'SHUTDOWN'));
  else if (lifecycle.kind === 'running') checks.pass('checkRunning', { name });
  else checks.fail('checkNotRunning', { name }, new FailureError('nodeNotRunning', { name }));
  const below = descendants(member, scene.members).length;
  if (below > 0) checks.warn('checkReplicasFollow', { name, replicas: below });
  return {
    act,
    title: say('titleStopNode', { name }),
    forecast: null,
    destroys: below > 0 ? [say('destroysReplicaLinks', { name, replicas: below })] : [],
    checks: checks.list,
    steps: [hostStep(member, name, 'SHUTDOWN SAVE', { kind: 'stopNode', nodeId: member.id })],
    undo: say('undoStopNode', { name }),
    losesDataAt: null,
    refusal: checks.refusal,
    concerns: [member],
  };
}

export function draftRemove(act: ActOf<'removeNode'>, member: Member, scene: PlanScene): PlanDraft {
  const { name, kind } = member.node;
  const isEmbedded = kind === 'embedded';
  const checks = new Checks();
  const below = descendants(member, scene.members).length;
  if (below > 0 && isEmbedded) checks.warn('checkReplicasFollow', { name, replicas: below });
  const keys = member.reading?.keys ?? 0;
  return {
    act,
    title: say(isEmbedded ? 'titleRemoveNode' : 'titleForgetNode', { name }),
    forecast: null,
    destroys: isEmbedded
      ? [
          ...(keys > 0 ? [say('destroysProcessData', { name, keys })] : []),
          ...(below > 0 ? [say('destroysReplicaLinks', { name, replicas: below })] : []),
        ]
      : [],
    checks: checks.list,
    steps: [
      hostStep(member, name, isEmbedded ? 'SHUTDOWN NOSAVE, remove its data folder' : 'close the connection', {
        kind: 'removeNode',
        nodeId: member.id,
      }),
    ],
    undo: isEmbedded ? say('undoImpossible', { name }) : say('undoForgetNode', { name }),
    losesDataAt: isEmbedded && keys > 0 ? member : null,
    refusal: checks.refusal,
    concerns: [member],
  };
}

export function draftStartLoad(act: ActOf<'startLoad'>, member: Member, scene: PlanScene): PlanDraft {
  const { name } = member.node;
  const { writesPerSecond, valueBytes } = act;
  const checks = new Checks();
  if (checks.reachable(member, scene.nowMs)) {
    const link = member.reading?.link;
    if (link) {
      const master = `${link.masterAddress.host}:${link.masterAddress.port}`;
      const answer = "READONLY You can't write against a read only replica.";
      const refusal = new FailureError('commandRefused', { name, command: 'SET', answer });
      checks.fail('checkAlreadyReplicaOf', { name, master }, refusal);
    } else checks.pass('checkIsMaster', { name });
    checks.pass('checkLoadBelowLimit', { writesPerSecond, limit: actBounds.writesPerSecondMax });
  }
  const load = { writesPerSecond, valueBytes };
  const command = `SET ${loadKeyPrefix}<0…${loadKeys - 1}> <${valueBytes} bytes>, ${writesPerSecond} times a second`;
  return {
    act,
    title: say('titleStartLoad', { name, writesPerSecond, valueBytes }),
    forecast: null,
    destroys: [say('overwritesKeys', { name, prefix: loadKeyPrefix, keys: loadKeys })],
    checks: checks.list,
    steps: [hostStep(member, name, command, { kind: 'startLoad', nodeId: member.id, load })],
    undo: say('undoStartLoad', { name }),
    losesDataAt: member.node.environment === 'prod' ? member : null,
    refusal: checks.refusal,
    concerns: [member],
  };
}

/** The load leaves nothing behind: its keys are removed with it. */
export function draftStopLoad(act: ActOf<'stopLoad'>, member: Member): PlanDraft {
  const { name } = member.node;
  const words = loadCleanUpCommand();
  const shown = `${words[0]} ${words[1]} … ${words.at(-1)}`;
  const checks = new Checks();
  if (member.node.lifecycle.kind === 'running') checks.pass('checkRunning', { name });
  else checks.fail('checkNotRunning', { name }, new FailureError('nodeNotRunning', { name }));
  const cleansUp = !member.reading?.link;
  return {
    act,
    title: say('titleStopLoad', { name }),
    forecast: null,
    destroys: [],
    checks: checks.list,
    steps: [
      hostStep(member, name, 'stop the write load', { kind: 'stopLoad', nodeId: member.id }),
      ...(cleansUp ? [redisStep(member, words, shown)] : []),
    ],
    undo: say('undoStopLoad', { name }),
    losesDataAt: null,
    refusal: checks.refusal,
    concerns: [member],
  };
}

function notOurs(name: string, command: string): FailureError {
  return new FailureError('commandRefused', { name, command, answer: 'Syncline did not start this server' });
}

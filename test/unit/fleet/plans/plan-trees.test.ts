// Plans that move whole trees: literal commands, who moves how, which checks fail, and what keeps them from running.
import { describe, expect, it } from 'vitest';
import type { Act } from '#core/contract/acts.ts';
import type { WantedLink } from '#core/fleet/plans/plan-draft.ts';
import { historyB, type SceneNode, sceneLink, sceneMember, sceneNowMs, sceneReading } from '../scene.ts';
import { codes, commands, moves, planOn, prepareOn } from './plan-scene.ts';

const entry = (port: number) => ({
  address: { host: '127.0.0.1', port },
  state: 'online',
  offset: 300,
  ackAgeSeconds: 0,
});
const alpha: SceneNode = { name: 'alpha', port: 1, reading: { replicas: [entry(2), entry(3)] } };
const bravo: SceneNode = { name: 'bravo', port: 2, reading: { link: sceneLink(1) } };
const charlie: SceneNode = { name: 'charlie', port: 3, reading: { link: sceneLink(1) } };
const delta: SceneNode = { name: 'delta', port: 4, reading: { link: sceneLink(2) } };
const failover: Act = { kind: 'failover', nodeId: 'id-bravo' };

describe('a planned failover', () => {
  it('goes by FAILOVER, then the siblings follow one at a time', () => {
    const plan = planOn([alpha, bravo, charlie], failover);
    expect(commands(plan)).toEqual([
      'alpha: FAILOVER TO 127.0.0.1 2 TIMEOUT 5000',
      'alpha: INFO replication',
      'bravo: INFO stats',
      'charlie: REPLICAOF 127.0.0.1 2',
      'bravo: INFO stats',
    ]);
    expect(moves(plan)).toEqual(['alpha partial', 'charlie partial']);
    expect(codes(plan.checks, 'fail')).toEqual([]);
    expect(plan.destroys).toEqual([{ code: 'holdsWrites', params: { name: 'alpha', timeoutMs: 5000 } }]);
  });

  it('without the command pauses writes with an end, and releases them', () => {
    const facts = { alpha: { unknownCommands: new Set(['failover']) } };
    const plan = planOn([alpha, bravo], { ...failover, timeoutMs: 2000 }, { facts });
    expect(commands(plan)).toEqual([
      'alpha: CLIENT PAUSE 2000 WRITE',
      'bravo: INFO replication',
      'bravo: REPLICAOF NO ONE',
      'bravo: INFO replication',
      'alpha: REPLICAOF 127.0.0.1 2',
      'alpha: CLIENT UNPAUSE',
      'bravo: INFO stats',
    ]);
    expect(codes(plan.checks, 'warn')).toEqual(['checkPausesWrites']);
  });

  it('of a master before 6.2 holds everything, behind a fence that the run and the journal take back', () => {
    const kept = { 'min-replicas-to-write': '0', 'min-replicas-max-lag': '10', 'repl-ping-replica-period': '10' };
    const old = { ...alpha, reading: { ...alpha.reading, redisVersion: '6.0.16' } };
    const facts = { alpha: { settings: new Map(Object.entries(kept)) } };
    const prepared = prepareOn([old, bravo].map(sceneMember), failover, { facts });
    expect(commands(prepared.plan)).toEqual([
      [
        'alpha: MULTI',
        'CONFIG SET min-replicas-to-write 2',
        'CONFIG SET min-replicas-max-lag 10',
        'CONFIG SET repl-ping-replica-period 3600',
        'CLIENT PAUSE 2000',
        'INFO replication',
        'EXEC',
      ].join('\n'),
      'bravo: INFO replication',
      'bravo: REPLICAOF NO ONE',
      'alpha: REPLICAOF 127.0.0.1 2',
      [
        'alpha: MULTI',
        'CONFIG SET min-replicas-to-write 0',
        'CONFIG SET min-replicas-max-lag 10',
        'CONFIG SET repl-ping-replica-period 10',
        'EXEC',
      ].join('\n'),
      'bravo: INFO replication',
      'bravo: INFO stats',
    ]);
    expect(codes(prepared.plan.checks, 'warn')).toContain('checkPausesAll');
    expect(prepared.plan.destroys).toEqual([{ code: 'holdsCommands', params: { name: 'alpha', timeoutMs: 2000 } }]);
    for (const settings of [prepared.replacedSettings, prepared.goalSettings]) {
      expect(settings).toMatchObject([{ node: { name: 'alpha' }, values: kept }]);
    }
  });

  it('to a replica before 6.2 pauses the writes itself: that one does not know how to be handed over', () => {
    const old = { ...bravo, reading: { ...bravo.reading, redisVersion: '6.0.16' } };
    expect(commands(planOn([alpha, old], failover))[0]).toBe('alpha: CLIENT PAUSE 5000 WRITE');
  });

  it('to a replica that its master does not count as online yet fails its check', () => {
    const replicas = (alpha.reading?.replicas ?? []).map((entry) => ({ ...entry, state: 'send_bulk' }));
    const early = { ...alpha, reading: { ...alpha.reading, replicas } };
    expect(codes(planOn([early, bravo], failover).checks, 'fail')).toEqual(['checkNotOnline']);
  });

  it.each<[string, SceneNode[], string]>([
    [
      'before 6.2 holds all or nothing, and nothing where the fence could not be taken back',
      [{ ...alpha, reading: { ...alpha.reading, redisVersion: '6.0.9' } }, bravo],
      'checkNoPause',
    ],
    [
      'of a replica whose link is down',
      [alpha, { ...bravo, reading: { link: sceneLink(1, { up: false }) } }],
      'checkLinkDown',
    ],
    ['of a master', [{ ...alpha, name: 'bravo' }], 'checkAlreadyMaster'],
    ['whose master is away', [{ ...alpha, lifecycle: { kind: 'stopped' } }, bravo], 'checkNotReachable'],
    ['within a chain', [{ ...alpha, reading: { link: sceneLink(9) } }, bravo], 'checkAlreadyReplicaOf'],
  ])('%s is refused', (_title, nodes, code) => {
    const shown = nodes.map((node) => (node.name === 'alpha' || node.name === 'bravo' ? node : node));
    expect(codes(planOn(shown, failover).checks, 'fail')).toContain(code);
  });

  it('copies in full a sibling that is behind the backlog of the new master, and all below it', () => {
    const late: SceneNode = { ...charlie, reading: { link: sceneLink(1, { offset: 50 }) } };
    const below: SceneNode = { ...delta, reading: { link: sceneLink(3) } };
    const plan = planOn([alpha, bravo, late, below], failover);
    expect(moves(plan)).toEqual(['alpha partial', 'charlie full', 'delta full']);
    expect(plan.destroys.map(({ code }) => code)).toContain('destroysKeys');
  });

  it('under Sentinel is asked of Sentinel', () => {
    const members = [alpha, bravo].map(sceneMember);
    for (const member of members) {
      const isMaster = member.node.name === 'alpha';
      member.supervision = { masterName: 'shop', sentinels: 3, quorum: 2, isMaster, agreement: 3, asked: 3 };
    }
    const { plan } = prepareOn(members, failover);
    expect(commands(plan)).toEqual(['sentinel: SENTINEL FAILOVER shop', 'alpha: INFO replication']);
    const { plan: promote } = prepareOn(members, { kind: 'promote', nodeId: 'id-bravo' });
    expect(promote.checks.filter(({ level }) => level === 'fail')).toMatchObject([
      { statement: { code: 'checkSentinelInCharge' }, forceable: true },
    ]);
  });

  it('soon after another one in production wants a reason, and the typed name', () => {
    const prod = [alpha, bravo].map((node) => ({ ...node, environment: 'prod' as const }));
    const plan = planOn(prod, failover, { roleChanges: { bravo: sceneNowMs - 10_000 } });
    expect(codes(plan.checks, 'fail')).toEqual(['checkCoolDown']);
    expect(plan.typedConfirmation).toBe('alpha');
    expect(codes(planOn(prod, failover, { roleChanges: { bravo: sceneNowMs - 600_000 } }).checks, 'fail')).toEqual([]);
  });

  it('expires when a sibling has fallen behind so far that it would be copied', () => {
    const members = [alpha, bravo, charlie].map(sceneMember);
    const before = prepareOn(members, failover).ground;
    members[2]?.take(sceneReading(3, { link: sceneLink(1, { offset: 290 }) }));
    expect(prepareOn(members, failover).ground).toBe(before);
    members[2]?.take(sceneReading(3, { link: sceneLink(1, { offset: 20 }) }));
    expect(prepareOn(members, failover).ground).not.toBe(before);
  });
});

describe('a rescue', () => {
  const gone: SceneNode = { ...alpha, lifecycle: { kind: 'stopped' } };
  const down = (node: SceneNode, offset: number): SceneNode => ({
    ...node,
    reading: { link: sceneLink(1, { up: false, downSinceSeconds: 5, offset, roleState: 'connect' }) },
  });
  const rescue = (name: string): Act => ({ kind: 'rescue', nodeId: `id-${name}` });

  it('ranks the candidates by what each loses, and lets the others follow the chosen one', () => {
    const plan = planOn([gone, down(bravo, 290), down(charlie, 280)], rescue('bravo'));
    expect(plan.candidates.map(({ name, lostBytes }) => [name, lostBytes])).toEqual([
      ['bravo', 10],
      ['charlie', 20],
    ]);
    expect(commands(plan)).toEqual([
      'bravo: REPLICAOF NO ONE',
      'bravo: INFO replication',
      'charlie: REPLICAOF 127.0.0.1 2',
      'bravo: INFO stats',
    ]);
    expect(moves(plan)).toEqual(['charlie partial']);
    expect(codes(plan.checks, 'fail')).toEqual([]);
    expect(plan.forecast?.reason).toMatchObject({ code: 'promoteMasterGone', params: { lostBytes: 10 } });
  });

  it('of a worse one says which is better, and that the better one must copy everything', () => {
    const plan = planOn([gone, down(bravo, 290), down(charlie, 280)], rescue('charlie'));
    expect(codes(plan.checks, 'warn')).toContain('checkBetterCandidate');
    expect(moves(plan)).toEqual(['bravo full']);
  });

  it('of one that is in the middle of a sync, or while the master answers, wants a reason', () => {
    const half = { ...bravo, reading: { link: sceneLink(1, { up: false, syncInProgress: true, offset: 0 }) } };
    expect(codes(planOn([gone, half], rescue('bravo')).checks, 'fail')).toEqual(['checkNotWhole']);
    expect(codes(planOn([alpha, bravo], rescue('bravo')).checks, 'fail')).toEqual(['checkMasterAnswers']);
  });
});

describe('moves within a tree', () => {
  it('flatten takes what is deeper, nearest first', () => {
    const echo: SceneNode = { name: 'echo', port: 5, reading: { link: sceneLink(4) } };
    const plan = planOn([alpha, bravo, delta, echo], { kind: 'flatten', nodeId: 'id-alpha' });
    expect(commands(plan).filter((line) => line.includes('REPLICAOF'))).toEqual([
      'delta: REPLICAOF 127.0.0.1 1',
      'echo: REPLICAOF 127.0.0.1 1',
    ]);
    expect(codes(planOn([alpha, bravo], { kind: 'flatten', nodeId: 'id-alpha' }).checks, 'fail')).toEqual([
      'checkNothingToMove',
    ]);
  });

  it('the replicas of one master move to another, which stays where it is', () => {
    const plan = planOn([alpha, bravo, charlie], { kind: 'repointReplicas', nodeId: 'id-alpha', masterId: 'id-bravo' });
    expect(commands(plan)).toEqual(['charlie: REPLICAOF 127.0.0.1 2', 'bravo: INFO stats']);
  });

  it('two in the middle of a chain change places without a promotion', () => {
    const plan = planOn([alpha, bravo, delta], { kind: 'reverseLink', nodeId: 'id-delta' });
    expect(commands(plan)).toEqual([
      'delta: REPLICAOF 127.0.0.1 1',
      'alpha: INFO stats',
      'bravo: REPLICAOF 127.0.0.1 4',
      'delta: INFO stats',
    ]);
    expect([plan.forecast?.sync, moves(plan)]).toEqual(['partial', ['bravo partial']]);
  });
});

describe('settings', () => {
  const act: Act = {
    kind: 'changeSettings',
    nodeId: 'id-alpha',
    settings: { 'repl-timeout': '90', save: '3600 1' },
    rewrite: true,
  };

  it('are set where they differ, written to the file, and the present values are kept for the way back', () => {
    const { plan, replacedSettings } = prepareOn([sceneMember(alpha)], act);
    expect(commands(plan)).toEqual(['alpha: CONFIG SET repl-timeout 90', 'alpha: CONFIG REWRITE']);
    expect(replacedSettings).toMatchObject([{ node: { name: 'alpha' }, values: { 'repl-timeout': '60' } }]);
  });

  it('a smaller backlog is said to drop what it holds', () => {
    const smaller: Act = { ...act, settings: { 'repl-backlog-size': '100' } };
    expect(codes(planOn([alpha], smaller).checks, 'warn')).toEqual(['checkBacklogShrinks']);
  });
});

describe('the way back', () => {
  const wanted = (name: string, port: number, masterPort: number | null, runId = `run-${port}`): WantedLink => ({
    nodeId: `of another start ${name}`,
    name,
    address: { host: '127.0.0.1', port },
    runId,
    master: masterPort === null ? null : { host: '127.0.0.1', port: masterPort },
  });
  const undo: Act = { kind: 'restore', runId: 'r', to: 'before' };
  const restoration = (...links: WantedLink[]) => ({
    restoration: { links, settings: [], paused: [], undoesLatest: false },
  });
  /** After a failover from alpha to bravo. */
  const swapped: SceneNode[] = [
    { ...alpha, reading: { link: sceneLink(2) } },
    { ...bravo, reading: { replicas: [entry(1), entry(3)] } },
    { ...charlie, reading: { link: sceneLink(2) } },
  ];

  it('of a failover is a failover, and the siblings follow', () => {
    const plan = planOn(
      swapped,
      undo,
      restoration(wanted('alpha', 1, null), wanted('bravo', 2, 1), wanted('charlie', 3, 1)),
    );
    expect(commands(plan)).toEqual([
      'bravo: FAILOVER TO 127.0.0.1 1 TIMEOUT 5000',
      'bravo: INFO replication',
      'alpha: INFO stats',
      'charlie: REPLICAOF 127.0.0.1 1',
      'alpha: INFO stats',
    ]);
    expect(codes(plan.checks, 'fail')).toEqual([]);
  });

  it('finds a restarted node by its address, and leaves one that is away as it is', () => {
    const links = [wanted('bravo', 2, 9, 'an older process'), wanted('zulu', 77, 1)];
    const plan = planOn([alpha, bravo], undo, restoration(...links));
    expect(commands(plan)).toEqual(['bravo: REPLICAOF 127.0.0.1 9']);
    expect(codes(plan.checks, 'warn')).toEqual(['checkNodeAway', 'checkNodeAway']);
  });

  it('of a promotion says that the data is copied, where the node has a history of its own by now', () => {
    const promoted: SceneNode = { ...bravo, reading: { replicationId: historyB, keys: 3 } };
    const plan = planOn([alpha, promoted], undo, restoration(wanted('bravo', 2, 1)));
    expect(moves(plan)).toEqual(['bravo full']);
    expect(plan.destroys).toContainEqual({ code: 'destroysKeys', params: { name: 'bravo', keys: 3 } });
  });

  it('right after the run is warned of the roles that just changed, and later than another run takes a reason', () => {
    const prod = swapped.map((node) => ({ ...node, environment: 'prod' as const }));
    const roleChanges = { alpha: sceneNowMs - 10_000, bravo: sceneNowMs - 10_000 };
    const back = (undoesLatest: boolean) => {
      const { links, settings, paused } = restoration(wanted('alpha', 1, null), wanted('bravo', 2, 1)).restoration;
      return planOn(prod, undo, { roleChanges, restoration: { links, settings, paused, undoesLatest } });
    };
    expect(codes(back(false).checks, 'fail')).toContain('checkCoolDown');
    expect(codes(back(true).checks, 'fail')).toEqual([]);
    expect(codes(back(true).checks, 'warn')).toContain('checkCoolDown');
    expect(back(true).typedConfirmation).not.toBeNull();
  });

  it('begins at the top: nobody is led to one that is still to be moved, or two would follow each other', () => {
    const reversed: SceneNode[] = [
      alpha,
      { ...bravo, reading: { link: sceneLink(4) } },
      { ...delta, reading: { link: sceneLink(1) } },
    ];
    const plan = planOn(reversed, undo, restoration(wanted('delta', 4, 2), wanted('bravo', 2, 1)));
    expect(commands(plan).filter((line) => line.includes('REPLICAOF'))).toEqual([
      'bravo: REPLICAOF 127.0.0.1 1',
      'delta: REPLICAOF 127.0.0.1 2',
    ]);
  });

  it('of a failover whose old master is cut off from the new one takes a reason: it would be raised without what came since', () => {
    const cutOff = swapped.map((node) =>
      node.name === 'alpha' ? { ...node, reading: { link: { ...sceneLink(2), up: false } } } : node,
    );
    const plan = planOn(cutOff, undo, restoration(wanted('alpha', 1, null), wanted('bravo', 2, 1)));
    expect(plan.checks.find(({ level }) => level === 'fail')).toMatchObject({
      statement: { code: 'checkLinkDown', params: { name: 'alpha' } },
      forceable: true,
    });
    expect(commands(plan)[0]).toBe('alpha: REPLICAOF NO ONE');
  });

  it('lets go first of a pause that a killed Syncline left', () => {
    const plan = planOn([alpha, bravo], undo, {
      restoration: {
        links: [wanted('bravo', 2, null)],
        settings: [],
        paused: [wanted('bravo', 2, 1)],
        undoesLatest: false,
      },
    });
    expect(commands(plan).slice(0, 2)).toEqual(['bravo: CLIENT UNPAUSE', 'bravo: REPLICAOF NO ONE']);
  });

  it('of settings sets those that differ, and writes the file where the run had written it', () => {
    const settings = [{ node: wanted('alpha', 1, null), values: { 'repl-timeout': '90', save: '' }, rewrites: true }];
    const { plan, replacedSettings } = prepareOn([sceneMember(alpha)], undo, {
      restoration: { links: [], settings, paused: [], undoesLatest: false },
    });
    expect(commands(plan)).toContain('alpha: CONFIG SET repl-timeout 90');
    expect(commands(plan).at(-1)).toBe('alpha: CONFIG REWRITE');
    expect(replacedSettings).toMatchObject([
      { node: { name: 'alpha' }, values: { 'repl-timeout': '60' }, rewrites: true },
    ]);
  });

  it('where all stand already is nothing', () => {
    const plan = planOn([alpha, bravo], undo, restoration(wanted('alpha', 1, null), wanted('bravo', 2, 1)));
    expect(codes(plan.checks, 'fail')).toEqual(['checkNothingToMove']);
    expect(() => planOn([alpha], undo)).toThrow(/runUnknown/);
  });
});

describe('a rolling restart', () => {
  it('takes the leaves first and the master last, after a failover; ours restart as replicas of whom they followed', () => {
    const plan = planOn([alpha, bravo, charlie, delta], { kind: 'rollingRestart', nodeId: 'id-alpha' });
    expect(commands(plan).filter((line) => line.includes('SHUTDOWN') || line.includes('FAILOVER'))).toEqual([
      'delta: SHUTDOWN SAVE; syncline server --replicaof 127.0.0.1 2',
      'bravo: SHUTDOWN SAVE; syncline server --replicaof 127.0.0.1 1',
      'charlie: SHUTDOWN SAVE; syncline server --replicaof 127.0.0.1 1',
      'alpha: FAILOVER TO 127.0.0.1 2 TIMEOUT 5000',
      'alpha: SHUTDOWN SAVE; syncline server --replicaof 127.0.0.1 2',
    ]);
  });

  it('of real servers waits for whoever restarts them, and writes down before whom they follow', () => {
    const real = [alpha, bravo].map((node) => ({ ...node, kind: 'remote' as const }));
    const plan = planOn(real, { kind: 'rollingRestart', nodeId: 'id-bravo' });
    expect(commands(plan)).toEqual([
      'bravo: CONFIG REWRITE',
      'bravo: INFO server',
      'bravo: REPLICAOF 127.0.0.1 1',
      'bravo: INFO replication',
    ]);
    expect(codes(plan.checks, 'warn')).toEqual(['checkRestartByHand']);
    expect(plan.forecast).toMatchObject({ sync: 'partial', reason: { code: 'restartKeepsHistory' } });
  });
});

it.each<Act>([
  failover,
  { kind: 'reverseLink', nodeId: 'id-bravo' },
  { kind: 'rescue', nodeId: 'id-bravo' },
  { kind: 'flatten', nodeId: 'id-alpha' },
  { kind: 'repointReplicas', nodeId: 'id-alpha', masterId: 'id-bravo' },
  { kind: 'rollingRestart', nodeId: 'id-alpha' },
])('in Redis Cluster, where REPLICAOF is refused, $kind is refused too', (act) => {
  const server = { family: 'redis', version: '7.0.15', mode: 'cluster' };
  const inCluster = [alpha, bravo, charlie, delta].map((node) => ({ ...node, reading: { ...node.reading, server } }));
  const { plan, refusal } = prepareOn(inCluster.map(sceneMember), act);
  const failing = plan.checks.filter(({ statement }) => statement.code === 'checkClusterMode');
  expect([failing[0]?.level, failing[0]?.forceable]).toEqual(['fail', false]);
  expect(refusal).not.toBeNull();
});

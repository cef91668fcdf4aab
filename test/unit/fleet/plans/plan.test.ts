// Plans as they are shown: literal commands, what is destroyed, checks, undo; and what makes one expire.
import { describe, expect, it } from 'vitest';
import type { Act } from '#core/contract/acts.ts';
import type { Member } from '#core/fleet/observing/member.ts';
import { compareVersions } from '#core/insight/rdb-versions.ts';
import { historyB, type SceneNode, sceneLink, sceneMember, sceneReading } from '../scene.ts';
import { codes, commands, prepareOn } from './plan-scene.ts';

const alpha: SceneNode = { name: 'alpha', port: 1 };
const bravo: SceneNode = { name: 'bravo', port: 2, reading: { link: sceneLink(1) } };
const lone: SceneNode = { name: 'lone', port: 3, reading: { replicationId: historyB, keys: 5 } };

const plan = (act: Act, ...nodes: SceneNode[]) => prepare(act, nodes.map(sceneMember)).plan;

function prepare(act: Act, members: Member[]) {
  return prepareOn(members, act, { facts: { leftover: { sendsLogin: true } } });
}

const attachLone: Act = { kind: 'attach', nodeId: 'id-lone', masterId: 'id-alpha' };

describe('attach', () => {
  it('shows the command, the keys and the history that end, and how it is undone', () => {
    const shown = plan(attachLone, alpha, lone);
    expect(commands(shown)).toEqual(['lone: REPLICAOF 127.0.0.1 1', 'alpha: INFO stats']);
    expect(shown.destroys.map(({ code }) => code)).toEqual(['destroysKeys', 'destroysHistory']);
    expect(shown.undo).toEqual({ code: 'undoAttach', params: { name: 'lone', master: 'alpha' } });
    expect(codes(shown.checks, 'fail')).toEqual([]);
    // One look gives no write rate yet.
    expect(codes(shown.checks, 'warn')).toEqual(['checkBufferUnknown', 'checkCarriesOtherData']);
  });

  it('names the master as its peers reach it, where there is NAT in between, and knows it again there', () => {
    const behind = { ...alpha, peer: { host: '10.0.0.5', port: 6379 } };
    expect(commands(plan(attachLone, behind, lone))[0]).toBe('lone: REPLICAOF 10.0.0.5 6379');
    const link = { ...sceneLink(1), masterAddress: behind.peer };
    const following = { ...lone, reading: { link } };
    expect(codes(plan(attachLone, behind, following).checks, 'fail')).toEqual(['checkAlreadyReplicaOf']);
  });

  it('sets the login first where the master has a password, struck out', () => {
    const shown = plan(attachLone, { ...alpha, password: 'hunter2' }, lone);
    expect(commands(shown)[0]).toBe('lone: CONFIG SET masterauth ***');
    expect(shown.destroys).toContainEqual({ code: 'destroysLogin', params: { name: 'lone' } });
    expect(JSON.stringify(shown)).not.toContain('hunter2');
  });

  it('takes a left-over login away where the master asks for none', () => {
    const shown = plan({ ...attachLone, nodeId: 'id-leftover' }, alpha, { ...lone, name: 'leftover' });
    expect(commands(shown)[0]).toBe('leftover: CONFIG SET masterauth ""');
  });

  it('stops a write load on what becomes a replica', () => {
    expect(commands(plan(attachLone, alpha, { ...lone, hasLoad: true }))[0]).toBe('lone: stop the write load');
  });

  it.each([
    ['itself', { ...attachLone, masterId: 'id-lone' }, [alpha, lone], 'checkWouldBeSelf'],
    ['its own master', { ...attachLone, nodeId: 'id-bravo' }, [alpha, bravo], 'checkAlreadyReplicaOf'],
    [
      'its own replica',
      { kind: 'attach', nodeId: 'id-alpha', masterId: 'id-bravo' },
      [alpha, bravo],
      'checkWouldBeCycle',
    ],
    ['a stopped node', attachLone, [{ ...alpha, lifecycle: { kind: 'stopped' } }, lone], 'checkNotReachable'],
    [
      'a cluster node',
      attachLone,
      [{ ...alpha, reading: { server: { family: 'redis', version: '7.0.15', mode: 'cluster' } } }, lone],
      'checkClusterMode',
    ],
  ] as const)('to %s fails its check and may not run', (_what, act, nodes, code) => {
    const prepared = prepare(act, nodes.map(sceneMember));
    expect(codes(prepared.plan.checks, 'fail')).toEqual([code]);
    expect(prepared.refusal).not.toBeNull();
  });

  it('warns of an empty master and of replicas below, and fails for a master whose snapshot cannot be loaded', () => {
    const empty = { ...alpha, reading: { keys: 0, replicationId: historyB, redisVersion: '7.2.0' } };
    const shown = plan(
      { kind: 'attach', nodeId: 'id-lone', masterId: 'id-alpha' },
      empty,
      {
        ...lone,
        reading: {},
      },
      { name: 'below', port: 4, reading: { link: sceneLink(3) } },
    );
    expect(codes(shown.checks, 'warn')).toEqual(['checkEmptyMaster', 'checkReplicasFollow']);
    expect(shown.checks.find(({ level }) => level === 'fail')).toMatchObject({
      statement: { code: 'checkSnapshotTooNew' },
      forceable: true,
    });
    expect(shown.moves).toMatchObject([{ nodeName: 'below', forecast: { sync: 'none', keysDestroyed: 0 } }]);
  });

  it('asks for the typed name of a server in production that is changed', () => {
    expect(plan(attachLone, alpha, { ...lone, environment: 'prod' }).typedConfirmation).toBe('lone');
    expect(plan(attachLone, { ...alpha, environment: 'prod' }, lone).typedConfirmation).toBeNull();
    expect(plan(attachLone, alpha, { ...lone, environment: 'prod', reading: {} }).typedConfirmation).toBe('lone');
  });
});

describe('promote and resync', () => {
  it('promotes by NO ONE, and says what the replica has not got yet', () => {
    const behind = { ...bravo, reading: { link: sceneLink(1, { offset: 280 }) } };
    const shown = plan({ kind: 'promote', nodeId: 'id-bravo' }, alpha, behind);
    expect(commands(shown)).toEqual(['bravo: REPLICAOF NO ONE', 'bravo: INFO replication']);
    expect(shown.forecast?.reason).toEqual({
      code: 'promoteBehindMaster',
      params: { name: 'bravo', master: 'alpha', lagBytes: 20 },
    });
  });

  it('refuses to promote a master and to resync what follows nobody', () => {
    const refusal = (kind: 'promote' | 'resyncFull') =>
      prepare({ kind, nodeId: 'id-alpha' }, [sceneMember(alpha)]).refusal;
    expect([refusal('promote')?.failure.code, refusal('resyncFull')?.failure.code]).toEqual([
      'alreadyMaster',
      'notAReplica',
    ]);
  });

  it('foresees a partial resync under load, where the replica was read after its master and seems ahead of it', () => {
    const ahead = { ...bravo, reading: { link: sceneLink(alpha.port, { offset: 330 }) } };
    const shown = plan({ kind: 'resyncPartial', nodeId: 'id-bravo' }, alpha, ahead);
    expect(shown.forecast).toMatchObject({ sync: 'partial', window: { endOffset: 330, replicaOffset: 330 } });
    expect(shown.destroys).toEqual([]);
  });

  it('resyncs partially by dropping the link, since REPLICAOF to the same master does nothing', () => {
    const shown = plan({ kind: 'resyncPartial', nodeId: 'id-bravo' }, alpha, bravo);
    expect(commands(shown)).toEqual(['bravo: CLIENT KILL TYPE master', 'alpha: INFO stats']);
    expect(shown.forecast?.sync).toBe('partial');
    expect(shown.destroys).toEqual([]);
  });

  it('resyncs in full by giving up the history', () => {
    const shown = plan({ kind: 'resyncFull', nodeId: 'id-bravo' }, alpha, bravo);
    expect(commands(shown)).toEqual([
      'bravo: MULTI\nREPLICAOF NO ONE\nREPLICAOF 127.0.0.1 1\nEXEC',
      'alpha: INFO stats',
    ]);
    expect(shown.destroys).toEqual([{ code: 'destroysKeys', params: { name: 'bravo', keys: 10 } }]);
  });
});

describe('nodes and loads', () => {
  it('gives a new node the first free name, and keeps its password out of the plan', () => {
    const shown = plan({ kind: 'startNode', password: 'hunter2' }, alpha);
    expect(shown.title).toEqual({ code: 'titleStartNode', params: { name: 'bravo' } });
    expect(JSON.stringify(shown)).not.toContain('hunter2');
  });

  it('refuses a name that is taken and a port that a node has', () => {
    const refused = (act: Partial<Act>) => prepare({ kind: 'startNode', ...act } as Act, [sceneMember(alpha)]).refusal;
    expect(refused({ name: 'alpha' } as Partial<Act>)?.failure.code).toBe('nodeNameTaken');
    expect(refused({ port: 1 } as Partial<Act>)?.failure.code).toBe('portInUse');
  });

  it('warns that replicas lose their master when it is stopped', () => {
    const shown = plan({ kind: 'stopNode', nodeId: 'id-alpha' }, alpha, bravo);
    expect(shown.destroys).toEqual([{ code: 'destroysReplicaLinks', params: { name: 'alpha', replicas: 1 } }]);
  });

  it('does not stop a real server, and only forgets it', () => {
    const real: SceneNode = { ...alpha, kind: 'remote' };
    expect(prepare({ kind: 'stopNode', nodeId: 'id-alpha' }, [sceneMember(real)]).refusal).not.toBeNull();
    expect(plan({ kind: 'removeNode', nodeId: 'id-alpha' }, real)).toMatchObject({
      title: { code: 'titleForgetNode' },
      destroys: [],
    });
  });

  it('names the keys that a load overwrites, and refuses one on a replica', () => {
    const load = { kind: 'startLoad', writesPerSecond: 20, valueBytes: 64 } as const;
    const shown = plan({ ...load, nodeId: 'id-alpha' }, alpha);
    expect(shown.destroys[0]?.code).toBe('overwritesKeys');
    expect(
      prepare({ ...load, nodeId: 'id-bravo' }, [sceneMember(alpha), sceneMember(bravo)]).refusal?.failure.code,
    ).toBe('commandRefused');
  });

  it('removes what a load wrote when it stops', () => {
    const shown = plan({ kind: 'stopLoad', nodeId: 'id-alpha' }, { ...alpha, hasLoad: true });
    expect(commands(shown)[1]).toMatch(/^alpha: UNLINK syncline:load:0 … syncline:load:999$/);
  });

  it('refuses a node that nobody knows', () => {
    expect(() => plan({ kind: 'promote', nodeId: 'nope' })).toThrow(/nodeUnknown/);
  });
});

describe('the ground of a plan', () => {
  const members = () => [alpha, bravo].map(sceneMember);
  const act: Act = { kind: 'resyncPartial', nodeId: 'id-bravo' };

  it('holds while offsets move on', () => {
    const [master, replica] = members();
    const before = prepare(act, [master!, replica!]).ground;
    master!.take(
      sceneReading(1, { offset: 400, backlog: { active: true, sizeBytes: 1, firstByte: 101, histlenBytes: 300 } }),
    );
    expect(prepare(act, [master!, replica!]).ground).toBe(before);
  });

  it('holds while a replica that is to be promoted falls behind a little', () => {
    const [master, replica] = members();
    const promote: Act = { kind: 'promote', nodeId: 'id-bravo' };
    const before = prepare(promote, [master!, replica!]);
    replica!.take(sceneReading(2, { link: sceneLink(1, { offset: 290 }) }));
    const after = prepare(promote, [master!, replica!]);
    expect([before, after].map(({ plan: { forecast } }) => forecast?.reason.code)).toEqual([
      'promoteKeepsData',
      'promoteBehindMaster',
    ]);
    expect(after.ground).toBe(before.ground);
  });

  it.each([
    ['the server is another process', 1, { runId: 'other' }],
    ['the replica was promoted', 2, { link: null }],
    ['the replica follows another master', 2, { link: sceneLink(9) }],
    ['the backlog moved past it', 1, { backlog: { active: true, sizeBytes: 1, firstByte: 400, histlenBytes: 9 } }],
  ])('is gone when %s', (_what, port, reading) => {
    const [master, replica] = members();
    const before = prepare(act, [master!, replica!]).ground;
    (port === 1 ? master! : replica!).take(sceneReading(port, reading));
    expect(prepare(act, [master!, replica!]).ground).not.toBe(before);
  });
});

it('compares versions by major and minor alone', () => {
  expect([
    compareVersions('7.2.1', '7.0.15') > 0,
    compareVersions('7.0.1', '7.0.15'),
    compareVersions('6.2.0', '7.0.0') < 0,
  ]).toEqual([true, 0, true]);
});

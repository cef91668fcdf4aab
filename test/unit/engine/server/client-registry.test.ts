// The list of clients: its line, its types, its pauses, its closing of the silent.
import { expect, test } from 'vitest';
import { Gates, gate } from '#core/engine/commands/gates.ts';
import { ClientRegistry } from '#core/engine/server/client-registry.ts';
import { Config } from '#core/engine/server/config.ts';
import { PubSub } from '#core/engine/server/pubsub.ts';
import { TestSession } from '../../../support/bare-session.ts';
import { SimulatedTime } from '../../../support/simulated-time.ts';

function setUp() {
  const time = new SimulatedTime();
  const config = new Config({ resolveFolder: (path) => path });
  const gates = new Gates();
  const pubsub = new PubSub();
  const killedLinks: string[] = [];
  const master = new TestSession(99, { kind: 'master' });
  let masterSession: TestSession | null = null;
  const clients = new ClientRegistry({
    clock: time,
    timers: time,
    config,
    pubsub,
    gates,
    masterSession: () => masterSession,
    killMasterLink: () => void killedLinks.push('link'),
    interrupt: () => false,
    heldForReplica: () => 0,
  });
  const add = (id: number) => {
    const session = new TestSession(id, { nowMs: time.nowMs() });
    clients.add(session);
    return session;
  };
  const follow = () => {
    masterSession = master;
  };
  return { time, config, gates, pubsub, clients, master, killedLinks, add, follow };
}

test('the line has the fields of Redis 7.0 in their order', () => {
  const { time, clients, pubsub, add } = setUp();
  const session = add(7);
  session.name = 'me';
  session.protocol = 3;
  session.lastCommand = 'client|list';
  pubsub.subscribe(session, 'a');
  pubsub.subscribePattern(session, 'b*');
  time.advance(2500);
  expect(clients.describe(session)).toBe(
    'id=7 addr=10.0.0.2:5007 laddr=10.0.0.1:6379 fd=-1 name=me age=2 idle=2 flags=P db=0 sub=1 psub=1 ssub=0 multi=-1 ' +
      'qbuf=0 qbuf-free=0 argv-mem=0 multi-mem=0 rbs=0 rbp=0 obl=0 oll=0 omem=0 tot-mem=0 events=r cmd=client|list ' +
      'user=default redir=-1 resp=3',
  );
});

test('a session is normal, a subscriber, a replica or the master', () => {
  const { clients, pubsub, master, add, follow } = setUp();
  const [normal, listener, replica] = [add(1), add(2), add(3)];
  pubsub.subscribe(listener, 'a');
  replica.isReplica = true;
  follow();
  expect([...clients.sessions].map((session) => clients.typeOf(session))).toEqual([
    'normal',
    'pubsub',
    'replica',
    'master',
  ]);
  expect(clients.clientCount).toBe(2);
  expect(
    [normal, master].map((session) => clients.describe(session)).map((line) => /flags=(\w+)/.exec(line)?.[1]),
  ).toEqual(['N', 'M']);
});

test('killing oneself waits for the answer, the master is cut by its link', () => {
  const { clients, master, killedLinks, add } = setUp();
  const [me, other] = [add(1), add(2)];
  for (const victim of [me, other, master]) clients.kill(victim, me);
  expect([me.killed, me.closeAfterReply, other.killed, killedLinks]).toEqual([false, true, true, ['link']]);
});

test('a pause ends by itself, and a second one makes it only longer and stricter', () => {
  const { time, clients, gates, add } = setUp();
  clients.pause(1000, 'all');
  clients.pause(500, 'write');
  const held = add(1);
  clients.postpone(held);
  expect([gates.has(gate.allPaused), gates.has(gate.writesPaused), held.stopped]).toEqual([true, false, true]);
  time.advance(999);
  expect(held.stopped).toBe(true);
  time.advance(1);
  expect([held.stopped, gates.shut, clients.pauseMode]).toEqual([false, 0, 'none']);
});

test('the silent are closed after timeout seconds; listeners and replicas may be silent', () => {
  const { time, config, clients, pubsub, add } = setUp();
  const [silent, listener, replica] = [add(1), add(2), add(3)];
  pubsub.subscribe(listener, 'a');
  replica.isReplica = true;
  time.advance(60_000);
  clients.closeIdle();
  expect(silent.killed).toBe(false);
  config.setAll([['timeout', '60']]);
  clients.closeIdle();
  expect(silent.killed).toBe(false);
  time.advance(1);
  clients.closeIdle();
  expect([silent.killed, listener.killed, replica.killed]).toEqual([true, false, false]);
});

// The gates before a command: which is asked first, and who passes.
import { describe, expect, test } from 'vitest';
import { type Gate, Gates, gate, PASSED, POSTPONED, passGates } from '#core/engine/commands/gates.ts';
import type { Services, Session } from '#core/engine/commands/services.ts';
import type { CommandFlag } from '#core/engine/commands/spec.ts';
import { type Command, CommandTable } from '#core/engine/commands/table.ts';

function command(name: string, ...flags: CommandFlag[]): Command {
  return new CommandTable([{ name, arity: -1, flags, categories: [], since: '1.0.0', run: () => {} }]).commands[0]!;
}

const write = command('set', 'write');
const read = command('get', 'readonly');
const info = command('info', 'loading', 'stale');
const publish = command('publish', 'may_replicate', 'loading', 'stale');
const replicaof = command('replicaof', 'admin', 'stale', 'no_async_loading');
const exec = command('exec', 'loading', 'stale');
const ping = command('ping', 'fast');
const auth = command('auth', 'no_auth', 'loading', 'stale');

const client = {
  kind: 'client',
  authenticated: true,
  subscriptions: 0,
  protocol: 2,
  isReplica: false,
  transaction: null,
} as Session;

function verdict(shut: readonly Gate[], asked: Command, session: Partial<Session> = {}): string {
  const gates = new Gates();
  for (const which of shut) gates.set(which, true);
  return passGates({ gates } as Services, { ...client, ...session }, asked);
}

describe('the gates', () => {
  test('let everything through that nothing stands against', () => {
    expect([write, read, info, publish, exec].map((asked) => verdict([], asked))).toEqual(Array(5).fill(PASSED));
  });

  test('ask for the password first', () => {
    expect(verdict([gate.loading], read, { authenticated: false })).toMatch(/^NOAUTH/);
    expect(verdict([], auth, { authenticated: false })).toBe(PASSED);
  });

  test.each<[string, Gate, Command, RegExp]>([
    ['a write on a replica', gate.readOnly, write, /^READONLY/],
    ['a write with too few replicas', gate.tooFewReplicas, write, /^NOREPLICAS/],
    ['a write after a failed save', gate.saveFailed, write, /^MISCONF/],
    ['reading stale data', gate.masterDown, read, /^MASTERDOWN/],
    ['reading during a load', gate.loading, read, /^LOADING/],
    ['a write during CLIENT PAUSE WRITE', gate.writesPaused, write, /^postponed$/],
    ['PUBLISH during CLIENT PAUSE WRITE', gate.writesPaused, publish, /^postponed$/],
    ['anything during CLIENT PAUSE ALL', gate.allPaused, read, /^postponed$/],
  ])('hold back %s', (_, shut, asked, text) => {
    expect(verdict([shut], asked)).toMatch(text);
    const opened = new Gates();
    opened.set(shut, true);
    opened.set(shut, false);
    expect(opened.shut).toBe(0);
  });

  test.each<[string, Gate, Command]>([
    ['reading on a replica', gate.readOnly, read],
    ['INFO without a master', gate.masterDown, info],
    ['INFO during a load', gate.loading, info],
    ['reading while writes are paused', gate.writesPaused, read],
  ])('let through %s', (_, shut, asked) => {
    expect(verdict([shut], asked)).toBe(PASSED);
  });

  test('a client with subscriptions may say little in RESP2, everything in RESP3', () => {
    expect(verdict([], read, { subscriptions: 1 })).toMatch(/^ERR Can't execute 'get': only/);
    expect(verdict([], ping, { subscriptions: 1 })).toBe(PASSED);
    expect(verdict([], read, { subscriptions: 1, protocol: 3 })).toBe(PASSED);
  });

  test('EXEC counts as a write if one waits for it', () => {
    const waiting = (asked: Command) =>
      ({ queue: [{ command: asked }], aborted: false }) as unknown as Session['transaction'];
    expect(verdict([gate.readOnly], exec, { transaction: waiting(write) })).toMatch(/^READONLY/);
    expect(verdict([gate.readOnly], exec, { transaction: waiting(read) })).toBe(PASSED);
    expect(verdict([gate.writesPaused], exec, { transaction: waiting(write) })).toBe(POSTPONED);
    expect(verdict([gate.writesPaused], write, { transaction: waiting(read) })).toBe(PASSED);
  });

  test('EXEC is refused during a load for what was queued before it', () => {
    const waiting = (asked: Command) =>
      ({ queue: [{ command: asked }], aborted: false }) as unknown as Session['transaction'];
    expect(verdict([gate.loading], exec, { transaction: waiting(read) })).toMatch(/^LOADING/);
    expect(verdict([gate.loading], exec, { transaction: waiting(info) })).toBe(PASSED);
    expect(verdict([gate.loadingBeside], exec, { transaction: waiting(read) })).toBe(PASSED);
    expect(verdict([gate.loadingBeside], exec, { transaction: waiting(replicaof) })).toMatch(/^LOADING/);
    expect(verdict([gate.masterDown], exec, { transaction: waiting(read) })).toMatch(/^MASTERDOWN/);
  });

  test('a load beside the data lets reading through; the host alone may end a load by REPLICAOF', () => {
    for (const shut of [gate.loading, gate.loadingBeside]) {
      expect(verdict([shut], replicaof)).toMatch(/^LOADING/);
      expect(verdict([shut], replicaof, { kind: 'local' })).toBe(PASSED);
    }
    expect(verdict([gate.loadingBeside], read)).toBe(PASSED);
    expect(verdict([gate.loading], read, { kind: 'local' })).toMatch(/^LOADING/);
  });

  test('a monitor touches no key', () => {
    expect([write, read, publish, ping].map((asked) => verdict([], asked, { isMonitor: true }) === PASSED)).toEqual([
      false,
      false,
      false,
      true,
    ]);
  });

  test("the master's stream passes whatever is shut", () => {
    expect(verdict(Object.values(gate), write, { kind: 'master' })).toBe(PASSED);
  });
});

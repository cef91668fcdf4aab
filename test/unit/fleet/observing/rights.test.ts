// What a login lacks, and the line that grants it.
import { describe, expect, it } from 'vitest';
import { dryRunCommands, rightRows, rightsByAnswers, rightsByDryRun, userOf } from '#core/fleet/observing/rights.ts';

const rows = rightRows(false);

describe('the rights of a login', () => {
  it('are asked for one by one, and nothing of it is carried out', () => {
    const commands = dryRunCommands('watcher', rows);
    expect(commands).toHaveLength(rows.length);
    expect(commands.every(([acl, run, user]) => acl === 'ACL' && run === 'DRYRUN' && user === 'watcher')).toBe(true);
  });

  it('name each command with its feature, and a line that grants all of them once', () => {
    const denied = new Set(['client|kill', 'set', 'get']);
    const replies = rows.map(({ command }) => (denied.has(command) ? 'This user has no permissions' : 'OK'));
    expect(rightsByDryRun('watcher', rows, replies)).toEqual({
      user: 'watcher',
      missing: [
        { command: 'client|kill', feature: 'reconnect' },
        { command: 'set', feature: 'probe' },
        { command: 'get', feature: 'probe' },
      ],
      aclLine: 'ACL SETUSER watcher +client|kill +set ~syncline:probe +get',
      isComplete: true,
    });
  });

  it('are complete where nothing is missing', () => {
    expect(
      rightsByDryRun(
        'default',
        rows,
        rows.map(() => 'OK'),
      ),
    ).toEqual({
      user: 'default',
      missing: [],
      aclLine: null,
      isComplete: true,
    });
  });

  it('are told by refusals alone where DRYRUN is refused or unknown', () => {
    expect(
      rightsByDryRun(
        'watcher',
        rows,
        rows.map(() => ({ error: 'NOPERM' })),
      ),
    ).toBeNull();
    expect(rightsByDryRun('watcher', rows, [])).toBeNull();
    expect(rightsByAnswers('watcher', new Set(['role']))).toEqual({
      user: 'watcher',
      missing: [{ command: 'role', feature: 'link' }],
      aclLine: 'ACL SETUSER watcher +role',
      isComplete: false,
    });
  });

  it('are those of the user that the login makes', () => {
    expect(userOf({ username: 'watcher', password: 'x' })).toBe('watcher');
    expect(userOf({ username: 'watcher', password: null })).toBe('default');
    expect(userOf({ username: null, password: 'x' })).toBe('default');
  });
});

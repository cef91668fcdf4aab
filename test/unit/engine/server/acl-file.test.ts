// The lines of an ACL file that a real Redis 7.0.15 does not survive, and what is said of them here.
import { expect, test } from 'vitest';
import { AclCommands, CommandPermissions } from '#core/engine/commands/acl/acl-commands.ts';
import { AclSelector } from '#core/engine/commands/acl/acl-selector.ts';
import { AclUser } from '#core/engine/commands/acl/acl-user.ts';
import { commandTable } from '#core/engine/commands/families.ts';
import { parseAclFile } from '#core/engine/server/acl-file.ts';

const commands = new AclCommands(commandTable());
const newUser = (name: string) => new AclUser(name, () => new AclSelector(new CommandPermissions(commands)));

test('a parenthesis that stays open is an error of its line, and nothing is taken', () => {
  expect(() => parseAclFile('user ok on\nuser alice on (+get\n', 'users.acl', newUser)).toThrow(
    'users.acl:2: Unmatched parenthesis in selector definition.WARNING: ACL errors detected, no change to the previously active ACL rules was performed',
  );
});

test('a name with a null character is an error of its line', () => {
  expect(() => parseAclFile('user al\0ice on\n', 'users.acl', newUser)).toThrow('contains invalid characters');
});

test('every line that is right is a user', () => {
  const users = parseAclFile('\n  user alice on nopass ~a* (+get ~b)\r\nuser bob off\n', 'users.acl', newUser);
  expect([...users.values()].map((user) => user.describe())).toEqual([
    'user alice on nopass ~a* resetchannels -@all (~b resetchannels -@all +get)',
    'user bob off resetchannels -@all',
  ]);
});

// Where the keys of a request stand, and what is done with them, for the forms that the tests beside Redis do not reach.
import { expect, test } from 'vitest';
import { keyReferences } from '#core/engine/commands/acl/acl-keys.ts';
import { Args } from '#core/engine/commands/args.ts';
import { commandTable } from '#core/engine/commands/families.ts';
import { requestOf } from '#core/engine/commands/transaction-state.ts';

const anyCommand = commandTable().named('get')!;

function keysOf(name: string, line: string): string[] {
  const { buffer, view, starts, ends } = requestOf(anyCommand, line.split(' '));
  const args = new Args();
  args.point(buffer, view, starts, ends, 0, starts.length);
  return keyReferences(name, args).map(({ index, access }) => `${args.text(index)} ${access.join('+')}`.trim());
}

test.each([
  ['xread', 'XREAD COUNT 1 STREAMS a b 0 0', ['a read', 'b read']],
  ['xread', 'XREAD COUNT 1', []],
  ['georadius', 'GEORADIUS g 1 2 3 m STORE x STOREDIST y', ['g read', 'y write']],
  ['georadiusbymember', 'GEORADIUSBYMEMBER g m 3 m STORE x', ['g read', 'x write']],
  ['sort', 'SORT l STORE a STORE b', ['l read', 'b write']],
  ['lmpop', 'LMPOP two a b LEFT', []],
  ['lmpop', 'LMPOP 5 a b LEFT', ['a read+write', 'b read+write', 'LEFT read+write']],
  ['bitfield', 'BITFIELD k GET u8 0 OVERFLOW WRAP', ['k read']],
  ['bitfield', 'BITFIELD k GET u8 0 SET u8 0 1', ['k read+write']],
  ['ping', 'PING', []],
])('%s: %s', (name, line, keys) => {
  expect(keysOf(name, line)).toEqual(keys);
});

// The table of commands: every row is found by its name, and rows that contradict themselves are refused.
import { describe, expect, test } from 'vitest';
import { allCommands } from '#core/engine/commands/families.ts';
import type { CommandRow } from '#core/engine/commands/spec.ts';
import { CommandTable } from '#core/engine/commands/table.ts';

const row: CommandRow = {
  name: 'act',
  arity: 2,
  flags: ['write'],
  keys: { first: 1, last: 1, step: 1 },
  categories: ['write'],
  since: '7.0.0',
  run: () => {},
};

function find(table: CommandTable, name: string): string | null {
  const bytes = Buffer.from(`..${name}..`, 'latin1');
  return table.find(bytes, 2, bytes.length - 2)?.name ?? null;
}

describe('the command table', () => {
  test('finds every command in any case, and nothing that is near it', () => {
    const table = new CommandTable(allCommands);
    for (const { name } of allCommands) {
      expect([find(table, name), find(table, name.toUpperCase())]).toEqual([name, name]);
      expect(find(table, `${name}-x`)).toBeNull();
      expect(
        find(
          table,
          name.replace(/[a-z]/, (letter) => String.fromCharCode(letter.charCodeAt(0) - 0x40)),
        ),
      ).toBeNull();
    }
    expect(find(table, '')).toBeNull();
  });

  test('knows subcommands by both words', () => {
    const table = new CommandTable(allCommands);
    expect(table.named('config|GET')?.name).toBe('config|get');
    expect(table.named('config|nothing')).toBeNull();
    expect(table.named('get|x')).toBeNull();
  });

  test('says whether the words are enough', () => {
    const command = (arity: number) => new CommandTable([{ ...row, arity }]).commands[0]!;
    expect([1, 2, 3].map((count) => command(2).takes(count))).toEqual([false, true, false]);
    expect([1, 2, 3].map((count) => command(-2).takes(count))).toEqual([false, true, true]);
  });

  test.each<[string, Partial<CommandRow>]>([
    ['not in lower case', { name: 'Act' }],
    ['the arity is 0', { arity: 0 }],
    ['unknown flag', { flags: ['wirte' as 'write'] }],
    ['both writes and only reads', { flags: ['write', 'readonly'] }],
    ['past its least argument', { arity: 1 }],
    ['step forward', { keys: { first: 1, last: 1, step: 0 } }],
  ])('refuses a row because: %s', (text, change) => {
    expect(() => new CommandTable([{ ...row, ...change }])).toThrow(text);
  });

  test('refuses a row without an act, and a name that is there twice', () => {
    const { run: _, ...idle } = row;
    expect(() => new CommandTable([idle])).toThrow('neither runs');
    expect(() => new CommandTable([row, row])).toThrow('twice');
  });
});

// Which commands a user may run: a set of commands that rules add to and take from, and the shortest rules that say it.

import type { CommandTable } from '../table.ts';
import { absentCommands } from './acl-absent-commands.ts';
import { AclRuleError, ruleReasons } from './acl-rule-error.ts';

/** Redis's categories in its order; those for which there is no command here are known all the same. */
export const aclCategories = [
  'keyspace',
  'read',
  'write',
  'set',
  'sortedset',
  'list',
  'hash',
  'string',
  'bitmap',
  'hyperloglog',
  'geo',
  'stream',
  'pubsub',
  'admin',
  'fast',
  'slow',
  'blocking',
  'dangerous',
  'connection',
  'transaction',
  'scripting',
] as const;

/** A command that rules may name. */
export interface KnownCommand {
  /** `container|sub` for a subcommand. */
  readonly name: string;
  readonly categories: readonly string[];
  readonly subcommands: readonly KnownCommand[];
  /** False: Redis has it, this engine has not. */
  readonly isHere: boolean;
}

/** All commands and subcommands of a table, and those of Redis besides, found by category and by name. */
export class AclCommands {
  readonly all: readonly KnownCommand[];
  readonly #byName: ReadonlyMap<string, KnownCommand>;
  readonly #byCategory: ReadonlyMap<string, readonly KnownCommand[]>;

  constructor(table: CommandTable) {
    this.all = knownCommands(table);
    this.#byName = new Map(this.all.map((command) => [command.name, command]));
    this.#byCategory = new Map(
      aclCategories.map((name) => [name, this.all.filter(({ categories }) => categories.includes(name))]),
    );
  }

  /** `container|sub` for a subcommand; in any case. */
  named(name: string): KnownCommand | null {
    return this.#byName.get(name.toLowerCase()) ?? null;
  }

  /** Null: there is no such category. */
  inCategory(name: string): readonly KnownCommand[] | null {
    return this.#byCategory.get(name) ?? null;
  }
}

/** Containers first, each followed by its subcommands, of which this engine may have some. */
function knownCommands(table: CommandTable): KnownCommand[] {
  const here = table.commands.flatMap((command) => [command, ...(command.subcommands?.commands ?? [])]);
  const rows = here.map(({ name, row }) => ({ name, categories: row.categories as readonly string[], isHere: true }));
  const names = new Set(rows.map(({ name }) => name));
  const absent = absentCommands.flatMap(([categories, absentNames]) =>
    absentNames.split(' ').map((name) => ({ name, categories: categories.split(' '), isHere: false })),
  );
  const all = [...rows, ...absent.filter(({ name }) => !names.has(name))];
  const subcommands = all.filter(({ name }) => name.includes('|')).map((row) => ({ ...row, subcommands: [] }));
  return all
    .filter(({ name }) => !name.includes('|'))
    .map((row) => ({ ...row, subcommands: subcommands.filter(({ name }) => name.startsWith(`${row.name}|`)) }))
    .flatMap(withSubcommands);
}

function withSubcommands(command: KnownCommand): readonly KnownCommand[] {
  return [command, ...command.subcommands];
}

export class CommandPermissions {
  /** `+@all` was said: commands that come with a later version are allowed too. */
  allowsFuture = false;
  readonly #commands: AclCommands;
  readonly #allowed: Set<string>;
  /** `+select|0`: of commands that are not allowed, the first arguments that are, as they were said. */
  readonly #firstArguments: Map<string, readonly string[]>;

  constructor(
    commands: AclCommands,
    allowed: Iterable<string> = [],
    firstArguments: Iterable<readonly [string, readonly string[]]> = [],
  ) {
    this.#commands = commands;
    this.#allowed = new Set(allowed);
    this.#firstArguments = new Map(firstArguments);
  }

  clone(): CommandPermissions {
    const copy = new CommandPermissions(this.#commands, this.#allowed, this.#firstArguments);
    copy.allowsFuture = this.allowsFuture;
    return copy;
  }

  get hasAll(): boolean {
    return this.#allowed.size === this.#commands.all.length;
  }

  /** `firstArgument`: that of the request, null if there is none. */
  allows(name: string, firstArgument: string | null): boolean {
    if (this.#allowed.has(name)) return true;
    const asked = firstArgument?.toLowerCase();
    return asked !== undefined && this.#firstArguments.get(name)?.some((one) => one.toLowerCase() === asked) === true;
  }

  /** A whole rule: `+@all`, `-@category`, `+command`, `+container|sub`, `+command|argument`. @throws AclRuleError */
  apply(rule: string): void {
    const allow = rule.startsWith('+');
    const what = rule.slice(1).toLowerCase();
    const bar = what.lastIndexOf('|');
    if (what === '@all') {
      this.allowsFuture = allow;
      this.#put(this.#commands.all, allow);
    } else if (what.startsWith('@')) this.#put(this.#commands.inCategory(what.slice(1)), allow, rule);
    else if (allow && bar !== -1) this.#allowPart(rule, what.slice(0, bar), rule.slice(bar + 2));
    else this.#putNamed(what, allow, rule);
  }

  #allowPart(rule: string, name: string, part: string): void {
    const command = this.#commands.named(name);
    if (command === null) throw new AclRuleError(rule, ruleReasons.unknownCommand);
    if (name.includes('|')) throw new AclRuleError(rule, ruleReasons.partOfPart);
    if (part === '') throw new AclRuleError(rule, ruleReasons.syntax);
    if (command.subcommands.length > 0) {
      this.#putNamed(`${name}|${part}`, true, rule);
      return;
    }
    const known = this.#firstArguments.get(name) ?? [];
    if (known.some((one) => one.toLowerCase() === part.toLowerCase())) return;
    this.#firstArguments.set(name, [...known, part]);
  }

  #putNamed(name: string, allow: boolean, rule: string): void {
    const command = this.#commands.named(name);
    this.#put(command === null ? null : withSubcommands(command), allow, rule);
  }

  /** `commands`: null if the rule names nothing that there is. */
  #put(commands: readonly KnownCommand[] | null, allow: boolean, rule = ''): void {
    if (commands === null) throw new AclRuleError(rule, ruleReasons.unknownCommand);
    for (const command of commands) {
      for (const { name } of withSubcommands(command)) {
        this.#firstArguments.delete(name);
        if (allow) this.#allowed.add(name);
        else this.#allowed.delete(name);
      }
    }
  }

  /**
   * `+@all -@dangerous +config|get`: rules that give just this set. As Redis does, categories that fit best come first,
   * then single commands for what is left over.
   */
  describe(): string {
    const adds = !this.allowsFuture;
    const said = new CommandPermissions(this.#commands);
    said.apply(adds ? '-@all' : '+@all');
    const rules = [adds ? '-@all' : '+@all'];
    const left = this.clone();
    const used = new Set<string>();
    for (let best = left.#bestCategory(adds, used); best !== null; best = left.#bestCategory(adds, used)) {
      used.add(best);
      rules.push(`${adds ? '+' : '-'}@${best}`);
      said.apply(`${adds ? '+' : '-'}@${best}`);
      left.apply(`${adds ? '-' : '+'}@${best}`);
    }
    for (const command of this.#commands.all) {
      const { name } = command;
      const isAllowed = this.#allowed.has(name);
      if (said.#allowed.has(name) !== isAllowed) {
        rules.push(`${isAllowed ? '+' : '-'}${name}`);
        said.#put([command], isAllowed);
      }
      if (!isAllowed) rules.push(...(this.#firstArguments.get(name) ?? []).map((one) => `+${name}|${one}`));
    }
    return rules.join(' ');
  }

  /** The category with more commands that fit than commands that do not: of these the one with the fewest that do not. */
  #bestCategory(adds: boolean, used: ReadonlySet<string>): string | null {
    let best: { readonly name: string; readonly fitting: number; readonly wrong: number } | null = null;
    for (const name of aclCategories) {
      if (used.has(name)) continue;
      const commands = this.#commands.inCategory(name)!;
      const fitting = commands.filter((command) => this.#allowed.has(command.name) === adds).length;
      const wrong = commands.length - fitting;
      if (fitting <= wrong) continue;
      const isBetter = best === null || wrong < best.wrong || (wrong === best.wrong && fitting > best.fitting);
      if (isBetter) best = { name, fitting, wrong };
    }
    return best?.name ?? null;
  }
}

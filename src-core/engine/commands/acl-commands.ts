// Which commands a user may run: a set of commands that rules add to and take from, and the shortest rules that say it.
import type { CommandCategory } from './spec.ts';
import type { Command, CommandTable } from './table.ts';

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

/** All commands and subcommands of a table, found by category and by name. */
export class AclCommands {
  readonly all: readonly Command[];
  readonly #table: CommandTable;

  constructor(table: CommandTable) {
    this.#table = table;
    this.all = table.commands.flatMap((command) => [command, ...(command.subcommands?.commands ?? [])]);
  }

  /** The command of this name with its subcommands; `container|sub` for one of them. Null: there is none. */
  named(name: string): readonly Command[] | null {
    const command = this.#table.named(name);
    return command === null ? null : withSubcommands(command);
  }

  /** Null: there is no such category. */
  inCategory(name: string): readonly Command[] | null {
    if (!(aclCategories as readonly string[]).includes(name)) return null;
    return this.all.filter(({ row }) => row.categories.includes(name as CommandCategory));
  }
}

function withSubcommands(command: Command): readonly Command[] {
  return [command, ...(command.subcommands?.commands ?? [])];
}

export class CommandPermissions {
  /** `+@all` was said: commands that come with a later version are allowed too. */
  allowsFuture = false;
  readonly #commands: AclCommands;
  readonly #allowed: Set<Command>;

  constructor(commands: AclCommands, allowed: Iterable<Command> = []) {
    this.#commands = commands;
    this.#allowed = new Set(allowed);
  }

  clone(): CommandPermissions {
    const copy = new CommandPermissions(this.#commands, this.#allowed);
    copy.allowsFuture = this.allowsFuture;
    return copy;
  }

  has(command: Command): boolean {
    return this.#allowed.has(command);
  }

  get hasAll(): boolean {
    return this.#allowed.size === this.#commands.all.length;
  }

  /** `@all`, `@category`, a command, or `container|sub`, in lower case. False: there is no such thing. */
  change(what: string, allow: boolean): boolean {
    if (what === '@all') {
      this.allowsFuture = allow;
      this.#put(this.#commands.all, allow);
      return true;
    }
    const meant = what.startsWith('@') ? this.#commands.inCategory(what.slice(1)) : this.#commands.named(what);
    if (meant === null) return false;
    this.#put(meant, allow);
    return true;
  }

  #put(commands: readonly Command[], allow: boolean): void {
    for (const command of commands) {
      if (allow) this.#allowed.add(command);
      else this.#allowed.delete(command);
    }
  }

  /**
   * `+@all -@dangerous +config|get`: rules that give just this set. As Redis does, categories that fit best come first,
   * then single commands for what is left over.
   */
  describe(): string {
    const adds = !this.allowsFuture;
    const said = new CommandPermissions(this.#commands);
    said.change('@all', !adds);
    const rules = [adds ? '-@all' : '+@all'];
    const left = this.clone();
    const used = new Set<string>();
    for (let best = left.#bestCategory(adds, used); best !== null; best = left.#bestCategory(adds, used)) {
      used.add(best);
      rules.push(`${adds ? '+' : '-'}@${best}`);
      said.change(`@${best}`, adds);
      left.change(`@${best}`, !adds);
    }
    for (const command of this.#commands.all) {
      const isAllowed = this.has(command);
      if (said.has(command) === isAllowed) continue;
      rules.push(`${isAllowed ? '+' : '-'}${command.name}`);
      said.#put(withSubcommands(command), isAllowed);
    }
    return rules.join(' ');
  }

  /** The category with more commands that fit than commands that do not: of these the one with the fewest that do not. */
  #bestCategory(adds: boolean, used: ReadonlySet<string>): string | null {
    let best: { readonly name: string; readonly fitting: number; readonly wrong: number } | null = null;
    for (const name of aclCategories) {
      if (used.has(name)) continue;
      const commands = this.#commands.inCategory(name)!;
      const fitting = commands.filter((command) => this.has(command) === adds).length;
      const wrong = commands.length - fitting;
      if (fitting <= wrong) continue;
      const isBetter = best === null || wrong < best.wrong || (wrong === best.wrong && fitting > best.fitting);
      if (isBetter) best = { name, fitting, wrong };
    }
    return best?.name ?? null;
  }
}

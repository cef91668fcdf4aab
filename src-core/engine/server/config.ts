// The configuration of one engine: what was said, what is in force, and who wants to hear of a change.
import { InvariantError } from '../../base/assert.ts';
import { globMatches } from '../../base/glob.ts';
import { type Disposable, Emitter } from '../../base/lifecycle.ts';
import { ReplyError } from '../commands/reply-errors.ts';
import type { ConfigService } from '../commands/services.ts';
import { type Directive, directives } from './config-directives.ts';
import { ConfigError, type ConfigValue } from './config-values.ts';

export interface ConfigOptions {
  /**
   * Makes a folder's path absolute.
   * @throws ConfigError with Redis's words when there is no such folder.
   */
  readonly resolveFolder: (path: string) => string;
}

const byName: ReadonlyMap<string, Directive> = new Map(
  directives.flatMap((directive) => [
    [directive.name, directive] as const,
    ...(directive.alias === null ? [] : [[directive.alias, directive] as const]),
  ]),
);

/** `hz` is taken within these, as Redis does, whatever was asked. */
const HZ_MIN = 1;
const HZ_MAX = 500;

export class Config implements ConfigService {
  /** The absolute path of the file it was read from; empty without one. */
  file = '';
  /** The `user` lines, each as its words after `user`; byte texts. */
  readonly userLines: (readonly string[])[] = [];
  readonly #values = new Map<string, ConfigValue>();
  readonly #said = new Set<string>();
  readonly #resolveFolder: (path: string) => string;
  readonly #listeners = new Map<string, Emitter<ConfigValue>>();

  constructor(options: ConfigOptions) {
    this.#resolveFolder = options.resolveFolder;
    for (const directive of directives) this.#values.set(directive.name, directive.initial);
    this.#values.set('dir', this.#resolveFolder('.'));
  }

  number(name: string): number {
    const value = this.#value(name);
    if (typeof value !== 'number') throw new InvariantError(`the directive ${name} is no number`);
    return value;
  }

  flag(name: string): boolean {
    const value = this.#value(name);
    if (typeof value !== 'boolean') throw new InvariantError(`the directive ${name} is not yes or no`);
    return value;
  }

  text(name: string): string {
    const value = this.#value(name);
    if (typeof value !== 'string') throw new InvariantError(`the directive ${name} is no text`);
    return value;
  }

  #value(name: string): ConfigValue {
    const value = this.#values.get(name);
    if (value === undefined) throw new InvariantError(`there is no directive ${name}`);
    return value;
  }

  onChange(name: string, listener: (value: number | boolean | string) => void): Disposable {
    this.#value(name);
    const emitter = this.#listeners.get(name) ?? new Emitter<ConfigValue>();
    this.#listeners.set(name, emitter);
    return emitter.on(listener);
  }

  /** One line of a file or one option: name and words. @throws ConfigError */
  load(name: string, words: readonly string[]): void {
    const directive = byName.get(name.toLowerCase());
    if (directive === undefined) throw new ConfigError('Bad directive or wrong number of arguments');
    if (directive.kind.manyWords !== true && words.length !== 1) throw new ConfigError('wrong number of arguments');
    // `save "900 1 300 10"`: several words in one pair of quotes are several words still.
    const isQuotedList = directive.kind.manyWords === true && words.length === 1 && words[0]!.includes(' ');
    const value = this.#parse(directive, isQuotedList ? words[0]!.split(' ') : words, true);
    this.#said.add(directive.name);
    this.#values.set(directive.name, value);
  }

  /** Directives that were set to something else than their default, and of which nothing comes here. */
  withoutEffect(): string[] {
    return directives
      .filter((row) => !row.honoured && this.#said.has(row.name) && this.#values.get(row.name) !== row.initial)
      .map((row) => row.name);
  }

  #parse(directive: Directive, words: readonly string[], loading: boolean): ConfigValue {
    const previous = this.#values.get(directive.name) ?? directive.initial;
    const value = directive.kind.parse(words, { previous, loading, first: !this.#said.has(directive.name) });
    if (directive.name === 'dir') return this.#resolveFolder(String(value));
    if (directive.name === 'hz') return Math.min(HZ_MAX, Math.max(HZ_MIN, Number(value)));
    return value;
  }

  /** A name without wildcards is answered as it was typed. */
  matching(patterns: readonly string[]): [string, string][] {
    const shownNames = new Map<string, string>();
    for (const pattern of patterns) {
      const isPlain = !/[*?[]/.test(pattern);
      const names = isPlain
        ? [pattern.toLowerCase()]
        : [...byName.keys()].filter((name) => globMatches(pattern, name, true) && !byName.get(name)!.hidden);
      for (const name of names) {
        if (byName.has(name) && !shownNames.has(name)) shownNames.set(name, isPlain ? pattern : name);
      }
    }
    return [...shownNames].map(([name, shown]) => {
      const directive = byName.get(name)!;
      return [shown, directive.kind.print(this.#value(directive.name))];
    });
  }

  setAll(pairs: readonly (readonly [string, string])[]): void {
    const planned = new Map<Directive, ConfigValue>();
    const rows = pairs.map(([name]) => {
      const directive = byName.get(name.toLowerCase());
      if (directive !== undefined) return directive;
      throw new ReplyError(`ERR Unknown option or number of arguments for CONFIG SET - '${name}'`);
    });
    for (const [i, [name, text]] of pairs.entries()) {
      const directive = rows[i]!;
      try {
        this.#mustBeOpen(directive);
        if (planned.has(directive)) throw new ConfigError('duplicate parameter');
        const words = directive.kind.manyWords === true ? text.split(' ') : [text];
        planned.set(directive, this.#parse(directive, words, false));
      } catch (error) {
        throw setRefused(name, error);
      }
    }
    this.#apply(planned);
  }

  #mustBeOpen(directive: Directive): void {
    if (directive.immutable) throw new ConfigError("can't set immutable config");
    if (directive.guarded && this.text('enable-protected-configs') === 'no') {
      throw new ConfigError("can't set protected config");
    }
  }

  /** A listener may refuse; then all of them hear the old values again. */
  #apply(planned: ReadonlyMap<Directive, ConfigValue>): void {
    const before = new Map([...planned.keys()].map((row) => [row, this.#value(row.name)] as const));
    for (const [row, value] of planned) this.#values.set(row.name, value);
    for (const [row, value] of planned) {
      try {
        this.#listeners.get(row.name)?.emit(value);
      } catch (error) {
        for (const [other, old] of before) this.#values.set(other.name, old);
        for (const [other, old] of before) this.#restore(other, old);
        throw setRefused(row.name, error);
      }
    }
  }

  /** Who refuses even the old value, since a file of it has gone, keeps what it has. */
  #restore(directive: Directive, old: ConfigValue): void {
    try {
      this.#listeners.get(directive.name)?.emit(old);
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error;
    }
  }

  /** Every directive with its present value. */
  *entries(): IterableIterator<readonly [Directive, ConfigValue]> {
    for (const directive of directives) yield [directive, this.#value(directive.name)];
  }

  /** Sets a directive that is not for CONFIG SET, such as `replicaof`, because something else changed it. */
  record(name: string, value: ConfigValue): void {
    this.#value(name);
    this.#values.set(name, value);
  }
}

function setRefused(name: string, error: unknown): unknown {
  if (!(error instanceof ConfigError)) return error;
  return new ReplyError(`ERR CONFIG SET failed (possibly related to argument '${name}') - ${error.message}`);
}

/** The present name of a directive that may go by its old one, null for what is no directive. */
export function directiveName(name: string): string | null {
  return byName.get(name.toLowerCase())?.name ?? null;
}

/** Whether a directive's value must not be shown: passwords, and the lines of users, which hold them. Unknown names are not secret. */
export function isSecretDirective(name: string): boolean {
  const known = name.toLowerCase();
  return known === 'user' || byName.get(known)?.secret === true;
}

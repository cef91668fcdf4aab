// The users of one engine, and the log of what was denied to them.
import type { Clock } from '../../base/ports.ts';
import { denialOf, denialReply } from '../commands/acl-check.ts';
import { AclCommands, CommandPermissions } from '../commands/acl-commands.ts';
import { AclRuleError, AclUser, passwordHash } from '../commands/acl-user.ts';
import type { Args } from '../commands/args.ts';
import type { AclLogEntry, AclService, ConfigService, Session } from '../commands/services.ts';
import type { Command, CommandTable } from '../commands/table.ts';
import { ConfigError } from './config-values.ts';

const DEFAULT_USER = 'default';
/** Denials that are alike and not further apart are one entry with a count. */
const SAME_ENTRY_MS = 60_000;

export interface AclNeeds {
  readonly clock: Clock;
  readonly config: ConfigService;
  readonly table: CommandTable;
  readonly sessions: () => Iterable<Session>;
  readonly describe: (session: Session) => string;
}

export class Acl implements AclService {
  readonly commands: AclCommands;
  readonly #needs: AclNeeds;
  readonly #users = new Map<string, AclUser>();
  #log: AclLogEntry[] = [];

  constructor(needs: AclNeeds) {
    this.#needs = needs;
    this.commands = new AclCommands(needs.table);
    const first = new AclUser(DEFAULT_USER, new CommandPermissions(this.commands));
    for (const rule of ['on', 'nopass', '~*', '&*', '+@all']) first.apply(rule);
    this.#users.set(DEFAULT_USER, first);
  }

  /** `requirepass` was said: it is the one password of the default user, and none opens the door. */
  followPassword(): void {
    const password = Buffer.from(this.#needs.config.text('requirepass')).toString('latin1');
    this.setUser(DEFAULT_USER, ['resetpass', password === '' ? 'nopass' : `#${passwordHash(password)}`]);
  }

  /** The `user` lines of a configuration, each as its words after `user`. @throws ConfigError */
  load(lines: readonly (readonly string[])[]): void {
    for (const [name = '', ...rules] of lines) {
      try {
        // A line says the whole user, so nothing of what was said before stays.
        this.setUser(name, this.#users.has(name) ? ['reset', ...rules] : rules);
      } catch (error) {
        if (!(error instanceof AclRuleError)) throw error;
        throw new ConfigError(`Error in user declaration '${error.rule}': ${error.message}`);
      }
    }
  }

  /** In the order of their names. */
  get users(): readonly AclUser[] {
    return [...this.#users.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  find(name: string): AclUser | null {
    return this.#users.get(name) ?? null;
  }

  setUser(name: string, rules: readonly string[]): void {
    const user = this.#users.get(name)?.clone() ?? this.#newUser(name);
    for (const rule of rules) user.apply(rule);
    this.#users.set(name, user);
    for (const session of this.#needs.sessions()) {
      if (session.kind === 'client' && session.user === name && session.authenticated) this.#restrict(session);
    }
  }

  #newUser(name: string): AclUser {
    const user = new AclUser(name, new CommandPermissions(this.commands));
    if (this.#needs.config.text('acl-pubsub-default') === 'allchannels') user.apply('allchannels');
    return user;
  }

  deleteUser(name: string): boolean {
    if (!this.#users.delete(name)) return false;
    for (const session of [...this.#needs.sessions()]) {
      if (session.kind === 'client' && session.authenticated && session.user === name) session.kill();
    }
    return true;
  }

  get isOpen(): boolean {
    const user = this.#users.get(DEFAULT_USER)!;
    return user.isOn && user.hasNoPassword;
  }

  enter(session: Session): void {
    session.user = DEFAULT_USER;
    session.authenticated = this.isOpen;
    this.#restrict(session);
  }

  logIn(session: Session, name: string, password: string): boolean {
    const user = this.#users.get(name);
    if (user === undefined || !user.isOn || !user.isPassword(password)) {
      this.#note(session, 'auth', 'AUTH', name);
      return false;
    }
    session.user = name;
    session.authenticated = true;
    this.#restrict(session);
    return true;
  }

  #restrict(session: Session): void {
    const user = this.#users.get(session.user) ?? null;
    session.restriction = user === null || user.isUnrestricted ? null : user;
  }

  refusal(session: Session, user: AclUser, command: Command, args: Args): string | null {
    const denial = denialOf(user, command, args);
    if (denial === null) return null;
    this.#note(session, denial.reason, denial.object, user.name);
    return denialReply(denial);
  }

  get log(): readonly AclLogEntry[] {
    return this.#log;
  }

  clearLog(): void {
    this.#log = [];
  }

  #note(session: Session, reason: AclLogEntry['reason'], object: string, username: string): void {
    const atMs = this.#needs.clock.nowMs();
    const context = session.transaction === null ? 'toplevel' : 'multi';
    const entry: AclLogEntry = {
      count: 1,
      reason,
      context,
      object,
      username,
      atMs,
      client: this.#needs.describe(session),
    };
    const isSame = (other: AclLogEntry) =>
      other.reason === reason &&
      other.context === context &&
      other.object === object &&
      other.username === username &&
      atMs - other.atMs <= SAME_ENTRY_MS;
    const known = this.#log.find(isSame);
    const rest = this.#log.filter((other) => other !== known);
    this.#log = [{ ...entry, count: (known?.count ?? 0) + 1 }, ...rest];
    this.#log.length = Math.min(this.#log.length, this.#needs.config.number('acllog-max-len'));
  }
}

// The users of one engine: who is who, what each connection may do, and where the users are kept.
import type { Clock, Files, Random } from '../../base/ports.ts';
import { type Denial, denialOf, denialReply, denialReplyInExec } from '../commands/acl/acl-check.ts';
import { AclCommands, CommandPermissions } from '../commands/acl/acl-commands.ts';
import { AclRuleError, ruleReasons } from '../commands/acl/acl-rule-error.ts';
import { AclSelector } from '../commands/acl/acl-selector.ts';
import { AclUser, mergedSelectors, passwordHash, UnmatchedParenthesis } from '../commands/acl/acl-user.ts';
import type { Args } from '../commands/args.ts';
import type {
  AclLogEntry,
  AclService,
  ConfigService,
  LogService,
  PubSubService,
  Session,
} from '../commands/services.ts';
import type { Command, CommandTable } from '../commands/table.ts';
import { AclFileError, readAclFile, writeAclFile } from './acl-file.ts';
import { AclLog } from './acl-log.ts';
import { ConfigError } from './config-values.ts';
import { StartError } from './start-error.ts';

const DEFAULT_USER = 'default';
const EVERYTHING = ['on', 'nopass', '~*', '&*', '+@all'];
const BOTH_SOURCES =
  'Configuring Redis with users defined in redis.conf and at the same setting an ACL file path is invalid. This setup is very likely to lead to configuration errors and security holes, please define either an ACL file or declare users directly in your redis.conf, but not both.';

export interface AclNeeds {
  readonly clock: Clock;
  readonly files: Files;
  readonly random: Random;
  readonly config: ConfigService;
  readonly log: LogService;
  readonly table: CommandTable;
  readonly pubsub: Pick<PubSubService, 'channelsOf' | 'patternsOf'>;
  readonly sessions: () => Iterable<Session>;
  readonly describe: (session: Session) => string;
  /** Closes a session; the one that asks for it gets its answer first. */
  readonly kill: (session: Session, me: Session) => void;
}

export class Acl implements AclService {
  readonly commands: AclCommands;
  readonly #needs: AclNeeds;
  readonly #log = new AclLog();
  #users = new Map<string, AclUser>();
  /** Loads and saves of the file, one after another. */
  #fileWork: Promise<void> = Promise.resolve();

  constructor(needs: AclNeeds) {
    this.#needs = needs;
    this.commands = new AclCommands(needs.table);
    this.#users.set(DEFAULT_USER, this.#newDefaultUser());
  }

  /** `requirepass` was said: it is the one password of the default user, and none opens the door. */
  followPassword(): void {
    const password = Buffer.from(this.#needs.config.text('requirepass')).toString('latin1');
    this.setUser(DEFAULT_USER, ['resetpass', password === '' ? 'nopass' : `#${passwordHash(password)}`]);
  }

  // ---- where users come from, and where they are kept

  /** The `user` lines of a configuration, each as its words after `user`. @throws ConfigError */
  load(lines: readonly (readonly string[])[]): void {
    const said = new Set<string>();
    for (const [name = '', ...words] of lines) {
      if (/[\s\0]/.test(name)) throw new ConfigError('Spaces not allowed in ACL usernames');
      if (said.has(name)) throw new ConfigError(`Error in user declaration '${name}': ${ruleReasons.duplicateUser}`);
      said.add(name);
      try {
        // A line says the whole user, so nothing of what was said before stays.
        this.setUser(name, [...(this.#users.has(name) ? ['reset'] : []), ...mergedSelectors(words)]);
      } catch (error) {
        if (error instanceof UnmatchedParenthesis) throw new ConfigError(error.message);
        if (!(error instanceof AclRuleError)) throw error;
        throw new ConfigError(`Error loading ACL rule '${error.rule}' for the user named '${name}': ${error.message}`);
      }
    }
  }

  /** The users of `aclfile`, if it is set. @throws StartError */
  async loadAtStart(hasUserLines: boolean): Promise<void> {
    if (this.#filePath === null) return;
    if (hasUserLines) throw new StartError(BOTH_SOURCES);
    try {
      this.#replaceUsers(await this.#readFile(this.#filePath), null);
    } catch (error) {
      if (!(error instanceof AclFileError)) throw error;
      throw new StartError(`Aborting Redis startup because of ACL errors: ${error.message}`);
    }
  }

  loadFile(me: Session): Promise<void> | null {
    const path = this.#filePath;
    return path === null ? null : this.#inTurn(async () => this.#replaceUsers(await this.#readFile(path), me));
  }

  saveFile(): Promise<void> | null {
    const path = this.#filePath;
    const { files, random, log } = this.#needs;
    if (path === null) return null;
    return this.#inTurn(async () => {
      try {
        await writeAclFile(files, random, path, this.users);
      } catch (error) {
        log.warning(`Saving the ACL file failed: ${error instanceof Error ? error.message : String(error)}`);
        throw error;
      }
    });
  }

  /** The `user` lines of a rewritten configuration: none where a file has them. */
  get configLines(): readonly string[] {
    return this.#filePath === null ? this.users.map((user) => user.describe()) : [];
  }

  /** Absolute, or relative to `dir`. */
  get #filePath(): string | null {
    const { config } = this.#needs;
    const path = config.text('aclfile');
    if (path === '') return null;
    return /^(?:[/\\]|[a-z]:)/i.test(path) ? path : `${config.text('dir')}/${path}`;
  }

  #readFile(path: string): Promise<Map<string, AclUser>> {
    return readAclFile(this.#needs.files, path, this.#needs.config.text('aclfile'), (name) => this.#newUser(name));
  }

  #inTurn(work: () => Promise<void>): Promise<void> {
    const done = this.#fileWork.then(work);
    this.#fileWork = done.catch(() => {});
    return done;
  }

  /** All others than the default user are new ones, so their connections end. */
  #replaceUsers(users: Map<string, AclUser>, me: Session | null): void {
    if (!users.has(DEFAULT_USER)) users.set(DEFAULT_USER, this.#newDefaultUser());
    this.#users = users;
    for (const session of this.#clients()) {
      if (session.user === DEFAULT_USER) this.#restrict(session);
      else this.#needs.kill(session, me ?? session);
    }
  }

  // ---- the users

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
    for (const session of this.#clients()) {
      if (session.user !== name) continue;
      this.#restrict(session);
      if (!this.#maySubscribe(user, session)) session.kill();
    }
  }

  #newUser(name: string): AclUser {
    return new AclUser(name, () => {
      const selector = new AclSelector(new CommandPermissions(this.commands));
      if (this.#needs.config.text('acl-pubsub-default') === 'allchannels') selector.apply('allchannels');
      return selector;
    });
  }

  #newDefaultUser(): AclUser {
    const user = this.#newUser(DEFAULT_USER);
    for (const rule of EVERYTHING) user.apply(rule);
    return user;
  }

  deleteUser(name: string, me: Session): boolean {
    if (!this.#users.delete(name)) return false;
    for (const session of this.#clients()) if (session.user === name) this.#needs.kill(session, me);
    return true;
  }

  commandOf(args: Args): Command | null {
    return this.#needs.table.requested(args);
  }

  // ---- the connections

  /** Those who are somebody; a list of its own, since closing one changes the other. */
  #clients(): Session[] {
    return [...this.#needs.sessions()].filter((session) => session.kind === 'client' && session.authenticated);
  }

  #maySubscribe(user: AclUser, session: Session): boolean {
    if (session.subscriptions === 0) return true;
    const { pubsub } = this.#needs;
    return (
      pubsub.channelsOf(session).every((channel) => user.mayUseChannel(channel, false)) &&
      pubsub.patternsOf(session).every((pattern) => user.mayUseChannel(pattern, true))
    );
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

  logIn(session: Session, name: string, password: string, asked: string): boolean {
    const user = this.#users.get(name);
    if (user === undefined || !user.isOn || !user.isPassword(password)) {
      const context = session.transaction === null ? 'toplevel' : 'multi';
      this.#note(session, { reason: 'auth', object: asked }, context, name);
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
    this.#note(session, denial, session.transaction === null ? 'toplevel' : 'multi', user.name);
    return denialReply(denial);
  }

  refusalInExec(session: Session, user: AclUser, command: Command, args: Args): string | null {
    const denial = denialOf(user, command, args);
    if (denial === null) return null;
    this.#note(session, denial, 'multi', user.name);
    return denialReplyInExec(denial);
  }

  // ---- what was denied

  get log(): readonly AclLogEntry[] {
    return this.#log.entries;
  }

  clearLog(): void {
    this.#log.clear();
  }

  #note(
    session: Session,
    { reason, object }: Denial | { readonly reason: 'auth'; readonly object: string },
    context: AclLogEntry['context'],
    username: string,
  ): void {
    const { clock, config, describe } = this.#needs;
    const entry = { reason, context, object, username, atMs: clock.nowMs(), client: describe(session) };
    this.#log.add(entry, config.number('acllog-max-len'));
  }
}

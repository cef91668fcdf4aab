// What a user may do by one set of rules: commands, keys and channels. A user has one of them, and more in parentheses.
import { globMatches } from '../../../base/glob.ts';
import type { CommandPermissions } from './acl-commands.ts';
import type { KeyAccess } from './acl-keys.ts';
import { AclRuleError, ruleReasons } from './acl-rule-error.ts';

interface KeyPattern {
  readonly pattern: string;
  readonly access: readonly KeyAccess[];
}

const BOTH: readonly KeyAccess[] = ['read', 'write'];

/** Texts are byte texts: one character for each byte. */
export class AclSelector {
  readonly commands: CommandPermissions;
  allKeys = false;
  keys: KeyPattern[] = [];
  allChannels = false;
  channels: string[] = [];

  constructor(commands: CommandPermissions) {
    this.commands = commands;
  }

  clone(): AclSelector {
    const commands = this.commands.clone();
    return Object.assign(new AclSelector(commands), this, {
      commands,
      keys: [...this.keys],
      channels: [...this.channels],
    });
  }

  /** It allows everything, so nothing needs to be asked. */
  get isUnrestricted(): boolean {
    return this.commands.hasAll && this.allKeys && this.allChannels;
  }

  /** Keys that are not known before it is too late to ask may be read. */
  get mayReadAnyKey(): boolean {
    return this.allKeys || this.keys.some(({ pattern, access }) => pattern === '*' && access.includes('read'));
  }

  /** One pattern must allow all of `access`. */
  mayUseKey(key: string, access: readonly KeyAccess[]): boolean {
    if (this.allKeys) return true;
    return this.keys.some(
      (known) => access.every((one) => known.access.includes(one)) && globMatches(known.pattern, key),
    );
  }

  /** A pattern to subscribe to must be one of the allowed ones, letter for letter. */
  mayUseChannel(channel: string, isPattern: boolean): boolean {
    if (this.allChannels) return true;
    return this.channels.some((known) => (isPattern ? known === channel : globMatches(known, channel)));
  }

  /** One rule. @throws AclRuleError */
  apply(rule: string): void {
    const act = wholeWords[rule.toLowerCase()];
    if (act !== undefined) act(this);
    else if (rule.startsWith('~') || rule.startsWith('%')) this.#addKeys(rule);
    else if (rule.startsWith('&')) this.#addChannels(rule);
    else if (rule.startsWith('+') || rule.startsWith('-')) this.commands.apply(rule);
    else throw new AclRuleError(rule, ruleReasons.syntax);
  }

  /** `~pattern` or `%RW~pattern`; without the second `~` the pattern is empty. */
  #addKeys(rule: string): void {
    const match = /^(?:~|%(r|w|rw|wr)(?:~|$))(\S*)$/is.exec(rule);
    if (match === null) throw new AclRuleError(rule, ruleReasons.syntax);
    if (this.allKeys) throw new AclRuleError(rule, ruleReasons.keyAfterAll);
    const letters = match[1]?.toLowerCase() ?? 'rw';
    const access = BOTH.filter((one) => letters.includes(one.charAt(0)));
    const pattern = match[2]!;
    const known = this.keys.find((other) => other.pattern === pattern);
    const united = BOTH.filter((one) => access.includes(one) || known?.access.includes(one) === true);
    const entry = { pattern, access: united };
    this.keys =
      known === undefined ? [...this.keys, entry] : this.keys.map((other) => (other === known ? entry : other));
  }

  #addChannels(rule: string): void {
    const pattern = rule.slice(1);
    if (/\s/.test(pattern)) throw new AclRuleError(rule, ruleReasons.syntax);
    if (this.allChannels) throw new AclRuleError(rule, ruleReasons.channelAfterAll);
    if (!this.channels.includes(pattern)) this.channels.push(pattern);
  }

  get keyText(): string {
    return this.allKeys ? '~*' : this.keys.map(keyRule).join(' ');
  }

  get channelText(): string {
    return this.allChannels ? '&*' : this.channels.map((pattern) => `&${pattern}`).join(' ');
  }

  /** As rules. */
  describe(): string {
    const channels = this.allChannels ? '&*' : `resetchannels ${this.channelText}`.trimEnd();
    return [this.keyText, channels, this.commands.describe()].filter((part) => part !== '').join(' ');
  }
}

function keyRule({ pattern, access }: KeyPattern): string {
  if (access.length === BOTH.length) return `~${pattern}`;
  return `%${access.includes('read') ? 'R' : 'W'}~${pattern}`;
}

/** Rules without a parameter. */
const wholeWords: Readonly<Record<string, (selector: AclSelector) => void>> = {
  allkeys: allowAllKeys,
  '~*': allowAllKeys,
  resetkeys: (selector) => {
    selector.allKeys = false;
    selector.keys = [];
  },
  allchannels: allowAllChannels,
  '&*': allowAllChannels,
  resetchannels: (selector) => {
    selector.allChannels = false;
    selector.channels = [];
  },
  allcommands: (selector) => selector.commands.apply('+@all'),
  nocommands: (selector) => selector.commands.apply('-@all'),
};

function allowAllKeys(selector: AclSelector): void {
  selector.allKeys = true;
  selector.keys = [];
}

function allowAllChannels(selector: AclSelector): void {
  selector.allChannels = true;
  selector.channels = [];
}

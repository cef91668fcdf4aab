// One ACL user: passwords, commands, keys and channels, changed by Redis's rules and described by them again.
import { globMatches } from '../../base/glob.ts';
import { sha256 } from '../../base/sha256.ts';
import type { CommandPermissions } from './acl-commands.ts';

/** Why a rule is refused, in Redis's words. */
export class AclRuleError extends Error {
  readonly rule: string;

  constructor(rule: string, reason: string) {
    super(reason);
    this.name = 'AclRuleError';
    this.rule = rule;
  }
}

const reasons = {
  syntax: 'Syntax error',
  unknownCommand: 'Unknown command or category name in ACL',
  badHash: 'The password hash must be exactly 64 characters and contain only lowercase hexadecimal characters',
  noSuchPassword: 'The password you are trying to remove from the user does not exist',
  keyAfterAll:
    "Adding a pattern after the * pattern (or the 'allkeys' flag) is not valid and does not have any effect. Try 'resetkeys' to start with an empty list of patterns",
  channelAfterAll:
    "Adding a pattern after the * pattern (or the 'allchannels' flag) is not valid and does not have any effect. Try 'resetchannels' to start with an empty list of channels",
} as const;

/** What a command does with a key. */
export type KeyAccess = 'read' | 'write';

interface KeyPattern {
  readonly pattern: string;
  readonly access: readonly KeyAccess[];
}

const BOTH: readonly KeyAccess[] = ['read', 'write'];

/** Texts are byte texts: one character for each byte. */
export class AclUser {
  readonly name: string;
  isOn = false;
  /** Any password is right. */
  hasNoPassword = false;
  /** What Redis would do with payloads of RESTORE; kept to be shown. */
  sanitizing: 'unsaid' | 'skip-sanitize-payload' | 'sanitize-payload' = 'unsaid';
  /** SHA-256 of each password, in hexadecimal. */
  passwords: string[] = [];
  readonly commands: CommandPermissions;
  allKeys = false;
  keys: KeyPattern[] = [];
  allChannels = false;
  channels: string[] = [];

  constructor(name: string, commands: CommandPermissions) {
    this.name = name;
    this.commands = commands;
  }

  clone(): AclUser {
    const commands = this.commands.clone();
    const copy = new AclUser(this.name, commands);
    return Object.assign(copy, this, {
      commands,
      passwords: [...this.passwords],
      keys: [...this.keys],
      channels: [...this.channels],
    });
  }

  /** It may do everything, so nothing needs to be asked. */
  get isUnrestricted(): boolean {
    return this.commands.hasAll && this.allKeys && this.allChannels;
  }

  isPassword(password: string): boolean {
    return this.hasNoPassword || this.passwords.includes(passwordHash(password));
  }

  mayUseKey(key: string, access: readonly KeyAccess[]): boolean {
    if (this.allKeys) return true;
    return access.every((one) =>
      this.keys.some((known) => known.access.includes(one) && globMatches(known.pattern, key)),
    );
  }

  /** A pattern to subscribe to must be one of the allowed ones, letter for letter. */
  mayUseChannel(channel: string, isPattern: boolean): boolean {
    if (this.allChannels) return true;
    return this.channels.some((known) => (isPattern ? known === channel : globMatches(known, channel)));
  }

  /** One rule of ACL SETUSER. @throws AclRuleError */
  apply(rule: string): void {
    const word = rule.toLowerCase();
    const act = wholeWords[word];
    if (act !== undefined) act(this);
    else if ('><#!'.includes(rule[0] ?? ' ')) this.#applyPassword(rule);
    else if (rule.startsWith('~') || rule.startsWith('%')) this.#addKeys(rule);
    else if (rule.startsWith('&')) this.#addChannels(rule);
    else if (rule.startsWith('+') || rule.startsWith('-')) {
      if (this.commands.change(word.slice(1), rule.startsWith('+'))) return;
      throw new AclRuleError(rule, reasons.unknownCommand);
    } else throw new AclRuleError(rule, reasons.syntax);
  }

  #applyPassword(rule: string): void {
    const text = rule.slice(1);
    const isHash = rule.startsWith('#') || rule.startsWith('!');
    if (isHash && !/^[0-9a-f]{64}$/.test(text)) throw new AclRuleError(rule, reasons.badHash);
    const hash = isHash ? text : passwordHash(text);
    const isKnown = this.passwords.includes(hash);
    if (rule.startsWith('>') || rule.startsWith('#')) {
      if (!isKnown) this.passwords.push(hash);
      this.hasNoPassword = false;
    } else if (isKnown) this.passwords = this.passwords.filter((other) => other !== hash);
    else throw new AclRuleError(rule, reasons.noSuchPassword);
  }

  /** `~pattern` or `%RW~pattern`. */
  #addKeys(rule: string): void {
    const match = /^(?:~|%([rw]{1,2})~)(\S*)$/is.exec(rule);
    if (match === null) throw new AclRuleError(rule, reasons.syntax);
    if (this.allKeys) throw new AclRuleError(rule, reasons.keyAfterAll);
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
    if (/\s/.test(pattern)) throw new AclRuleError(rule, reasons.syntax);
    if (this.allChannels) throw new AclRuleError(rule, reasons.channelAfterAll);
    if (!this.channels.includes(pattern)) this.channels.push(pattern);
  }

  /** The words of ACL GETUSER's `flags`. */
  get flags(): string[] {
    const flags = [this.isOn ? 'on' : 'off'];
    if (this.hasNoPassword) flags.push('nopass');
    if (this.sanitizing !== 'unsaid') flags.push(this.sanitizing);
    return flags;
  }

  get keyText(): string {
    return this.allKeys ? '~*' : this.keys.map(keyRule).join(' ');
  }

  get channelText(): string {
    return this.allChannels ? '&*' : this.channels.map((pattern) => `&${pattern}`).join(' ');
  }

  /** The line of ACL LIST, which a configuration file takes too. */
  describe(): string {
    const hashes = this.passwords.map((hash) => `#${hash}`);
    const channels = this.allChannels ? '&*' : `resetchannels ${this.channelText}`.trimEnd();
    const parts = ['user', this.name, ...this.flags, ...hashes, this.keyText, channels, this.commands.describe()];
    return parts.filter((part) => part !== '').join(' ');
  }
}

function keyRule({ pattern, access }: KeyPattern): string {
  if (access.length === BOTH.length) return `~${pattern}`;
  return `%${access.includes('read') ? 'R' : 'W'}~${pattern}`;
}

export function passwordHash(password: string): string {
  return Buffer.from(sha256(Buffer.from(password, 'latin1'))).toString('hex');
}

/** Rules without a parameter. */
const wholeWords: Readonly<Record<string, (user: AclUser) => void>> = {
  on: (user) => {
    user.isOn = true;
  },
  off: (user) => {
    user.isOn = false;
  },
  nopass: (user) => {
    user.hasNoPassword = true;
    user.passwords = [];
  },
  resetpass: (user) => {
    user.hasNoPassword = false;
    user.passwords = [];
  },
  'skip-sanitize-payload': (user) => {
    user.sanitizing = 'skip-sanitize-payload';
  },
  'sanitize-payload': (user) => {
    user.sanitizing = 'sanitize-payload';
  },
  allkeys: allowAllKeys,
  '~*': allowAllKeys,
  resetkeys: (user) => {
    user.allKeys = false;
    user.keys = [];
  },
  allchannels: allowAllChannels,
  '&*': allowAllChannels,
  resetchannels: (user) => {
    user.allChannels = false;
    user.channels = [];
  },
  allcommands: (user) => void user.commands.change('@all', true),
  nocommands: (user) => void user.commands.change('@all', false),
  clearselectors: () => {},
  reset: (user) => {
    for (const rule of ['resetpass', 'resetkeys', 'resetchannels', 'off', 'sanitize-payload', '-@all'])
      user.apply(rule);
  },
};

function allowAllKeys(user: AclUser): void {
  user.allKeys = true;
  user.keys = [];
}

function allowAllChannels(user: AclUser): void {
  user.allChannels = true;
  user.channels = [];
}

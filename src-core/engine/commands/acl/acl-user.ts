// One ACL user: passwords, and what it may do by its selectors, changed by Redis's rules and described by them again.
import { sha256 } from '../../../base/sha256.ts';
import { splitLine } from '../../../resp/inline-line.ts';
import { AclRuleError, ruleReasons } from './acl-rule-error.ts';
import type { AclSelector } from './acl-selector.ts';

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
  /** The first one is that of the rules outside of parentheses. A request is allowed if any of them allows it. */
  selectors: readonly AclSelector[];
  readonly #newSelector: () => AclSelector;

  /** `newSelector` makes one that allows what nobody has said anything about. */
  constructor(name: string, newSelector: () => AclSelector) {
    this.name = name;
    this.#newSelector = newSelector;
    this.selectors = [newSelector()];
  }

  clone(): AclUser {
    const copy = new AclUser(this.name, this.#newSelector);
    return Object.assign(copy, this, {
      passwords: [...this.passwords],
      selectors: this.selectors.map((selector) => selector.clone()),
    });
  }

  get root(): AclSelector {
    return this.selectors[0]!;
  }

  /** It may do everything, so nothing needs to be asked. */
  get isUnrestricted(): boolean {
    return this.selectors.some((selector) => selector.isUnrestricted);
  }

  isPassword(password: string): boolean {
    return this.hasNoPassword || this.passwords.includes(passwordHash(password));
  }

  mayUseChannel(channel: string, isPattern: boolean): boolean {
    return this.selectors.some((selector) => selector.mayUseChannel(channel, isPattern));
  }

  /** One rule of ACL SETUSER; a selector in parentheses is one rule. @throws AclRuleError */
  apply(rule: string): void {
    const act = wholeWords[rule.toLowerCase()];
    if (act !== undefined) act(this);
    else if ('><#!'.includes(rule[0] ?? ' ')) this.#applyPassword(rule);
    else if (rule.startsWith('(') && rule.endsWith(')')) this.#addSelector(rule);
    else this.root.apply(rule);
  }

  #applyPassword(rule: string): void {
    const text = rule.slice(1);
    const isHash = rule.startsWith('#') || rule.startsWith('!');
    if (isHash && !/^[0-9a-f]{64}$/.test(text)) throw new AclRuleError(rule, ruleReasons.badHash);
    const hash = isHash ? text : passwordHash(text);
    const isKnown = this.passwords.includes(hash);
    if (rule.startsWith('>') || rule.startsWith('#')) {
      if (!isKnown) this.passwords.push(hash);
      this.hasNoPassword = false;
    } else if (isKnown) this.passwords = this.passwords.filter((other) => other !== hash);
    else throw new AclRuleError(rule, ruleReasons.noSuchPassword);
  }

  #addSelector(rule: string): void {
    const selector = this.#newSelector();
    const words = splitLine(Buffer.from(rule.slice(1, -1), 'latin1')) ?? [];
    try {
      for (const word of words) selector.apply(word.toString('latin1'));
    } catch (error) {
      throw error instanceof AclRuleError ? new AclRuleError(rule, error.message) : error;
    }
    this.selectors = [...this.selectors, selector];
  }

  /** Back to a user of whom nothing was said. */
  reset(): void {
    this.passwords = [];
    this.hasNoPassword = false;
    this.isOn = false;
    this.sanitizing = 'sanitize-payload';
    this.selectors = [this.#newSelector()];
  }

  clearSelectors(): void {
    this.selectors = [this.root];
  }

  /** The words of ACL GETUSER's `flags`. */
  get flags(): string[] {
    const flags = [this.isOn ? 'on' : 'off'];
    if (this.hasNoPassword) flags.push('nopass');
    if (this.sanitizing !== 'unsaid') flags.push(this.sanitizing);
    return flags;
  }

  /** The line of ACL LIST, which a configuration file takes too. */
  describe(): string {
    const hashes = this.passwords.map((hash) => `#${hash}`);
    const [root, ...more] = this.selectors.map((selector) => selector.describe());
    return ['user', this.name, ...this.flags, ...hashes, root, ...more.map((text) => `(${text})`)].join(' ');
  }
}

/**
 * Puts the words of a selector together: `(+get`, `~a*)` → `(+get ~a*)`.
 * @throws UnmatchedParenthesis
 */
export function mergedSelectors(words: readonly string[]): string[] {
  const rules: string[] = [];
  let open: string | null = null;
  let openedBy = '';
  for (const word of words) {
    if (word.startsWith('(') && !word.endsWith(')')) {
      // One that is open already is forgotten, as in Redis.
      open = word;
      openedBy = word;
    } else if (open === null) rules.push(word);
    else {
      open = `${open} ${word}`;
      if (!word.endsWith(')')) continue;
      rules.push(open);
      open = null;
    }
  }
  if (open !== null) throw new UnmatchedParenthesis(openedBy);
  return rules;
}

export class UnmatchedParenthesis extends Error {
  readonly word: string;

  constructor(word: string) {
    super(`Unmatched parenthesis in acl selector starting at '${word}'.`);
    this.name = 'UnmatchedParenthesis';
    this.word = word;
  }
}

export function passwordHash(password: string): string {
  return Buffer.from(sha256(Buffer.from(password, 'latin1'))).toString('hex');
}

/** Rules about the user itself, without a parameter. */
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
  clearselectors: (user) => user.clearSelectors(),
  reset: (user) => user.reset(),
};

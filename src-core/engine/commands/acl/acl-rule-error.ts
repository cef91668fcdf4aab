// Why a rule of ACL SETUSER is refused, in Redis's words.

export class AclRuleError extends Error {
  readonly rule: string;

  constructor(rule: string, reason: string) {
    super(reason);
    this.name = 'AclRuleError';
    this.rule = rule;
  }
}

export const ruleReasons = {
  syntax: 'Syntax error',
  unknownCommand: 'Unknown command or category name in ACL',
  partOfPart: 'Allowing first-arg of a subcommand is not supported',
  badHash: 'The password hash must be exactly 64 characters and contain only lowercase hexadecimal characters',
  noSuchPassword: 'The password you are trying to remove from the user does not exist',
  duplicateUser: 'Duplicate user found. A user can only be defined once in config files',
  keyAfterAll:
    "Adding a pattern after the * pattern (or the 'allkeys' flag) is not valid and does not have any effect. Try 'resetkeys' to start with an empty list of patterns",
  channelAfterAll:
    "Adding a pattern after the * pattern (or the 'allchannels' flag) is not valid and does not have any effect. Try 'resetchannels' to start with an empty list of channels",
} as const;

// The one catalogue of what the engine says when it refuses: Redis's own words, prefix included, `-` and line end not.

/** Raised by a command, or by a parser of its arguments, to answer with a RESP error; never for our own mistakes. */
export class ReplyError extends Error {
  constructor(text: string) {
    super(text);
    this.name = 'ReplyError';
  }
}

/** Fixed texts. Texts with a parameter are the functions below. */
export const replyErrors = {
  syntax: 'ERR syntax error',
  wrongType: 'WRONGTYPE Operation against a key holding the wrong kind of value',
  notInteger: 'ERR value is not an integer or out of range',
  notFloat: 'ERR value is not a valid float',
  outOfRange: 'ERR value is out of range',
  mustBePositive: 'ERR value is out of range, must be positive',
  indexOutOfRange: 'ERR index out of range',
  offsetOutOfRange: 'ERR offset is out of range',
  incrementOverflow: 'ERR increment or decrement would overflow',
  decrementOverflow: 'ERR decrement would overflow',
  incrementNotFinite: 'ERR increment would produce NaN or Infinity',
  invalidCursor: 'ERR invalid cursor',
  hashNotInteger: 'ERR hash value is not an integer',
  hashNotFloat: 'ERR hash value is not a float',
  fieldsMissing: 'ERR Mandatory argument FIELDS is missing or not at the right position',
  fieldCountNotPositive: 'ERR Parameter `numFields` should be greater than 0',
  fieldCountWrong: 'ERR The `numfields` parameter must match the number of arguments',
  setFieldsTwoConditions: 'ERR Only one of FXX or FNX arguments can be specified',
  setFieldsTwoExpiries: 'ERR Only one of EX, PX, EXAT, PXAT or KEEPTTL arguments can be specified',
  expireNegative: 'ERR invalid expire time, must be >= 0',
  randomCountRange: 'ERR value is out of range, value must between -9223372036854775807 and 9223372036854775807',
  valueNotFinite: 'ERR value is NaN or Infinity',
  keyCountTooSmall: 'ERR numkeys should be greater than 0',
  keyCountTooLarge: "ERR Number of keys can't be greater than number of args",
  countTooSmall: 'ERR count should be greater than 0',
  negativeLimit: "ERR LIMIT can't be negative",
  negativeCount: "ERR COUNT can't be negative",
  negativeMaxLength: "ERR MAXLEN can't be negative",
  rankZero:
    "ERR RANK can't be zero: use 1 to start from the first match, 2 from the second ... or use negative to start from the end of the list",
  rangeNotFloat: 'ERR min or max is not a float',
  rangeNotLex: 'ERR min or max not valid string range item',
  limitNeedsBy: 'ERR syntax error, LIMIT is only supported in combination with either BYSCORE or BYLEX',
  lexWithScores: 'ERR syntax error, WITHSCORES not supported in combination with BYLEX',
  addNxWithXx: 'ERR XX and NX options at the same time are not compatible',
  addGtLtNx: 'ERR GT, LT, and/or NX options at the same time are not compatible',
  addIncrementPair: 'ERR INCR option supports a single increment-element pair',
  scoreNotNumber: 'ERR resulting score is not a number (NaN)',
  weightNotFloat: 'ERR weight value is not a float',
  expireNxWithOthers: 'ERR NX and XX, GT or LT options at the same time are not compatible',
  expireGtWithLt: 'ERR GT and LT options at the same time are not compatible',
  invalidFirstDatabase: 'ERR invalid first DB index',
  invalidSecondDatabase: 'ERR invalid second DB index',
  unblockedByRole: 'UNBLOCKED force unblock from blocking operation, instance state changed (master -> replica?)',
  unblockedByClient: 'UNBLOCKED client unblocked via CLIENT UNBLOCK',
  sortNotFloat: "ERR One or more scores can't be converted into double",
  timeoutNotFloat: 'ERR timeout is not a float or out of range',
  timeoutNegative: 'ERR timeout is negative',
  noUseFrequency:
    'ERR An LFU maxmemory policy is not selected, access frequency not tracked. Please note that when switching between policies at runtime LRU and LFU data will take some time to adjust.',
  stringTooLong: 'ERR string exceeds maximum allowed size (proto-max-bulk-len)',
  noSuchKey: 'ERR no such key',
  sameObject: 'ERR source and destination objects are the same',
  databaseIndexOutOfRange: 'ERR DB index is out of range',
  invalidDatabaseIndex: 'ERR invalid DB index',
  bitOffset: 'ERR bit offset is not an integer or out of range',
  bitValue: 'ERR bit is not an integer or out of range',
  streamIdInvalid: 'ERR Invalid stream ID specified as stream command argument',
  streamIdExhausted: 'ERR The stream has exhausted the last possible ID, unable to add more items',
  streamIdTooSmall: 'ERR The ID specified in XADD is equal or smaller than the target stream top item',
  streamIdZero: 'ERR The ID specified in XADD must be greater than 0-0',
  streamEntryTooLarge: 'ERR Elements are too large to be stored',
  intervalStartInvalid: 'ERR invalid start ID for the interval',
  intervalEndInvalid: 'ERR invalid end ID for the interval',
  noAuth: 'NOAUTH Authentication required.',
  readOnly: "READONLY You can't write against a read only replica.",
  replicaTouchesKeys: "ERR Replica can't interact with the keyspace",
  loading: 'LOADING Redis is loading the dataset in memory',
  masterDown: "MASTERDOWN Link with MASTER is down and replica-serve-stale-data is set to 'no'.",
  noReplicas: 'NOREPLICAS Not enough good replicas to write.',
  misconfigured:
    'MISCONF Redis is configured to save RDB snapshots, but it is currently unable to persist to disk. Commands that may modify the data set are disabled, because this instance is configured to report errors during writes if RDB snapshotting fails (stop-writes-on-bgsave-error option). Please check the Redis logs for details about the RDB error.',
  outOfMemory: "OOM command not allowed when used memory > 'maxmemory'.",
  nestedMulti: 'ERR MULTI calls can not be nested',
  execWithoutMulti: 'ERR EXEC without MULTI',
  discardWithoutMulti: 'ERR DISCARD without MULTI',
  watchInsideMulti: 'ERR WATCH inside MULTI is not allowed',
  notInTransaction: 'ERR Command not allowed inside a transaction',
  execAborted: 'EXECABORT Transaction discarded because of previous errors.',
} as const;

/** How many bytes of an unknown command's arguments are repeated in the answer. */
const ECHOED_ARGUMENT_BYTES = 128;

/** `args` are the arguments after the name. */
export function unknownCommand(name: string, args: readonly string[]): string {
  let echoed = '';
  for (const arg of args) {
    if (echoed.length >= ECHOED_ARGUMENT_BYTES) break;
    echoed += `'${arg.slice(0, ECHOED_ARGUMENT_BYTES - echoed.length)}' `;
  }
  return `ERR unknown command '${name.slice(0, ECHOED_ARGUMENT_BYTES)}', with args beginning with: ${echoed}`;
}

/** `name` in lower case; a subcommand as `container|sub`. */
export function wrongArity(name: string): string {
  return `ERR wrong number of arguments for '${name}' command`;
}

export function unknownSubcommand(container: string, sub: string): string {
  return `ERR unknown subcommand '${sub.slice(0, ECHOED_ARGUMENT_BYTES)}'. Try ${container.toUpperCase()} HELP.`;
}

/** As DEBUG says it, which looks at its words itself. */
export function wrongSubcommand(container: string, sub: string): string {
  const shown = sub.slice(0, ECHOED_ARGUMENT_BYTES);
  return `ERR unknown subcommand or wrong number of arguments for '${shown}'. Try ${container.toUpperCase()} HELP.`;
}

/** For the unions, intersections and differences of sorted sets. */
export function tooFewInputKeys(commandName: string): string {
  return `ERR at least 1 input key is needed for '${commandName}' command`;
}

/** The option up to its first zero byte, where C takes a text to end. */
export function unknownArgument(argument: string): string {
  return `ERR unknown argument: ${argument}`;
}

export function unsupportedOption(option: string): string {
  return `ERR Unsupported option ${option.split('\0', 1)[0]}`;
}

export function invalidExpire(commandName: string): string {
  return `ERR invalid expire time in '${commandName}' command`;
}

/** A RESP2 client that subscribed may only say a few things. */
export function subscribedContext(commandName: string): string {
  return `ERR Can't execute '${commandName}': only (P|S)SUBSCRIBE / (P|S)UNSUBSCRIBE / PING / QUIT / RESET are allowed in this context`;
}

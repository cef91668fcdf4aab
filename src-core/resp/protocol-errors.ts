// What the parser of a request says before the connection closes, in Redis's words; they follow "-ERR ".
export const protocolErrors = {
  multibulkLength: 'Protocol error: invalid multibulk length',
  bulkLength: 'Protocol error: invalid bulk length',
  bigInline: 'Protocol error: too big inline request',
  bigCount: 'Protocol error: too big mbulk count string',
  bigBulkCount: 'Protocol error: too big bulk count string',
  unbalancedQuotes: 'Protocol error: unbalanced quotes in request',
  unauthenticatedMultibulk: 'Protocol error: unauthenticated multibulk length',
  unauthenticatedBulk: 'Protocol error: unauthenticated bulk length',
  /** A master never types: such a line is the rest of something else. It is not answered, only logged. */
  inlineFromMaster: 'Protocol error: Master using the inline protocol. Desync?',
} as const;

export function expectedBulk(byte: number): string {
  return `Protocol error: expected '$', got '${String.fromCharCode(byte)}'`;
}

// Our own mistakes, told apart from bad input: an InvariantError ends the worker, which says so and is started again.

export class InvariantError extends Error {
  constructor(text: string) {
    super(text);
    this.name = 'InvariantError';
  }
}

/** @throws InvariantError with `text` when the condition does not hold. */
export function invariant(condition: boolean, text: string): asserts condition {
  if (!condition) throw new InvariantError(text);
}

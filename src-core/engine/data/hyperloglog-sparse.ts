// The sparse registers of a HyperLogLog: runs of equal registers, edited in place so that they come out as Redis's do.

/** The registers of a string contradict themselves. */
export class HyperLogLogError extends Error {
  constructor() {
    super('the registers of a HyperLogLog are corrupt');
    this.name = 'HyperLogLogError';
  }
}

const REGISTERS = 16384;
const SHORT_ZEROS_MAX = 64;
const VALUE_RUN_MAX = 4;
const VALUE_MAX = 32;
/** A merge looks at so many runs, from the one before the change on. */
const RUNS_LOOKED_AT = 5;

type Run =
  | { readonly kind: 'zeros'; readonly bytes: 1 | 2; readonly length: number }
  | { readonly kind: 'values'; readonly bytes: 1; readonly length: number; readonly value: number };

/** Where the run is that covers a register. */
interface Place {
  readonly run: Run;
  readonly at: number;
  /** Of the run before; -1 when this is the first. */
  readonly previousAt: number;
  /** The first register that the run covers. */
  readonly first: number;
}

function zeros(length: number): number[] {
  if (length === 0) return [];
  if (length <= SHORT_ZEROS_MAX) return [length - 1];
  return [0x40 | ((length - 1) >> 8), (length - 1) & 0xff];
}

function values(value: number, length: number): number[] {
  return length === 0 ? [] : [0x80 | ((value - 1) << 2) | (length - 1)];
}

export class SparseRegisters {
  /** Replaced when it has to be longer or shorter. */
  bytes: Buffer;
  readonly #start: number;

  /** The runs in `bytes` from `start` to its end. */
  constructor(bytes: Buffer, start: number) {
    this.bytes = bytes;
    this.#start = start;
  }

  /** All registers zero. */
  static empty(): Buffer {
    return Buffer.from(zeros(REGISTERS));
  }

  /** @throws HyperLogLogError */
  all(): Uint8Array {
    const registers = new Uint8Array(REGISTERS);
    let index = 0;
    for (let at = this.#start; at < this.bytes.length; ) {
      const run = this.#runAt(at);
      if (index + run.length > REGISTERS) throw new HyperLogLogError();
      if (run.kind === 'values') registers.fill(run.value, index, index + run.length);
      index += run.length;
      at += run.bytes;
    }
    if (index !== REGISTERS) throw new HyperLogLogError();
    return registers;
  }

  /**
   * Makes a register at least `value`. `too much`: it does not fit in runs, or the string would be longer than
   * `maxBytes`; then nothing was changed. @throws HyperLogLogError
   */
  raise(index: number, value: number, maxBytes: number): 'changed' | 'unchanged' | 'too much' {
    if (value > VALUE_MAX) return 'too much';
    const { run, at, previousAt, first } = this.#find(index);
    if (run.kind === 'values' && run.value >= value) return 'unchanged';
    const before = index - first;
    const after = run.length - before - 1;
    const around = (length: number) => (run.kind === 'zeros' ? zeros(length) : values(run.value, length));
    const replacement = [...around(before), ...values(value, 1), ...around(after)];
    const growth = replacement.length - run.bytes;
    if (growth > 0 && this.bytes.length + growth > maxBytes) return 'too much';
    this.#splice(at, at + run.bytes, replacement);
    this.#merge(previousAt === -1 ? this.#start : previousAt);
    return 'changed';
  }

  #find(index: number): Place {
    let first = 0;
    let previousAt = -1;
    for (let at = this.#start; at < this.bytes.length; ) {
      const run = this.#runAt(at);
      if (index < first + run.length) return { run, at, previousAt, first };
      previousAt = at;
      at += run.bytes;
      first += run.length;
    }
    throw new HyperLogLogError();
  }

  #runAt(at: number): Run {
    const head = this.bytes[at]!;
    if (head >= 0x80) return { kind: 'values', bytes: 1, length: (head & 3) + 1, value: ((head >> 2) & 31) + 1 };
    if (head < 0x40) return { kind: 'zeros', bytes: 1, length: head + 1 };
    return { kind: 'zeros', bytes: 2, length: (((head & 0x3f) << 8) | (this.bytes[at + 1] ?? 0)) + 1 };
  }

  /** Neighbours of the same value become one run, as far as a run may be long. */
  #merge(from: number): void {
    let at = from;
    for (let looked = 0; looked < RUNS_LOOKED_AT && at < this.bytes.length; looked++) {
      const run = this.#runAt(at);
      const next = run.kind === 'values' && at + 1 < this.bytes.length ? this.#runAt(at + 1) : null;
      const fits = next?.kind === 'values' && run.kind === 'values' && next.value === run.value;
      if (fits && run.length + next.length <= VALUE_RUN_MAX) {
        this.#splice(at, at + 2, values(run.value, run.length + next.length));
      } else at += run.bytes;
    }
  }

  #splice(from: number, to: number, replacement: readonly number[]): void {
    const { bytes } = this;
    if (replacement.length === to - from) {
      bytes.set(replacement, from);
      return;
    }
    this.bytes = Buffer.concat([bytes.subarray(0, from), Buffer.from(replacement), bytes.subarray(to)]);
  }
}

// The commands by name: checks the rows once, then finds a row by the bytes of a name without making a string.
// Hot: guarded by `npm run bench -- throughput`.
import type { Args } from './args.ts';
import type { CommandFlag, CommandRow, CommandRun } from './spec.ts';

/** Each flag as a bit, for gates that are asked at every command. */
export const flagBit: Readonly<Record<CommandFlag, number>> = {
  write: 1 << 0,
  readonly: 1 << 1,
  denyoom: 1 << 2,
  admin: 1 << 3,
  pubsub: 1 << 4,
  noscript: 1 << 5,
  blocking: 1 << 6,
  loading: 1 << 7,
  stale: 1 << 8,
  skip_monitor: 1 << 9,
  skip_slowlog: 1 << 10,
  asking: 1 << 11,
  fast: 1 << 12,
  no_auth: 1 << 13,
  may_replicate: 1 << 14,
  no_async_loading: 1 << 15,
  no_multi: 1 << 16,
  no_mandatory_keys: 1 << 17,
  allow_busy: 1 << 18,
  movablekeys: 1 << 19,
  protected: 1 << 20,
};

/** A row made ready to run, with the counters that INFO commandstats shows. */
export class Command {
  readonly row: CommandRow;
  /** In lower case; `container|sub` for a subcommand. */
  readonly name: string;
  readonly flags: number;
  readonly arity: number;
  readonly run: CommandRun | null;
  readonly subcommands: CommandTable | null;
  /** Argument index of the first key, 0 for none. */
  readonly firstKey: number;
  /** It takes about as long as a look at the clock. */
  readonly isQuick: boolean;
  calls = 0;
  /** Refused before it ran: arity, gates. */
  rejectedCalls = 0;
  /** Ran and answered an error. */
  failedCalls = 0;

  constructor(row: CommandRow, name: string) {
    this.row = row;
    this.name = name;
    this.arity = row.arity;
    this.run = row.run ?? null;
    this.firstKey = row.keys?.first ?? 0;
    this.isQuick = row.flags.includes('fast') || name === 'set';
    this.flags = row.flags.reduce((bits, flag) => bits | flagBit[flag], 0);
    this.subcommands = row.subcommands === undefined ? null : new CommandTable(row.subcommands, `${name}|`);
  }

  has(flag: CommandFlag): boolean {
    return (this.flags & flagBit[flag]) !== 0;
  }

  /** Whether this many words, the name included, are enough and not too many. */
  takes(count: number): boolean {
    return this.arity >= 0 ? count === this.arity : count >= -this.arity;
  }
}

/** The table has this many places for each command, so that a look-up seldom meets another name. */
const PLACES_PER_COMMAND = 4;

export class CommandTable {
  readonly commands: readonly Command[];
  readonly #places: (Place | null)[];
  readonly #mask: number;

  /** @throws Error when a row contradicts itself or a name is there twice: our mistake, found at start. */
  constructor(rows: readonly CommandRow[], prefix = '') {
    for (const row of rows) checkRow(row, prefix);
    this.commands = rows.map((row) => new Command(row, prefix + row.name));
    const size = 2 ** Math.ceil(Math.log2(Math.max(1, rows.length) * PLACES_PER_COMMAND));
    this.#mask = size - 1;
    this.#places = new Array(size).fill(null);
    this.commands.forEach((command, i) => void this.#add(command, rows[i]!.name));
  }

  #add(command: Command, name: string): void {
    const folded = Buffer.from(name.toUpperCase(), 'latin1');
    let at = hashName(folded, 0, folded.length) & this.#mask;
    for (let place = this.#places[at]!; place !== null; at = (at + 1) & this.#mask, place = this.#places[at]!) {
      if (place.folded.equals(folded)) throw new Error(`the command ${command.name} is there twice`);
    }
    this.#places[at] = { folded, command };
  }

  /** The command of this name in any case, or null. */
  find(buffer: Buffer, start: number, end: number): Command | null {
    const length = end - start;
    let at = hashName(buffer, start, end) & this.#mask;
    for (let place = this.#places[at]!; place !== null; at = (at + 1) & this.#mask, place = this.#places[at]!) {
      if (place.folded.length === length && sameName(place.folded, buffer, start)) return place.command;
    }
    return null;
  }

  /** What a request asks for, with its subcommand; null if there is no such command, or no such subcommand. */
  requested(args: Args): Command | null {
    const command = this.find(args.buffer, args.start(0), args.end(0));
    if (command === null || command.subcommands === null || args.count === 1) return command;
    return command.subcommands.find(args.buffer, args.start(1), args.end(1));
  }

  /** The command of this name in any case, or null; `container|sub` for a subcommand. */
  named(name: string): Command | null {
    const [first, second] = name.split('|', 2) as [string, string | undefined];
    const bytes = Buffer.from(first, 'latin1');
    const command = this.find(bytes, 0, bytes.length);
    return second === undefined || command === null ? command : (command.subcommands?.named(second) ?? null);
  }
}

interface Place {
  /** The name in capitals. */
  readonly folded: Buffer;
  readonly command: Command;
}

/** Letters of both cases give the same hash; some other characters too, which `sameName` tells apart. */
function hashName(buffer: Uint8Array, start: number, end: number): number {
  let hash = end - start;
  for (let at = start; at < end; at++) hash = (Math.imul(hash, 31) + (buffer[at]! & 0xdf)) | 0;
  return hash ^ (hash >>> 7);
}

function sameName(folded: Buffer, buffer: Buffer, start: number): boolean {
  for (let i = 0; i < folded.length; i++) {
    let byte = buffer[start + i]!;
    if (byte >= 97 && byte <= 122) byte -= 32;
    if (byte !== folded[i]) return false;
  }
  return true;
}

function checkRow(row: CommandRow, prefix: string): void {
  const name = prefix + row.name;
  const complain = (what: string): never => {
    throw new Error(`command row ${name}: ${what}`);
  };
  if (row.name !== row.name.toLowerCase() || row.name === '') complain('the name is not in lower case');
  if (row.arity === 0) complain('the arity is 0');
  for (const flag of row.flags) if (!(flag in flagBit)) complain(`unknown flag ${flag}`);
  if (row.flags.includes('write') && row.flags.includes('readonly')) complain('it both writes and only reads');
  if (row.run === undefined && row.subcommands === undefined) complain('it neither runs nor has subcommands');
  const keys = row.keys;
  if (keys === undefined) return;
  if (keys.first < 1 || keys.step < 1) complain('keys start at 1 and step forward');
  if (keys.first >= Math.abs(row.arity) && !row.flags.includes('no_mandatory_keys')) {
    complain('its first key is past its least argument');
  }
}

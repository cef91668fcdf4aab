// Loads the items of an RDB one by one: databases, prefixes, and the records themselves.
// Hot: strings are parsed in place and stored without a look-up; guarded by the full syncs of `npm run bench -- replication`.
import { readLibrary } from '../../data/function-library.ts';
import type { CollectionLimits } from '../../data/limits.ts';
import type { Database } from '../../keyspace/database.ts';
import type { Keyspace } from '../../keyspace/keyspace.ts';
import { encoding, valueType } from '../../keyspace/record.ts';
import { type RdbCursor, StringPlace } from './cursor.ts';
import { rdbOpcode, rdbType } from './format.ts';
import type { LoadedValue } from './loaded-value.ts';
import { moduleName } from './module-id.ts';
import { isPackedType, unpack } from './packed-values.ts';
import { builderFor, type ValueBuilder } from './value-builders.ts';

/** A table is made this large at once at the most, whatever RESIZEDB promises; beyond it grows as it fills. */
export const presizedKeysMax = 1 << 24;
/** Memory that is made ready for each of them; the rest, if there is more, comes as it is needed. */
const presizedKeyBytes = 64;
/** No key takes fewer bytes: type, key length, value length. Bounds what RESIZEDB may promise of a file of known size. */
const recordBytesMin = 3;
/** More of the AUX fields of a file are not kept; Redis writes about ten. */
const auxFieldsMax = 100;
const keyShownChars = 64;
/** There in the file of a server that counts its stream. */
const historyField = 'repl-id';
/** The fields in which a server says its version. */
const writers = [
  ['redis-ver', 'Redis'],
  ['valkey-ver', 'Valkey'],
] as const;

export interface ItemLoadOptions {
  /** A fresh keyspace that nobody uses yet: `Keyspace.adopt` it when the load is finished, forget it when it fails. */
  readonly keyspace: Keyspace;
  readonly limits: CollectionLimits;
  /**
   * Keys that expired before this moment are left out, as a master does; null keeps all, as a replica does. A file that
   * stands in a history is kept whole: replicas that continue from there have those keys, and hear of their end.
   */
  readonly dropExpiredBeforeMs: number | null;
  /** How long the file is, if that is known; bounds what a forged RESIZEDB can make us allocate. */
  readonly sizeBytes: number | null;
}

export class ItemLoader {
  readonly aux = new Map<string, string>();
  keysLoaded = 0;
  keysExpired = 0;
  emptyKeysSkipped = 0;
  librariesLoaded = 0;
  /** The end-of-file mark was taken. */
  ended = false;
  readonly #options: ItemLoadOptions;
  readonly #key = new StringPlace();
  readonly #value = new StringPlace();
  #database: Database;
  #expiryMs = -1;
  /** The collection whose elements are coming, null between records. */
  #builder: ValueBuilder | null = null;
  #elementsLeft = 0;

  constructor(options: ItemLoadOptions) {
    this.#options = options;
    this.#database = options.keyspace.databases[0];
  }

  /**
   * Takes one item, or one element of a collection. False when its bytes are not all there, with the cursor anywhere.
   * @throws RdbError, or any error of the keyspace and the value classes, for what cannot be loaded
   */
  take(cursor: RdbCursor): boolean {
    if (this.#builder !== null) return this.#takeElement(cursor, this.#builder);
    if (!cursor.has(1)) return false;
    const opcode = cursor.buffer[cursor.at++];
    return opcode === rdbType.string ? this.#takeString(cursor) : this.#takeOther(cursor, opcode);
  }

  #takeString(cursor: RdbCursor): boolean {
    if (!cursor.string(this.#key) || !cursor.string(this.#value)) return false;
    if (!this.#isExpired()) {
      this.#database.insertLoaded(this.#key, valueType.string, encoding.plain, this.#value, this.#expiryMs);
      this.keysLoaded++;
    }
    this.#expiryMs = -1;
    return true;
  }

  #takeOther(cursor: RdbCursor, opcode: number): boolean {
    switch (opcode) {
      case rdbOpcode.expiryMs:
        if (!cursor.has(8)) return false;
        this.#expiryMs = expiryOf(Number(cursor.view.getBigInt64(cursor.at, true)));
        cursor.at += 8;
        return true;
      case rdbOpcode.expirySeconds:
        if (!cursor.has(4)) return false;
        this.#expiryMs = expiryOf(cursor.view.getInt32(cursor.at, true) * 1000);
        cursor.at += 4;
        return true;
      case rdbOpcode.selectDatabase:
        return this.#selectDatabase(cursor);
      case rdbOpcode.resizeDatabase:
        return this.#resizeDatabase(cursor);
      case rdbOpcode.aux:
        if (!cursor.string(this.#key) || !cursor.string(this.#value)) return false;
        if (this.aux.size < auxFieldsMax) this.aux.set(this.#key.text(), this.#value.text());
        return true;
      case rdbOpcode.idle:
        return cursor.length();
      case rdbOpcode.slotInfo:
        return cursor.length() && cursor.length() && cursor.length();
      case rdbOpcode.frequency:
        if (!cursor.has(1)) return false;
        cursor.at++;
        return true;
      case rdbOpcode.function2:
        return this.#takeLibrary(cursor);
      case rdbOpcode.functionPreGa:
        return cursor.fail('Pre-release function format not supported');
      case rdbOpcode.moduleAux:
        return this.#refuseModule(cursor, 'The RDB file contains AUX module data we cannot load: no module');
      case rdbOpcode.endOfFile:
        this.ended = true;
        return true;
      default:
        return this.#takeCollection(cursor, opcode);
    }
  }

  #takeLibrary(cursor: RdbCursor): boolean {
    if (!cursor.string(this.#value)) return false;
    const library = readLibrary(Buffer.from(this.#value.bytes()));
    const { libraries } = this.#options.keyspace;
    if (libraries.has(library.name)) cursor.fail(`Library '${library.name}' already exists`);
    libraries.set(library.name, library);
    this.librariesLoaded++;
    return true;
  }

  #selectDatabase(cursor: RdbCursor): boolean {
    if (!cursor.length()) return false;
    const { databases } = this.#options.keyspace;
    if (cursor.value >= databases.length) {
      cursor.fail(`The RDB has a database ${cursor.value}, and we have ${databases.length}`);
    }
    this.#database = databases[cursor.value];
    return true;
  }

  #resizeDatabase(cursor: RdbCursor): boolean {
    if (!cursor.length()) return false;
    const keys = cursor.value;
    if (!cursor.length()) return false;
    const { sizeBytes } = this.#options;
    const possible = sizeBytes === null ? presizedKeysMax : Math.ceil(sizeBytes / recordBytesMin);
    const expected = Math.min(keys, possible, presizedKeysMax);
    this.#database.table.reserve(expected);
    this.#database.arena.reserve(expected * presizedKeyBytes);
    return true;
  }

  #takeCollection(cursor: RdbCursor, type: number): boolean {
    const isModule = type === rdbType.module || type === rdbType.modulePreGa;
    const builder = builderFor(type, this.#options.limits);
    if (builder === null && !isPackedType(type) && !isModule) {
      cursor.fail(`Unknown RDB type or opcode ${type}, ${this.where()}${this.#origin()}`);
    }
    if (!cursor.string(this.#key)) return false;
    if (isModule) return this.#refuseModule(cursor, `A value of a module, ${this.#whereAt(this.#key)}, of module`);
    if (builder === null) return this.#takePacked(cursor, type);
    const elements = builder.begin ? builder.begin(cursor) : cursor.count();
    if (elements === null) return false;
    this.#key.keep();
    this.#builder = builder;
    this.#elementsLeft = elements;
    if (elements === 0) this.#goOn(builder);
    return true;
  }

  #takePacked(cursor: RdbCursor, type: number): boolean {
    if (!cursor.string(this.#value)) return false;
    this.#store(unpack(type, this.#value.bytes(), this.#options.limits));
    return true;
  }

  #takeElement(cursor: RdbCursor, builder: ValueBuilder): boolean {
    if (!builder.take(cursor)) return false;
    this.#elementsLeft--;
    if (this.#elementsLeft === 0) this.#goOn(builder);
    return true;
  }

  /** Elements of another kind follow, or the value is complete. */
  #goOn(builder: ValueBuilder): void {
    this.#elementsLeft = builder.more?.() ?? 0;
    if (this.#elementsLeft > 0) return;
    this.#builder = null;
    this.#store(builder.finish());
  }

  #store(value: LoadedValue | null): void {
    if (value === null) {
      this.emptyKeysSkipped++;
    } else if (!this.#isExpired()) {
      this.#database.insertLoaded(this.#key, value.type, value.encoding, toStored(value), this.#expiryMs);
      this.keysLoaded++;
    }
    this.#expiryMs = -1;
  }

  #isExpired(): boolean {
    const { dropExpiredBeforeMs } = this.#options;
    if (dropExpiredBeforeMs === null || this.#expiryMs === -1 || this.#expiryMs >= dropExpiredBeforeMs) return false;
    if (this.aux.has(historyField)) return false;
    this.keysExpired++;
    return true;
  }

  #refuseModule(cursor: RdbCursor, sentence: string): boolean {
    if (!cursor.length()) return false;
    cursor.fail(`${sentence} ${moduleName(cursor.wideValue())}${this.#origin()}`);
  }

  /** For the end of an error's sentence about what only a later release knows: who wrote it. */
  #origin(): string {
    for (const [name, family] of writers) if (this.aux.has(name)) return `, written by ${family} ${this.aux.get(name)}`;
    return '';
  }

  /** For the end of an error's sentence: what was being loaded. */
  where(): string {
    if (this.#builder !== null) return this.#whereAt(this.#key);
    return `in database ${this.#database.index} after ${this.keysLoaded} keys`;
  }

  #whereAt(key: StringPlace): string {
    return `at the key ${shown(key.bytes())} of database ${this.#database.index}`;
  }
}

/** -1 means none, to Redis as to us; what lies before 1970 is as good as 1970. */
function expiryOf(atMs: number): number {
  return atMs === -1 ? -1 : Math.max(0, atMs);
}

function toStored(value: LoadedValue): object {
  if (value.kind === 'object') return value.object;
  const { bytes } = value;
  return {
    buffer: bytes,
    view: new DataView(bytes.buffer, bytes.byteOffset, bytes.length),
    start: 0,
    end: bytes.length,
  };
}

export function shown(key: Buffer): string {
  return JSON.stringify(key.toString('utf8').slice(0, keyShownChars));
}

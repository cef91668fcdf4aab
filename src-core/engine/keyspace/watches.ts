// Who watches which key: WATCH's side of the keyspace.

/** A session's mark: set when a key that it watches was changed. */
export interface Watcher {
  touched: boolean;
}

export class Watches {
  readonly #byKey = new Map<string, Set<Watcher>>();

  get isEmpty(): boolean {
    return this.#byKey.size === 0;
  }

  add(databaseIndex: number, key: Buffer, watcher: Watcher): void {
    const name = nameOf(databaseIndex, key);
    const watchers = this.#byKey.get(name);
    if (watchers === undefined) this.#byKey.set(name, new Set([watcher]));
    else watchers.add(watcher);
  }

  remove(databaseIndex: number, key: Buffer, watcher: Watcher): void {
    const name = nameOf(databaseIndex, key);
    const watchers = this.#byKey.get(name);
    if (watchers === undefined) return;
    watchers.delete(watcher);
    if (watchers.size === 0) this.#byKey.delete(name);
  }

  touch(databaseIndex: number, key: Buffer): void {
    const watchers = this.#byKey.get(nameOf(databaseIndex, key));
    if (watchers === undefined) return;
    for (const watcher of watchers) watcher.touched = true;
  }

  /** Touches the watched keys of a database for which `concerns` says so. */
  touchWhere(databaseIndex: number, concerns: (key: Buffer) => boolean): void {
    const prefix = `${databaseIndex}:`;
    for (const [name, watchers] of this.#byKey) {
      if (!name.startsWith(prefix)) continue;
      if (!concerns(Buffer.from(name.slice(prefix.length), 'latin1'))) continue;
      for (const watcher of watchers) watcher.touched = true;
    }
  }
}

function nameOf(databaseIndex: number, key: Buffer): string {
  return `${databaseIndex}:${key.latin1Slice(0, key.length)}`;
}

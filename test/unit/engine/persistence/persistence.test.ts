// Saves and loads against a disk in memory: what fails is told and loses nothing, save points keep their times.

import { describe, expect, it } from 'vitest';
import { defaultCollectionLimits } from '#core/engine/data/limits.ts';
import type { Keyspace } from '#core/engine/keyspace/keyspace.ts';
import { encoding, valueType } from '#core/engine/keyspace/record.ts';
import { SingleKey } from '#core/engine/keyspace/single-key.ts';
import { type LoadKind, LoadWatch } from '#core/engine/persistence/load-watch.ts';
import { Persistence } from '#core/engine/persistence/persistence.ts';
import { readKeyspace } from '../../../support/keyspace-reading.ts';
import { MemoryFiles } from '../../../support/memory-files.ts';
import { freshKeyspace, loadRdb, writeRdb } from '../../../support/rdb.ts';
import { waitFor } from '../../../support/wait-for.ts';

const path = 'data/dump.rdb';

function put(keyspace: Keyspace, key: string, value: string, expiresAtMs = 0): void {
  const database = keyspace.databases[0];
  const bytes = Buffer.from(value);
  const source = new SingleKey(key);
  const ref = database.storeInline(source, 0, valueType.string, encoding.plain, bytes, 0, bytes.length, false);
  if (expiresAtMs !== 0) database.setExpiry(ref, expiresAtMs);
}

/** A persistence whose clock the test turns: `tick` lets that much time pass and looks at the save points. */
class Scene {
  readonly files = new MemoryFiles();
  readonly keyspace = freshKeyspace();
  readonly changes = { dirty: 0 };
  readonly log: string[] = [];
  readonly statuses: boolean[] = [];
  readonly loadings: (LoadKind | null)[] = [];
  readonly loads = new LoadWatch(
    { nowMs: () => this.#nowMs, monotonicMs: () => performance.now() },
    (kind) => void this.loadings.push(kind),
  );
  readonly persistence: Persistence;
  isReplica = false;
  #nowMs = 1_700_000_000_000;
  #look: () => void = () => {};
  #randomCalls = 0;

  constructor(savePoints: readonly { seconds: number; changes: number }[] = []) {
    this.persistence = new Persistence({
      keyspace: this.keyspace,
      emptyKeyspace: freshKeyspace,
      ports: {
        clock: { nowMs: () => this.#nowMs, monotonicMs: () => performance.now() },
        timers: {
          every: (_, run) => {
            this.#look = run;
            return { dispose: () => {} };
          },
          after: () => ({ dispose: () => {} }),
          soon: (run) => {
            const immediate = setImmediate(run);
            return { dispose: () => clearImmediate(immediate) };
          },
        },
        files: this.files,
        random: { bytes: (count) => new Uint8Array(count).fill(++this.#randomCalls), integer: () => 0 },
      },
      limits: defaultCollectionLimits,
      settings: {
        directory: 'data',
        fileName: 'dump.rdb',
        compress: true,
        checksum: true,
        savePoints,
        saveDelay: 0,
        loadDelay: 0,
      },
      changes: this.changes,
      log: (level, text) => void this.log.push(`${level}: ${text}`),
      replicationAux: () => ({ id: 'b'.repeat(40), offset: 77, streamDatabase: 0 }),
      isReplica: () => this.isReplica,
      onSaveStatus: (worked) => void this.statuses.push(worked),
      loads: this.loads,
    });
  }

  tick(seconds: number): void {
    this.#nowMs += seconds * 1000;
    this.#look();
  }

  change(count: number): void {
    for (let at = 0; at < count; at++) put(this.keyspace, `key:${at}`, 'value');
    this.changes.dirty += count;
  }

  untilSaved(saves: number): Promise<unknown> {
    return waitFor(
      `${saves} saves`,
      () => this.persistence.saves,
      (count) => count === saves,
    );
  }
}

describe('a save', () => {
  it('puts the file in its place, and counts off only the changes that are in it', async () => {
    const scene = new Scene();
    scene.change(100);
    const saving = scene.persistence.save();
    expect(scene.persistence.savesInProgress).toEqual({ seconds: 0, keysWritten: 0, keysTotal: 100 });
    put(scene.keyspace, 'late', 'x');
    scene.changes.dirty++;
    await saving;
    expect(scene.changes.dirty).toBe(1);
    expect([...scene.files.contents.keys()]).toEqual([path]);
    const { keyspace, report } = loadRdb(scene.files.contents.get(path)!);
    expect(readKeyspace(keyspace).size).toBe(100);
    expect(report.aux.get('repl-offset')).toBe('77');
    expect(scene.statuses).toEqual([true]);
    expect(scene.persistence.savesInProgress).toBeNull();
  });

  it.each(['create', 'write', 'close', 'rename'] as const)(
    'that fails at %s keeps the old file and leaves none of its own',
    async (act) => {
      const scene = new Scene();
      const old = Buffer.from('what was there');
      scene.files.contents.set(path, old);
      scene.change(5000);
      scene.files.failing = { act, code: 'ENOSPC' };
      await expect(scene.persistence.save()).rejects.toThrow('ENOSPC: the disk said no');
      expect([...scene.files.contents]).toEqual([[path, old]]);
      expect(scene.changes.dirty).toBe(5000);
      expect(scene.statuses).toEqual([false]);
      expect(scene.persistence.lastSaveWorked).toBe(false);
      scene.files.failing = null;
      await scene.persistence.save();
      expect(scene.statuses).toEqual([false, true]);
      expect(scene.persistence.snapshotRunning).toBe(false);
    },
  );

  it('goes before one that is running, which is given up', async () => {
    const scene = new Scene();
    scene.change(5000);
    scene.persistence.backgroundSave();
    await scene.persistence.save();
    await waitFor('the first save to be given up', () => scene.log.includes('warning: Background saving error'));
    expect(scene.log).toContain('warning: There is a child saving an .rdb. Killing it!');
    expect(scene.log).toContain('warning: Failed saving the RDB file: the snapshot was given up: superseded');
    expect([...scene.files.contents.keys()]).toEqual([path]);
    expect(loadRdb(scene.files.contents.get(path)!).report.keysLoaded).toBe(5000);
    expect(scene.persistence).toMatchObject({ lastSaveWorked: true, savesInProgress: null });
  });

  it('that is flushed under its feet is given up', async () => {
    const scene = new Scene();
    scene.change(5000);
    const saving = scene.persistence.save();
    scene.keyspace.flushAll();
    await expect(saving).rejects.toThrow('the snapshot was given up: flushed');
    expect(scene.files.contents.size).toBe(0);
  });
});

describe('save points', () => {
  it('save when enough changed and enough time has passed, and not before', async () => {
    const scene = new Scene([
      { seconds: 3600, changes: 1 },
      { seconds: 60, changes: 100 },
    ]);
    scene.change(99);
    scene.tick(61);
    expect(scene.persistence.snapshotRunning).toBe(false);
    scene.change(1);
    scene.tick(1);
    expect(scene.log).toContain('notice: 100 changes in 60 seconds. Saving...');
    await scene.untilSaved(1);
    scene.tick(61);
    expect(scene.persistence.snapshotRunning).toBe(false);
    scene.change(1);
    scene.tick(3600);
    expect(scene.log.at(-1)).toBe('notice: Background saving started');
    await scene.untilSaved(2);
  });

  it('wait five seconds after a failure', async () => {
    const scene = new Scene([{ seconds: 1, changes: 1 }]);
    scene.files.failing = { act: 'write', code: 'EIO' };
    scene.change(1);
    scene.tick(2);
    await waitFor('the failure', () => scene.log.includes('warning: Background saving error'));
    expect(scene.log).toContain('warning: Failed saving the RDB file: EIO: the disk said no');
    scene.files.failing = null;
    scene.tick(5);
    expect(scene.persistence.snapshotRunning).toBe(false);
    scene.tick(1);
    await scene.untilSaved(1);
  });

  it('let a scheduled save go first, once the running snapshot is over', async () => {
    const scene = new Scene();
    scene.change(10);
    const saving = scene.persistence.save();
    scene.persistence.scheduleBackgroundSave();
    scene.tick(1);
    await saving;
    scene.tick(1);
    await scene.untilSaved(2);
  });
});

describe('a load', () => {
  it('answers null without a file, and touches nothing', async () => {
    const scene = new Scene();
    expect(await scene.persistence.load()).toBeNull();
    expect(scene.loadings).toEqual([]);
  });

  it('replaces the data, leaves out what has expired, and says where the file comes from', async () => {
    const before = freshKeyspace();
    put(before, 'kept', 'yes', 1_800_000_000_000);
    put(before, 'gone', 'yes', 1_600_000_000_000);
    const scene = new Scene();
    scene.files.contents.set(path, writeRdb(before));
    expect(await scene.persistence.load()).toMatchObject({
      version: '7.0.15',
      usedMemoryBytes: 1_000_000,
      replication: null,
    });
    expect([...readKeyspace(scene.keyspace).keys()]).toEqual(['0:kept']);
    expect(scene.loads).toMatchObject({ keysLoaded: 1, keysExpired: 1, figures: null });
    expect(scene.loadings).toEqual(['shut', null]);
    expect(scene.log).toContain('notice: Done loading RDB, keys loaded: 1, keys expired: 1.');
  });

  it('keeps what has expired on a replica', async () => {
    const before = freshKeyspace();
    put(before, 'gone', 'yes', 1_600_000_000_000);
    const scene = new Scene();
    scene.isReplica = true;
    scene.files.contents.set(path, writeRdb(before));
    await scene.persistence.load();
    expect([...readKeyspace(scene.keyspace).keys()]).toEqual(['0:gone']);
  });

  it('of a broken file leaves the present data as they are', async () => {
    const before = freshKeyspace();
    for (let at = 0; at < 1000; at++) put(before, `key:${at}`, 'value');
    const bytes = writeRdb(before);
    const scene = new Scene();
    put(scene.keyspace, 'present', 'value');
    scene.files.contents.set(path, bytes.subarray(0, bytes.length - 9));
    await expect(scene.persistence.load()).rejects.toThrow(/^The RDB ends too early, in database 0 after 1000 keys/);
    expect([...readKeyspace(scene.keyspace).keys()]).toEqual(['0:present']);
    expect(scene.loadings).toEqual(['shut', null]);
  });
});

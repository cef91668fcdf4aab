// What INFO persistence shows, from the state of saves and loads: Redis's names, order and units.
import type { RdbLoadReport } from './rdb/reader.ts';
import type { SnapshotJob } from './snapshot.ts';

/** Changed by `Persistence` alone. */
export interface PersistenceFields {
  lastSaveMs: number;
  lastSaveWorked: boolean;
  /** -1 before the first. */
  lastSaveTookSeconds: number;
  saves: number;
  saveStartedMs: number | null;
  /** The load from the disk at the start. */
  load: { readonly startedMs: number; readonly loadedBytes: number; readonly totalBytes: number } | null;
  /** Loads from a master, while the present data are served. */
  replicaLoads: number;
  lastLoad: RdbLoadReport | null;
}

export type InfoField = readonly [name: string, value: string | number];

/** The section's fields in order. The fields of the append-only file say that there is none. */
export function persistenceFields(
  fields: PersistenceFields,
  job: SnapshotJob | null,
  dirty: number,
  nowMs: number,
): InfoField[] {
  const { load, lastLoad, saveStartedMs } = fields;
  const isSaving = saveStartedMs !== null;
  const written = job === null ? 0 : job.keysWritten / Math.max(1, job.keysTotal);
  return [
    ['loading', load === null ? 0 : 1],
    ['async_loading', fields.replicaLoads > 0 ? 1 : 0],
    ['current_cow_peak', 0],
    ['current_cow_size', job?.pendingBytes ?? 0],
    ['current_cow_size_age', 0],
    ['current_fork_perc', (written * 100).toFixed(2)],
    ['current_save_keys_processed', job?.keysWritten ?? 0],
    ['current_save_keys_total', job?.keysTotal ?? 0],
    ['rdb_changes_since_last_save', dirty],
    ['rdb_bgsave_in_progress', job === null ? 0 : 1],
    ['rdb_last_save_time', Math.floor(fields.lastSaveMs / 1000)],
    ['rdb_last_bgsave_status', fields.lastSaveWorked ? 'ok' : 'err'],
    ['rdb_last_bgsave_time_sec', fields.lastSaveTookSeconds],
    ['rdb_current_bgsave_time_sec', isSaving ? Math.floor((nowMs - saveStartedMs) / 1000) : -1],
    ['rdb_saves', fields.saves],
    ['rdb_last_cow_size', 0],
    ['rdb_last_load_keys_expired', lastLoad?.keysExpired ?? 0],
    ['rdb_last_load_keys_loaded', lastLoad?.keysLoaded ?? 0],
    ['aof_enabled', 0],
    ['aof_rewrite_in_progress', 0],
    ['aof_rewrite_scheduled', 0],
    ['aof_last_rewrite_time_sec', -1],
    ['aof_current_rewrite_time_sec', -1],
    ['aof_last_bgrewrite_status', 'ok'],
    ['aof_rewrites', 0],
    ['aof_rewrites_consecutive_failures', 0],
    ['aof_last_write_status', 'ok'],
    ['aof_last_cow_size', 0],
    ['module_fork_in_progress', 0],
    ['module_fork_last_cow_size', 0],
    ...(load === null ? [] : loadingFields(load, nowMs)),
  ];
}

function loadingFields(load: NonNullable<PersistenceFields['load']>, nowMs: number): InfoField[] {
  const { startedMs, loadedBytes, totalBytes } = load;
  const elapsedSeconds = Math.max(1, (nowMs - startedMs) / 1000);
  const bytesPerSecond = Math.max(1, loadedBytes / elapsedSeconds);
  return [
    ['loading_start_time', Math.floor(startedMs / 1000)],
    ['loading_total_bytes', totalBytes],
    ['loading_rdb_used_mem', 0],
    ['loading_loaded_bytes', loadedBytes],
    ['loading_loaded_perc', ((loadedBytes / Math.max(1, totalBytes)) * 100).toFixed(2)],
    ['loading_eta_seconds', Math.ceil((totalBytes - loadedBytes) / bytesPerSecond)],
  ];
}

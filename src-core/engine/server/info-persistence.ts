// INFO persistence: loads, saves, and how far they are.
import type { LoadFigures } from '../persistence/load-watch.ts';
import type { InfoField, InfoSources, PersistenceFigures } from './info-sources.ts';

export function persistenceFields({ persistence, loads, stats, clock }: InfoSources): InfoField[] {
  const { savesInProgress } = persistence;
  const { figures } = loads;
  return [
    ['loading', figures?.kind === 'shut' ? 1 : 0],
    ['async_loading', figures?.kind === 'open' ? 1 : 0],
    ['current_cow_peak', 0],
    ['current_cow_size', 0],
    ['current_cow_size_age', 0],
    ['current_fork_perc', percentDone(savesInProgress).toFixed(2)],
    ['current_save_keys_processed', savesInProgress?.keysWritten ?? 0],
    ['current_save_keys_total', savesInProgress?.keysTotal ?? 0],
    ['rdb_changes_since_last_save', stats.dirty],
    ['rdb_bgsave_in_progress', savesInProgress === null ? 0 : 1],
    ['rdb_last_save_time', persistence.lastSaveSeconds],
    ['rdb_last_bgsave_status', persistence.lastSaveWorked ? 'ok' : 'err'],
    ['rdb_last_bgsave_time_sec', persistence.lastSaveTookSeconds],
    ['rdb_current_bgsave_time_sec', savesInProgress?.seconds ?? -1],
    ['rdb_saves', persistence.saves],
    ['syncline_rdb_version', persistence.writtenVersion],
    ['rdb_last_cow_size', 0],
    ['rdb_last_load_keys_expired', loads.keysExpired],
    ['rdb_last_load_keys_loaded', loads.keysLoaded],
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
    ...(figures === null ? [] : loadingFields(figures, clock.nowMs())),
  ];
}

function percentDone(save: PersistenceFigures['savesInProgress']): number {
  return save === null || save.keysTotal === 0 ? 0 : (save.keysWritten / save.keysTotal) * 100;
}

/** Where the size is not known, the memory that the snapshot says it took is a poor guess at it, as in Redis. */
function loadingFields(loading: LoadFigures, nowMs: number): InfoField[] {
  const { startSeconds, totalBytes, loadedBytes, usedMemoryBytes } = loading;
  const guessedBytes = totalBytes === 0 ? usedMemoryBytes : totalBytes;
  const share = guessedBytes === 0 ? 0 : Math.min(loadedBytes / guessedBytes, totalBytes === 0 ? MOST_GUESSED : 1);
  const leftBytes = guessedBytes === 0 ? 1 : Math.max(totalBytes === 0 ? 1 : 0, guessedBytes - loadedBytes);
  const elapsedSeconds = Math.floor(nowMs / 1000) - startSeconds;
  return [
    ['loading_start_time', startSeconds],
    ['loading_total_bytes', totalBytes],
    ['loading_rdb_used_mem', usedMemoryBytes],
    ['loading_loaded_bytes', loadedBytes],
    ['loading_loaded_perc', (share * 100).toFixed(2)],
    ['loading_eta_seconds', elapsedSeconds === 0 ? 1 : Math.floor((elapsedSeconds * leftBytes) / (loadedBytes + 1))],
  ];
}

/** A guessed share never says that all is there. */
const MOST_GUESSED = 0.9999;

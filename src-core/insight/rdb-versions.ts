// Which snapshot format a server writes and which ones it loads, by family and version.
//
// Source: the table of RDB versions in the project's notes, measured with full syncs between real servers. Redis counts
// up from 1; Valkey 9 begins again at 80 with a magic of its own, so that neither family loads the other's newest files.

/** Enough of a server to tell its format. */
export interface ServerVersion {
  readonly family: string;
  readonly version: string;
  /** INFO's `redis_version`, which forks keep at what they imitate. */
  readonly redisVersion: string;
  /** What it says itself that it writes; null where it does not. */
  readonly writes: number | null;
}

const redisFormats: readonly (readonly [since: string, format: number])[] = [
  ['8.10', 15],
  ['8.8', 14],
  ['8.6', 13],
  ['7.4', 12],
  ['7.2', 11],
  ['7.0', 10],
  ['5.0', 9],
  ['4.0', 8],
  ['3.2', 7],
  ['2.6', 6],
];

const valkeyFormats: readonly (readonly [since: string, format: number])[] = [
  ['9.2', 81],
  ['9.0', 80],
  ['7.2', 11],
];

/** The newest format of Redis that Valkey loads: from 12 to 79 the numbers are Redis's alone. */
const lastSharedFormat = 11;
const firstValkeyFormat = 80;
/** They load what Redis up to 8.4 and Valkey up to 8.1 write, but for values of modules. */
const synclineNewestFormat = 12;

/** The format that this server writes; null where it is not known. */
export function snapshotFormat(server: ServerVersion): number | null {
  switch (server.family) {
    // It goes by the data: 12 while fields of hashes expire, 9 below a master that is older than Redis 7.0, else 10.
    case 'syncline':
      return server.writes;
    case 'valkey':
      return findFormat(valkeyFormats, server.version);
    case 'redis':
      return findFormat(redisFormats, server.redisVersion);
    default:
      return null;
  }
}

/** Whether `reader` loads what `writer` writes; null where one of the two is not known. */
export function loadsSnapshotOf(reader: ServerVersion, writer: ServerVersion): boolean | null {
  const written = snapshotFormat(writer);
  const newest = newestFormat(reader);
  if (written === null || newest === null) return null;
  if (newest >= firstValkeyFormat)
    return written <= lastSharedFormat || (written >= firstValkeyFormat && written <= newest);
  return written <= newest;
}

/** The newest format of its own line that this server loads; null where it is not known. */
function newestFormat(server: ServerVersion): number | null {
  return server.family === 'syncline' ? synclineNewestFormat : snapshotFormat(server);
}

function findFormat(formats: readonly (readonly [string, number])[], version: string): number | null {
  return formats.find(([since]) => compareVersions(version, since) >= 0)?.[1] ?? null;
}

/** Positive when `one` is newer; major and minor count, as an RDB's version changes with them. */
export function compareVersions(one: string, other: string): number {
  const [oneMajor = 0, oneMinor = 0] = one.split('.').map(Number);
  const [otherMajor = 0, otherMinor = 0] = other.split('.').map(Number);
  return oneMajor - otherMajor || oneMinor - otherMinor;
}

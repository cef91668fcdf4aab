// Which version of RDB the data are written in: the one that those can load who may want them.
import type { Keyspace } from '../../keyspace/keyspace.ts';
import { rdbVersion, rdbVersionBeforeListpacks, rdbVersionOfFieldExpiries } from './format.ts';

/**
 * Hashes with fields that expire cannot be told to Redis 7.0 at all; who can load them gets all of them.
 *
 * Who follows a master of before Redis 7.0 passes its data on in a version that its siblings load too: all that is in
 * such a history fits into it, and what follows are the commands of that master. A master of our own release does not
 * write so, since its stream would hold what those servers do not know.
 */
export function writtenVersion(keyspace: Keyspace, isReplica: boolean): number {
  const { databases, loadedVersion, libraries } = keyspace;
  if (databases.some(({ expiringFields }) => expiringFields.any())) return rdbVersionOfFieldExpiries;
  const isOfOlderMaster = isReplica && loadedVersion !== null && loadedVersion < rdbVersion;
  return isOfOlderMaster && libraries.size === 0 ? rdbVersionBeforeListpacks : rdbVersion;
}

// The counters of one engine, at their start.
import type { Stats } from '../commands/services.ts';

export function newStats(): Stats {
  return {
    commandsProcessed: 0,
    connectionsReceived: 0,
    rejectedConnections: 0,
    netInputBytes: 0,
    netOutputBytes: 0,
    netInputReplicationBytes: 0,
    netOutputReplicationBytes: 0,
    keyspaceHits: 0,
    keyspaceMisses: 0,
    expiredKeys: 0,
    errorReplies: 0,
    unexpectedErrorReplies: 0,
    lazyFreedObjects: 0,
    dirty: 0,
    errorsByPrefix: new Map(),
  };
}

// Statements as data: every sentence that the host may say to a screen, with the parameters it fills in.

/**
 * One i18n key each: `statement.<code>`. Parameters stand behind the code.
 * Figures that end in Bytes, Offset or Byte are raw numbers; the screen writes them with units or thin spaces.
 */
export const statementCodes = [
  // Titles of plans.
  'titleStartNode', // name
  'titleStartNodeAgain', // name
  'titleStopNode', // name
  'titleRemoveNode', // name
  'titleForgetNode', // name
  'titleAttach', // name, master
  'titlePromote', // name
  'titleResyncPartial', // name, master
  'titleResyncFull', // name, master
  'titleStartLoad', // name, writesPerSecond, valueBytes
  'titleStopLoad', // name
  'titleFailover', // name, master
  'titleRescue', // name, master
  'titleRepointReplicas', // name, master, replicas
  'titleFlatten', // name
  'titleReverseLink', // name, master
  'titleChangeSettings', // name
  'titleRollingRestart', // name, nodes
  'titleUndo', // nodes
  'titleResume', // nodes

  // Why a sync will be, or was, partial or full: forecast, trace and link share them.
  'syncContinues', // name, master, askedByte, firstByte, missingBytes
  'syncContinuesBySecondId', // name, master, askedByte, secondOffset
  'syncOtherHistory', // name, master, askedId, masterId
  'syncPastSecondOffset', // name, master, askedByte, secondOffset
  'syncBehindBacklog', // name, master, askedByte, firstByte, missingBytes
  'syncAheadOfBacklog', // name, master, askedByte, endOffset
  'syncNoBacklog', // name, master
  'syncNeverSynced', // name, master
  'syncForced', // name, master
  'syncUnknown', // name, master: one of the two was not read, so nothing is guessed
  'syncNotNeeded', // name
  'syncAnsweredContinue', // master, offset: seen on the wire
  'syncAnsweredFull', // master, id, offset: seen on the wire, cause not known
  'promoteKeepsData', // name, offset
  'promoteBehindMaster', // name, master, lagBytes
  'promoteMasterGone', // name, master, lostBytes: against the newest offset that anybody saw
  'promoteLossUnknown', // name, master
  'promoteInStep', // name, master: the plan waits until nothing is missing
  'syncBelowFull', // name, master: its master is copied anew, and so is it
  'syncSnapshotRefused', // name, version, master, masterVersion: a full copy that the replica cannot load
  'syncBelowWaits', // name, master: its master has no link and takes nobody in
  'syncBelowReconnects', // name, master: its master takes a new history that continues its own
  'syncLoginRejected', // name, master: the link will stay down
  'absenceUnknown', // name, master
  'absenceTooClose', // name, master, writtenBytes, sizeBytes, awaySeconds
  'restartKeepsHistory', // name
  'restartUnknown', // name
  'restartPlaceUnknown', // name
  'restartFromAof', // name
  'restartReplicaUnsaved', // name
  'restartMasterUnsaved', // name, keys, replicas

  // What the cost of a full sync stands on.
  'costSizeSampled', // master, bytes, sampledKeys, keys
  'costSizeLastSync', // master, bytes, ageMs
  'costSizeEmpty', // master, bytes
  'costSizeUnknown', // master
  'costTimeLastSync', // seconds, ageMs
  'costTimeLikeSync', // name, master, seconds, ageMs: of another pair of servers
  'costLastSave', // master, seconds
  'costSaveRuns', // master
  'costRateMeasured', // bytesPerSecond
  'costRateAssumed', // bytesPerSecond
  'costDisklessDelay', // master, seconds
  'costDisklessUnknown', // master
  'adviseBacklog', // master, bytes, awaySeconds
  'adviseOutputBuffer', // master, bytes

  // What is destroyed.
  'destroysKeys', // name, keys
  'destroysUnknownKeys', // name
  'destroysForeignWrites', // name, master, bytes
  'destroysProcessData', // name, keys: an embedded node is removed with what it holds
  'destroysMemoryData', // name, keys: an embedded node is stopped and nothing was saved
  'destroysLink', // name, master
  'destroysReplicaLinks', // name, replicas
  'destroysHistory', // name, id: its own history ends and a new one begins
  'overwritesKeys', // name, prefix, keys
  'destroysUnreplicated', // name, lostBytes: writes that only the lost master had
  'destroysByRestart', // name, keys
  'destroysSettings', // name, settings
  'destroysLogin', // name
  'holdsWrites', // name, timeoutMs
  'holdsCommands', // name, timeoutMs: reads too, and it cannot be ended early

  // Checks.
  'checkReachable', // name
  'checkNotReachable', // name
  'checkNotSelf', // name
  'checkNoCycle', // name, master
  'checkNotCluster', // name
  'checkIsReplica', // name
  'checkIsMaster', // name
  'checkAlreadyMaster', // name
  'checkAlreadyReplicaOf', // name, master
  'checkWouldBeSelf', // name
  'checkWouldBeCycle', // name, master
  'checkClusterMode', // name
  'checkRunning', // name
  'checkNotRunning', // name
  'checkNameFree', // name
  'checkPortFree', // port
  'checkNodesBelowLimit', // nodes, limit
  'checkVersionNewer', // name, version, master, masterVersion: the master is newer; the RDB may not load
  'checkVersionFits', // name, version, master, masterVersion
  'checkEmptyMaster', // name, master, keys: the master is empty and the replica is not
  'checkAnnouncedAddress', // name, host, port
  'checkMasterNeedsPassword', // master
  'checkStale', // name, ageMs
  'checkReplicasFollow', // name, replicas
  'checkLoadBelowLimit', // writesPerSecond, limit
  'checkCarriesOtherData', // name, keys
  'checkSnapshotTooNew', // name, version, master, masterVersion: known to be refused, when the data is dropped
  'checkSnapshotRefused', // name, version, master, masterVersion: the same, and the data is kept
  'checkFollowsForNow', // name, version, master, masterVersion: partial now, and a full copy would be refused
  'checkCommandsNewer', // name, version, master, masterVersion: loads the snapshot, may not know the commands
  'checkBufferFits', // name, master, peakBytes, limitBytes
  'checkBufferTight', // name, master, peakBytes, limitBytes
  'checkBufferExceeds', // name, master, peakBytes, limitBytes
  'checkBufferAtReplica', // name, master, peakBytes: a sync by two connections, the replica keeps them
  'checkBufferUnlimited', // name, master, peakBytes
  'checkBufferUnknown', // name, master
  'checkForkFits', // master, forkBytes, usedBytes
  'checkForkTight', // master, forkBytes, usedBytes, systemBytes
  'checkLoginRejected', // name, master
  'checkLinkStreams', // name
  'checkLinkDown', // name
  'checkNotOnline', // name, master: the master has not heard yet that it has all
  'checkLagSmall', // name, lagBytes
  'checkLagLarge', // name, lagBytes
  'checkMasterGone', // master
  'checkMasterAnswers', // name, master
  'checkBestCandidate', // name
  'checkBetterCandidate', // name, best, lostBytes
  'checkNotWhole', // name
  'checkHasFailover', // name
  'checkPausesWrites', // name: no FAILOVER there; writes are paused instead
  'checkPausesAll', // name, timeoutMs: neither FAILOVER nor a pause of writes alone there; every command is paused instead
  'checkNoPause', // name: neither FAILOVER nor a pause that would be safe
  'checkReplicaUnlisted', // name, master: not in the master's list by the address that it announces
  'checkSentinelInCharge', // name, masterName
  'checkThroughSentinel', // name, masterName
  'checkRightMissing', // name, command
  'checkCoolDown', // name, seconds, atLeast
  'checkNothingToMove', // name
  'checkDirectReplicas', // name, replicas
  'checkSettingsChange', // name, settings
  'checkNoConfigFile', // name
  'checkBacklogShrinks', // name, bytes
  'checkRestartByHand', // name
  'checkRestartFits', // name
  'checkRestartQuick', // name: it saves and loads its data in less than a second
  'checkRestartTime', // name, leastMs, mostMs
  'checkNodeAway', // name, host, port
  'checkJournalKnows', // nodes

  // How an act can be undone.
  'undoAttach', // name, master
  'undoAttachToPrevious', // name, previous
  'undoPromote', // name, master
  'undoNotNeeded',
  'undoStartNode', // name
  'undoStopNode', // name
  'undoStartLoad', // name
  'undoStopLoad', // name
  'undoForgetNode', // name
  'undoImpossible', // name
  'undoFromJournal', // the journal knows the topology before
  'undoThroughSentinel', // masterName
  'undoRescue', // name
  'undoSettings', // name
  'undoRestart', // name
  'undoOfUndo',

  // Why a link is not streaming.
  'linkConnectionRefused', // host, port
  'linkTimedOut', // host, port
  'linkUnresolved', // host
  'linkAuthRejected', // host, port
  'linkAuthRequired', // host, port
  'linkMasterLoading', // host, port
  'linkMasterDown', // host, port: NOMASTERLINK, the master itself has no master
  'linkNotRedis', // host, port, answer
  'linkRefused', // host, port, answer
  'linkClosed', // host, port
  'linkTransferFailed', // host, port, reason
  'linkSnapshotBroken', // host, port, reason
  'linkRetryIn', // host, port, retries
  'linkMasterNotRunning', // master
] as const;

export type StatementCode = (typeof statementCodes)[number];

/** A sentence as data: the screen has one i18n key for each code, and puts the parameters in. */
export interface Statement {
  readonly code: StatementCode;
  readonly params: Readonly<Record<string, string | number>>;
}

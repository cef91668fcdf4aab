// Failures as data: what crosses a process when something went wrong. The screen makes the sentence from the code.

/** Every way an act or a connection can fail that a person should be told of. One i18n key each: `failure.<code>`. */
export const failureCodes = [
  'addressInvalid', // text
  'addressUnresolved', // host
  'connectionRefused', // host, port
  'connectionTimedOut', // host, port, timeoutMs
  'connectionLost', // host, port
  'notRedis', // host, port, answer: the first bytes it sent, made printable
  'authRequired', // host, port
  'authRejected', // host, port
  'noPermission', // command
  'tlsFailed', // host, port, reason
  'portInUse', // port
  'portForbidden', // port
  'nodeUnknown', // nodeId
  'nodeNotRunning', // name
  'nodeNotConnected', // name
  'nodeNameTaken', // name
  'nodeCrashed', // name, reason
  'alreadyMaster', // name
  'alreadyReplicaOf', // name, master
  'notAReplica', // name
  'wouldBeSelf', // name
  'wouldBeCycle', // name, master
  'clusterMode', // name
  'planUnknown', // hash
  'planExpired', // what
  'commandRefused', // name, command, answer
  'settingInvalid', // setting, reason
  'tooManyNodes', // limit
  'sentinelMasterUnknown', // host, port, name
  'checkFailed', // check: code of the statement of the failed check
  'readOnlyMode', // command
  'runUnknown', // runId
  'runCancelled',
  'runInProgress', // title: code of what runs
  'waitTimedOut', // step, name, command, timeoutMs, answer: what was seen last
  'stepNotSent', // step, name, command, away: who is not connected
  'stepLost', // step, name, command: the connection ended on the way
  'stepNotSeen', // step, name, command, answer: what was to follow from it did not come
  'faultsForbidden', // name: a node in production
  'relayOutOfReach', // name, host: the replica is on another machine
  'sshFailed', // host, port, reason
  'sshHostUnknown', // host, port, fingerprint
  'sshHostChanged', // host, port, fingerprint, trusted
  'sshLoginRejected', // host, port
  'sshKeyInvalid', // host, port, reason
  'passphraseWrong',
  'passphraseTooShort', // atLeast
  'secretsLocked',
  'secretsUnreadable',
  'passwordNeeded', // name
  'fileNewer',
  'profileUnknown', // profileId
  'tooManyProfiles', // limit
  'importUnknown',
  'internal', // reason
] as const;

export type FailureCode = (typeof failureCodes)[number];

/** A failure as it crosses a process: no stack, no secret. */
export interface Failure {
  readonly code: FailureCode;
  readonly params: Readonly<Record<string, string | number>>;
  /** True when the same call may succeed later without a change by the caller. */
  readonly retryable: boolean;
}

/** Either the value or a failure as data; thrown errors are our own mistakes. */
export type Outcome<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly failure: Failure };

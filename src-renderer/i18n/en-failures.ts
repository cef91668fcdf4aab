// What went wrong, and what a person can do next: two sentences for each failure code.
import type { FailureCode } from '#core/contract/failures.ts';

export const failures = {
  addressInvalid: {
    what: '“{{text}}” is not an address.',
    next: 'Write redis://host:port, rediss://host:port, or fill in host and port.',
  },
  addressUnresolved: {
    what: 'The name {{host}} does not resolve to an address.',
    next: 'Check the spelling, or use the numeric address.',
  },
  connectionRefused: {
    what: '{{host}}:{{port}} refuses the connection: nothing listens there.',
    next: 'Check that the server runs, its port, and its bind setting.',
  },
  connectionTimedOut: {
    what: '{{host}}:{{port}} did not answer within {{timeoutMs}}.',
    next: 'A firewall may drop the packets, or the server hangs. Try again, or try from its own machine.',
  },
  connectionLost: {
    what: 'The connection to {{host}}:{{port}} was lost.',
    next: 'A port that wants TLS ends a plain connection like this: try rediss://. A node on the map is tried again by itself.',
  },
  notRedis: {
    what: 'What listens on {{host}}:{{port}} is not Redis. It answered “{{answer}}”.',
    next: 'Check the port: this looks like another service, or a server that wants TLS.',
  },
  authRequired: {
    what: '{{host}}:{{port}} asks for a password.',
    next: 'Fill in the password, and the user name if the server uses ACLs.',
  },
  authRejected: {
    what: '{{host}}:{{port}} rejects this user name or password.',
    next: 'Check both; capital letters count.',
  },
  noPermission: {
    what: 'This user may not run {{command}}.',
    next: 'Ask for the permission in the ACL, or connect as another user.',
  },
  tlsFailed: {
    what: 'No TLS with {{host}}:{{port}}: {{reason}}.',
    next: 'Check that the port speaks TLS. For a certificate of an own authority, give its PEM in the TLS settings of the connection; for another name than the host’s, the server name.',
  },
  portInUse: {
    what: 'Port {{port}} is in use by another program.',
    next: 'Choose another port, or leave it empty for a free one.',
  },
  portForbidden: { what: 'Port {{port}} may not be opened by this user.', next: 'Choose a port of 1024 or above.' },
  nodeUnknown: { what: 'This node is not here any more.', next: 'Close this and look at the topology again.' },
  nodeNotRunning: { what: '{{name}} is not running.', next: 'Start it first.' },
  nodeNotConnected: { what: '{{name}} is not connected.', next: 'Wait until it answers, or check the server.' },
  nodeNameTaken: { what: 'A node named {{name}} is already here.', next: 'Choose another name.' },
  nodeCrashed: { what: '{{name}} crashed: {{reason}}.', next: 'Its log holds the details. Start it again.' },
  alreadyMaster: { what: '{{name}} is already a master.', next: 'Nothing to do.' },
  alreadyReplicaOf: { what: '{{name}} already follows {{master}}.', next: 'For a new copy choose a full resync.' },
  notAReplica: { what: '{{name}} is not a replica.', next: 'Attach it to a master first.' },
  wouldBeSelf: { what: '{{name}} cannot follow itself.', next: 'Choose another master.' },
  wouldBeCycle: {
    what: '{{master}} follows {{name}} already: it would be a circle.',
    next: 'Promote {{master}} first, or choose another master.',
  },
  clusterMode: {
    what: '{{name}} is in cluster mode, where REPLICAOF is refused.',
    next: 'Use CLUSTER REPLICATE on the server itself.',
  },
  planUnknown: { what: 'This plan is not known any more.', next: 'Make it again: the state is read anew.' },
  planExpired: {
    what: 'Something changed since this plan was made: {{what}}.',
    next: 'Look at the new plan, then decide.',
  },
  commandRefused: { what: '{{name}} refused {{command}}: {{answer}}', next: 'The later steps were not run.' },
  settingInvalid: { what: 'The setting {{setting}} is not valid: {{reason}}.', next: 'Correct it and try again.' },
  sentinelMasterUnknown: {
    what: 'The Sentinel at {{host}}:{{port}} watches no master named {{name}}.',
    next: 'Choose one of the names that it offers.',
  },
  tooManyNodes: { what: 'There are already {{limit}} nodes, as many as fit.', next: 'Remove one first.' },
  checkFailed: {
    what: 'A check of this plan fails.',
    next: 'Mend what it says and look again; some checks can be overridden with a reason.',
  },
  readOnlyMode: {
    what: 'Syncline is in read-only mode, and {{command}} is not on its list of commands that only read.',
    next: 'Switch read-only mode off first.',
  },
  runUnknown: { what: 'The journal has no such run.', next: 'Look at the journal again.' },
  runCancelled: {
    what: 'It was cancelled.',
    next: 'Nothing is left paused. The journal tells how far it came; undo or resume from there.',
  },
  runInProgress: {
    what: 'Another plan is running.',
    next: 'Wait until it ends, or cancel it.',
  },
  waitTimedOut: {
    what: 'Step {{step}}: {{name}} was not there after {{timeoutMs}}: {{answer}}.',
    next: 'The later steps were not run. Undo or resume from the journal.',
  },
  stepNotSent: {
    what: 'Step {{step}}, {{command}} on {{name}}, was not sent: {{away}} is not connected.',
    next: 'The later steps were not run. When it answers again, undo or resume from the journal.',
  },
  stepLost: {
    what: 'The connection was lost at step {{step}}, {{command}} on {{name}}: it may have been done or not.',
    next: 'The later steps were not run. Undo or resume from the journal: both look first where the nodes stand.',
  },
  stepNotSeen: {
    what: 'Step {{step}}: what {{command}} on {{name}} was to show did not come: {{answer}}.',
    next: 'The later steps were not run. Check the link and both its ends, then undo or resume from the journal.',
  },
  faultsForbidden: {
    what: '{{name}} is in production: no fault is put on its link.',
    next: 'Make faults in lab, dev or stage; if the label is wrong, connect it again with the right one.',
  },
  relayOutOfReach: {
    what: '{{name}} runs on {{host}}, and the relay of a fault listens on this machine only.',
    next: 'Faults can be put on links whose replica runs on this machine.',
  },
  sshFailed: {
    what: 'No SSH connection to {{host}}:{{port}}: {{reason}}.',
    next: 'Check the SSH host and port, and that the server allows forwarding.',
  },
  sshHostUnknown: {
    what: 'The SSH server {{host}}:{{port}} shows the key {{fingerprint}}, which nobody has trusted yet.',
    next: 'Compare it with what its administrator says; trust it in the connection’s SSH settings if it is the same.',
  },
  sshHostChanged: {
    what: 'The SSH server {{host}}:{{port}} shows the key {{fingerprint}}; trusted was {{trusted}}.',
    next: 'It was set up anew, or somebody is in between. Ask its administrator before you trust the new key.',
  },
  sshLoginRejected: {
    what: 'The SSH server {{host}}:{{port}} rejects this login.',
    next: 'Check the SSH user name, and its password, key or agent.',
  },
  sshKeyInvalid: {
    what: 'The SSH key for {{host}}:{{port}} cannot be used: {{reason}}.',
    next: 'Paste the private key with its BEGIN and END lines, and its passphrase if it has one.',
  },
  passphraseWrong: { what: 'This passphrase does not open the saved passwords.', next: 'Capital letters count.' },
  passphraseTooShort: {
    what: 'The passphrase needs at least {{atLeast}} characters.',
    next: 'A few words are easier to keep than signs.',
  },
  secretsLocked: {
    what: 'Passwords cannot be kept now: they are locked, or no passphrase was chosen yet.',
    next: 'Unlock them in the list of connections or choose a passphrase there; or let Syncline ask each time.',
  },
  secretsUnreadable: {
    what: 'The saved passwords of this connection cannot be opened: they were sealed on another machine or changed.',
    next: 'Type them again and save.',
  },
  passwordNeeded: {
    what: '{{name}} asks for its password at each connect.',
    next: 'Type it in the list of connections.',
  },
  fileNewer: {
    what: 'The file was written by a newer Syncline and is left as it is.',
    next: 'Start the newer Syncline, or another settings folder.',
  },
  profileUnknown: { what: 'This connection is not kept any more.', next: 'Look at the list again.' },
  tooManyProfiles: { what: 'There are already {{limit}} connections, as many as are kept.', next: 'Remove one first.' },
  importUnknown: {
    what: 'This is no file of connections that Syncline can read.',
    next: 'It reads its own export, RedisInsight’s JSON and AnotherRedisDesktopManager’s .ano file.',
  },
  internal: {
    what: 'Something went wrong inside Syncline: {{reason}}.',
    next: 'This is our mistake. Try again; if it stays, please report it.',
  },
} as const satisfies Record<FailureCode, { what: string; next: string }>;

/** What the codes of a failed TLS handshake mean. */
export const tlsReasons = {
  SELF_SIGNED_CERT_IN_CHAIN: 'its certificate comes from an authority that this machine does not trust',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'its certificate is signed by itself',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'its certificate comes from an authority that this machine does not know',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'its certificate comes from an authority that this machine does not know',
  CERT_HAS_EXPIRED: 'its certificate has expired',
  CERT_NOT_YET_VALID: 'its certificate is not valid yet',
  ERR_TLS_CERT_ALTNAME_INVALID: 'its certificate is for another name',
  ERR_SSL_WRONG_VERSION_NUMBER: 'it does not speak TLS',
  ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED: 'it wants a client certificate',
  EPROTO: 'it does not speak TLS as we do',
} as const;

// What commands may ask of the rest of the engine: interfaces only, so that no command imports the server.
// Each owner keeps the interface of his service here.
import type { Disposable } from '../../base/lifecycle.ts';
import type { Connection, Ports } from '../../base/ports.ts';
import type { Protocol } from '../../resp/reply-writer.ts';
import type { ReloadOptions } from '../persistence/persistence.ts';
import type { Replication } from '../replication/replication.ts';
import type { AclCommands } from './acl/acl-commands.ts';
import type { AclUser } from './acl/acl-user.ts';
import type { Args } from './args.ts';
import type { Gates } from './gates.ts';
import type { Command } from './table.ts';
import type { Transaction, WatchedKeys } from './transaction-state.ts';

export interface Services {
  readonly ports: Ports;
  /** Which gates are shut now; services shut and open them, `execute` looks at one number. */
  readonly gates: Gates;
  readonly stats: Stats;
  readonly limits: ValueLimits;
  readonly propagation: Propagation;
  readonly config: ConfigService;
  readonly clients: ClientsService;
  readonly acl: AclService;
  readonly pubsub: PubSubService;
  readonly info: InfoService;
  readonly replication: ReplicationService;
  readonly persistence: PersistenceService;
  readonly server: ServerService;
  readonly observation: ObservationService;
  readonly log: LogService;
}

/** Counters bumped on the hot path; INFO stats and persistence read them, CONFIG RESETSTAT clears most. */
export interface Stats {
  commandsProcessed: number;
  connectionsReceived: number;
  rejectedConnections: number;
  netInputBytes: number;
  netOutputBytes: number;
  netInputReplicationBytes: number;
  netOutputReplicationBytes: number;
  keyspaceHits: number;
  keyspaceMisses: number;
  expiredKeys: number;
  errorReplies: number;
  /** Commands of the master that this replica answered with an error. */
  unexpectedErrorReplies: number;
  /** Keys that were let go in the background: FLUSHALL ASYNC and the like. */
  lazyFreedObjects: number;
  /** Changes since the last save. */
  dirty: number;
  /** Replies that began with this word (ERR, WRONGTYPE …). */
  readonly errorsByPrefix: Map<string, number>;
}

/** When a compact collection becomes a large one; the configuration writes them. */
export interface ValueLimits {
  hashMaxListpackEntries: number;
  hashMaxListpackValue: number;
  setMaxIntsetEntries: number;
  zsetMaxListpackEntries: number;
  zsetMaxListpackValue: number;
  /** Redis's meaning: positive = entries, -1 … -5 = 4 … 64 KB a node. */
  listMaxListpackSize: number;
  /** A stream's node; 0: no bound. */
  streamNodeMaxBytes: number;
  streamNodeMaxEntries: number;
  /** A HyperLogLog that would be longer becomes dense. */
  hllSparseMaxBytes: number;
  /** `proto-max-bulk-len`: the longest string, and the longest argument. */
  maxBulkBytes: number;
}

/** The stream of commands for replicas (and later the AOF). */
export interface Propagation {
  /** False: nobody listens, bytes need not be made. */
  readonly active: boolean;
  /** Appends whole requests in RESP array form. The bytes must not change before `flush`, and are copied by then. */
  append(databaseIndex: number, buffer: Buffer, start: number, end: number): void;
  /** Called at the end of each readable event: hands on what was appended. */
  flush(): void;
}

/** Who is talking. One a connection; the replica's link to its master and the host's own calls have one too. */
export interface Session {
  readonly id: number;
  readonly kind: SessionKind;
  protocol: Protocol;
  databaseIndex: number;
  /** Passed AUTH, or none was asked. */
  authenticated: boolean;
  user: string;
  /** The user, if it may not do everything: then each request is looked at. Null costs nothing. */
  restriction: AclUser | null;
  name: string;
  libraryName: string;
  libraryVersion: string;
  /** MULTI is open when not null. */
  transaction: Transaction | null;
  /** WATCH is on when not null. */
  watched: WatchedKeys | null;
  /** Channels and patterns; RESP2 clients with any may say only a few things. Owned by pubsub. */
  subscriptions: number;
  replyMode: ReplyMode;
  noEvict: boolean;
  /** The answers so far are sent, then the connection closes. */
  closeAfterReply: boolean;
  /** It said MONITOR, and is shown every command. Owned by the observation. */
  isMonitor: boolean;
  /** This connection became a replica (PSYNC/SYNC): its bytes are written by the replication service. */
  isReplica: boolean;
  /** Clock times, in milliseconds. */
  readonly createdMs: number;
  lastCommandMs: number;
  /** Of the last command, in lower case, `container|sub` for subcommands. */
  lastCommand: string;
  readonly remoteAddress: string;
  readonly localAddress: string;
  /** Bytes that the client has not taken yet. */
  readonly pendingBytes: number;
  /** Bytes of an unfinished request. */
  readonly queryBytes: number;
  /** Sends RESP that is no answer to a command: messages, or late answers. Keeps the order of what is written. */
  push(bytes: Uint8Array): void;
  /**
   * Hands the writing side of a socket over, for a connection that becomes a replica: what was answered so far is
   * written first, later answers of this session are dropped. Requests are still read and run (REPLCONF ACK).
   * Null for a session without a socket.
   */
  takeOutput(owner: OutputOwner): Connection | null;
  /** No request of it may run now: `block` was called, or it is closed. */
  readonly stopped: boolean;
  /** Between `block` or `wait` and `unblock`. */
  readonly blocked: boolean;
  /** Stops running requests until `unblock`: what arrives waits. */
  block(): void;
  /** As `block`, but goes on reading, so that the end of the connection is noticed. */
  wait(): void;
  unblock(): void;
  /** Closes now; unsent bytes are lost. */
  kill(): void;
}

/** Who writes to a connection after `takeOutput`, and hears of it what a writer must. */
export interface OutputOwner {
  onDrain(): void;
  /**
   * The client has said something that is answered, and the answer does not go out, since the connection carries
   * something else: the raw bytes of the answer, and the command.
   */
  onAnswer(answer: Buffer, command: string): void;
  /** The connection is gone. */
  onClose(reason: string | null): void;
}

/** 'skip-next' is set by CLIENT REPLY SKIP and becomes 'skip' after it: the next answer is dropped. */
export type ReplyMode = 'on' | 'off' | 'skip-next' | 'skip';

/** 'client': over a socket. 'master': the stream that a replica applies; never answered. 'local': the host, in process. */
export type SessionKind = 'client' | 'master' | 'local';

/** The directives of `redis.conf`. Names that do not exist are our own mistake: InvariantError. */
export interface ConfigService {
  /** Whole numbers, sizes in bytes, file modes. */
  number(name: string): number;
  /** yes or no. */
  flag(name: string): boolean;
  /** Texts, choices, and lists in their canonical form (`save`, `client-output-buffer-limit`, `replicaof`). */
  text(name: string): string;
  /** Called after the value changed by CONFIG SET, whatever name was used. */
  onChange(name: string, listener: (value: number | boolean | string) => void): Disposable;
  /** CONFIG GET: names, old names among them, with their values as Redis prints them. */
  matching(patterns: readonly string[]): (readonly [name: string, value: string])[];
  /** CONFIG SET: all pairs or none. @throws ReplyError */
  setAll(pairs: readonly (readonly [name: string, value: string])[]): void;
}

/** All sessions of the engine. */
export interface ClientsService {
  /** Sessions with a socket and their link to a master, oldest first. */
  readonly sessions: Iterable<Session>;
  /** The line of CLIENT LIST, without its end. */
  describe(session: Session): string;
  typeOf(session: Session): ClientType;
  /** Closes it; the one that asks (`me`) gets its answer first. */
  kill(session: Session, me: Session): void;
  /** CLIENT PAUSE: a later call may make it longer and stricter, never shorter. */
  pause(durationMs: number, mode: 'write' | 'all'): void;
  unpause(): void;
  /** A pause holds this session's request: the service calls its `block` now, and its `unblock` when the pause is over. */
  postpone(session: Session): void;
  /** CLIENT UNBLOCK of one that waits for a key, or for replicas. False: it does not. */
  interrupt(session: Session, how: 'timeout' | 'error'): boolean;
}

/** Users and what they may do. Names and passwords are byte texts. */
export interface AclService {
  readonly commands: AclCommands;
  readonly users: readonly AclUser[];
  find(name: string): AclUser | null;
  /** Makes or changes a user by rules, all or none; its connections feel it at once. @throws AclRuleError */
  setUser(name: string, rules: readonly string[]): void;
  /** Closes its connections too; the one that asks (`me`) gets its answer first. False: there was none. */
  deleteUser(name: string, me: Session): boolean;
  /** ACL LOAD. Null: there is no `aclfile`. Rejects with what is wrong with it; the users are then what they were. */
  loadFile(me: Session): Promise<void> | null;
  /** ACL SAVE, likewise. */
  saveFile(): Promise<void> | null;
  /** What a request asks for; null: there is no such command. */
  commandOf(args: Args): Command | null;
  /** The default user is on and needs no password. */
  readonly isOpen: boolean;
  /** A connection begins, or begins again, as the default user. */
  enter(session: Session): void;
  /** AUTH and HELLO, which `asked` names. False: wrong, or the user is off; that is noted. */
  logIn(session: Session, user: string, password: string, asked: string): boolean;
  /** NOPERM, which is noted; null when the request may run. */
  refusal(session: Session, user: AclUser, command: Command, args: Args): string | null;
  /** The same for a request of a transaction that was allowed when it was queued. */
  refusalInExec(session: Session, user: AclUser, command: Command, args: Args): string | null;
  /** The newest first. */
  readonly log: readonly AclLogEntry[];
  clearLog(): void;
}

export interface AclLogEntry {
  readonly count: number;
  readonly reason: 'auth' | 'command' | 'key' | 'channel';
  readonly context: 'toplevel' | 'multi';
  readonly object: string;
  readonly username: string;
  readonly atMs: number;
  /** As CLIENT LIST shows it. */
  readonly client: string;
}

export type ClientType = 'normal' | 'master' | 'replica' | 'pubsub';

/** Channels are byte texts: one character for each byte. */
export interface PubSubService {
  /** Answers how many channels and patterns the session has now. */
  subscribe(session: Session, channel: string): number;
  unsubscribe(session: Session, channel: string): number;
  subscribePattern(session: Session, pattern: string): number;
  unsubscribePattern(session: Session, pattern: string): number;
  channelsOf(session: Session): readonly string[];
  patternsOf(session: Session): readonly string[];
  /** Takes the session from everything, without a message. */
  forget(session: Session): void;
  /** Sends to all subscribers; answers how many got it. */
  publish(channel: Buffer, message: Buffer): number;
  /** Channels with subscribers. */
  channels(): Iterable<string>;
  subscribersOf(channel: string): number;
  readonly patternCount: number;
}

export interface InfoService {
  /** INFO's text; no names: the default sections. */
  render(sections: readonly string[]): string;
  /** CONFIG RESETSTAT. */
  resetStatistics(): void;
}

/** Who looks at commands as they run. Two plain fields, since they are read for each command. */
export interface ObservationService {
  /** Every command is looked at. */
  readonly seesAll: boolean;
  /** Those are looked at that may take long: all but the quick ones. */
  readonly seesLong: boolean;
  readonly slowLog: SlowLogService;
  readonly latency: LatencyService;
  /** The clock for `startedMs`. */
  nowMs(): number;
  /** A command has run, well or not; `startedMs` is when it began. */
  ran(session: Session, command: Command, args: Args, startedMs: number): void;
  /** MONITOR: from now on it is shown what runs. */
  monitor(session: Session): void;
  /** Not any more; nothing happens if it was not. */
  forget(session: Session): void;
}

export interface SlowLogService {
  /** The newest first. */
  readonly entries: readonly SlowLogEntry[];
  reset(): void;
}

export interface SlowLogEntry {
  readonly id: number;
  /** Unix time of its end. */
  readonly atSeconds: number;
  readonly durationUs: number;
  /** Shortened, and without what is secret. */
  readonly words: readonly Buffer[];
  readonly address: string;
  readonly clientName: string;
}

export interface LatencyService {
  readonly events: readonly LatencyEvent[];
  /** The oldest first. */
  samplesOf(name: string): readonly LatencySample[];
  /** No name: all. Answers how many events there were of these. */
  reset(names: readonly string[]): number;
}

/** A kind of work: `command`, `fast-command`. */
export interface LatencyEvent {
  readonly name: string;
  readonly worstMs: number;
  readonly samples: readonly LatencySample[];
}

export interface LatencySample {
  readonly atSeconds: number;
  readonly durationMs: number;
}

/** What a command may ask of the process around the engine. */
export interface ServerService {
  /** What clients, replicas and Sentinels are told. */
  readonly redisVersion: string;
  readonly role: 'master' | 'replica';
  /** Commands of the DEBUG family are allowed for this session. */
  debugAllowed(session: Session): boolean;
  setActiveExpire(active: boolean): void;
  /** CONFIG REWRITE. Rejects with what went wrong; the file is then what it was. Null: there is no file. */
  rewriteConfig(): Promise<void> | null;
  /** SHUTDOWN: `failed` is called if it cannot be done; otherwise everything ends. */
  shutdown(options: ShutdownOptions, failed: () => void): void;
  /** False: none was under way. */
  abortShutdown(): boolean;
}

export interface ShutdownOptions {
  /** 'configured': save if there are save points. */
  readonly save: 'configured' | 'always' | 'never';
  /** Do not wait for replicas that lag. */
  readonly now: boolean;
  /** End even if the save fails. */
  readonly force: boolean;
}

export type ReplicationService = Replication;

/** Saves; implemented by `engine/persistence`. */
export interface PersistenceService {
  /** A snapshot is being made, for a save or for replicas; there is never more than one. */
  readonly snapshotRunning: boolean;
  /** A snapshot is being loaded: nothing may be saved. */
  readonly isLoading: boolean;
  /** Unix time of the last save that worked; at first, of the start. */
  readonly lastSaveSeconds: number;
  /** SAVE: resolves when the file is on the disk. Rejects with what went wrong; the old file is then still there. */
  save(): Promise<void>;
  /** DEBUG RELOAD. Rejects with what went wrong; the data are then what they were. */
  reload(how: ReloadOptions): Promise<void>;
  /** BGSAVE: what becomes of it is told by log and INFO. Does nothing while a snapshot is running. */
  backgroundSave(): void;
  /** Saves in the background as soon as the running snapshot is over. */
  scheduleBackgroundSave(): void;
}

export interface LogService {
  debug(text: string): void;
  verbose(text: string): void;
  notice(text: string): void;
  warning(text: string): void;
}

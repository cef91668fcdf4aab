// Parses what a Sentinel tells of the masters it watches: https://redis.io/docs/latest/operate/oss_and_stack/management/sentinel
import type { Address } from '../contract/places.ts';
import type { Reply } from './role.ts';

/** Bound of one list of a Sentinel's answer; entries past it are ignored. */
const entriesMax = 256;

/** The channel in every master and replica on which Sentinels tell each other of themselves, every two seconds. */
export const helloChannel = '__sentinel__:hello';

export interface SentinelMaster {
  readonly name: string;
  readonly address: Address;
  /** Empty where the Sentinel has not reached it yet. */
  readonly runId: string;
  /** By this Sentinel alone, or by enough of them. */
  readonly isSubjectivelyDown: boolean;
  readonly isObjectivelyDown: boolean;
  readonly quorum: number;
  readonly otherSentinels: number;
}

export interface SentinelReplica {
  readonly address: Address;
  readonly runId: string;
  readonly isDown: boolean;
  readonly masterAddress: Address | null;
}

export interface SentinelPeer {
  readonly address: Address;
  readonly runId: string;
  readonly isDown: boolean;
}

/** Null for what is no answer of SENTINEL MASTERS. */
export function parseSentinelMasters(reply: Reply | undefined): SentinelMaster[] | null {
  return (
    parseEntries(reply)?.map((fields) => {
      const flags = flagsOf(fields);
      return {
        name: fields.get('name') ?? '',
        address: addressOf(fields),
        runId: fields.get('runid') ?? '',
        isSubjectivelyDown: flags.has('s_down'),
        isObjectivelyDown: flags.has('o_down'),
        quorum: Number(fields.get('quorum')) || 0,
        otherSentinels: Number(fields.get('num-other-sentinels')) || 0,
      };
    }) ?? null
  );
}

/** Empty for what is no answer of SENTINEL REPLICAS. */
export function parseSentinelReplicas(reply: Reply | undefined): SentinelReplica[] {
  return (parseEntries(reply) ?? []).map((fields) => {
    const masterHost = fields.get('master-host') ?? '?';
    const isKnown = masterHost !== '?' && masterHost !== '';
    return {
      address: addressOf(fields),
      runId: fields.get('runid') ?? '',
      isDown: isDown(fields),
      masterAddress: isKnown ? { host: masterHost, port: Number(fields.get('master-port')) || 0 } : null,
    };
  });
}

/** Empty for what is no answer of SENTINEL SENTINELS. */
export function parseSentinelPeers(reply: Reply | undefined): SentinelPeer[] {
  return (parseEntries(reply) ?? []).map((fields) => ({
    address: addressOf(fields),
    runId: fields.get('runid') ?? '',
    isDown: isDown(fields),
  }));
}

/** One message on `helloChannel`. */
export interface SentinelHello {
  readonly address: Address;
  readonly runId: string;
  readonly masterName: string;
  readonly masterAddress: Address;
}

/** `ip,port,runid,epoch,master name,master ip,master port,master epoch`; null for anything else. */
export function parseHello(text: string): SentinelHello | null {
  const words = text.split(',');
  const [host, port, runId, , masterName, masterHost, masterPort] = words;
  if (words.length !== 8 || !host || !runId || !masterName || !masterHost) return null;
  return {
    address: { host, port: Number(port) || 0 },
    runId,
    masterName,
    masterAddress: { host: masterHost, port: Number(masterPort) || 0 },
  };
}

/** A list of flat lists `[name, value, name, value]`; null for anything else. */
function parseEntries(reply: Reply | undefined): ReadonlyMap<string, string>[] | null {
  if (!Array.isArray(reply)) return null;
  return reply.slice(0, entriesMax).flatMap((entry) => {
    if (!Array.isArray(entry)) return [];
    const fields = new Map<string, string>();
    for (let at = 0; at + 1 < entry.length; at += 2) fields.set(String(entry[at]), String(entry[at + 1]));
    return [fields];
  });
}

function flagsOf(fields: ReadonlyMap<string, string>): ReadonlySet<string> {
  return new Set((fields.get('flags') ?? '').split(','));
}

function isDown(fields: ReadonlyMap<string, string>): boolean {
  const flags = flagsOf(fields);
  return flags.has('s_down') || flags.has('o_down') || flags.has('disconnected');
}

function addressOf(fields: ReadonlyMap<string, string>): Address {
  return { host: fields.get('ip') ?? '', port: Number(fields.get('port')) || 0 };
}

// Parses the reply of ROLE: https://redis.io/docs/latest/commands/role

/** A decoded reply: what RESP2 can carry, with an error as a value. */
export type Reply = string | number | null | { readonly error: string } | readonly Reply[];

export interface RoleReplica {
  readonly host: string;
  readonly port: number;
  readonly offset: number;
}

export type Role =
  | { readonly kind: 'master'; readonly offset: number; readonly replicas: readonly RoleReplica[] }
  | {
      readonly kind: 'replica';
      readonly host: string;
      readonly port: number;
      /** connect, connecting, handshake, sync, connected; or none, unknown. */
      readonly state: string;
      readonly offset: number;
    }
  | { readonly kind: 'sentinel' };

/** Null for what is no ROLE reply: an error, a server without the command, nonsense. */
export function parseRole(reply: Reply | undefined): Role | null {
  if (!isArray(reply)) return null;
  const [kind, second, third, fourth, fifth] = reply;
  if (kind === 'master') {
    return { kind: 'master', offset: toNumber(second), replicas: isArray(third) ? third.flatMap(toReplica) : [] };
  }
  if (kind === 'slave' && typeof second === 'string' && typeof fourth === 'string') {
    return { kind: 'replica', host: second, port: toNumber(third), state: fourth, offset: toNumber(fifth) };
  }
  return kind === 'sentinel' ? { kind: 'sentinel' } : null;
}

function isArray(reply: Reply | undefined): reply is readonly Reply[] {
  return Array.isArray(reply);
}

function toReplica(entry: Reply): RoleReplica[] {
  if (!isArray(entry) || typeof entry[0] !== 'string') return [];
  return [{ host: entry[0], port: toNumber(entry[1]), offset: toNumber(entry[2]) }];
}

function toNumber(reply: Reply | undefined): number {
  const number = typeof reply === 'string' || typeof reply === 'number' ? Number(reply) : Number.NaN;
  return Number.isFinite(number) ? number : 0;
}

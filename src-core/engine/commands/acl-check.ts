// Whether a user may run a request: its command, its keys, its channels. Asked only of users who may not do everything.
import type { AclUser, KeyAccess } from './acl-user.ts';
import type { Args } from './args.ts';
import type { Command } from './table.ts';

/** What is denied, and what of it. */
export interface Denial {
  readonly reason: 'command' | 'key' | 'channel';
  /** The command's name, or the key or channel as a byte text. */
  readonly object: string;
}

/** Null: it may. */
export function denialOf(user: AclUser, command: Command, args: Args): Denial | null {
  if (!command.has('no_auth') && !user.commands.has(command)) return { reason: 'command', object: command.name };
  const keys = keyIndexes(command, args);
  const access: readonly KeyAccess[] = command.has('write') ? ['read', 'write'] : ['read'];
  for (const i of keys) {
    const key = args.text(i);
    if (!user.mayUseKey(key, access)) return { reason: 'key', object: key };
  }
  if (readsForeignKeys(command, args) && !user.allKeys) return { reason: 'key', object: args.text(1) };
  return deniedChannel(user, command, args);
}

/** NOPERM in Redis's words, for a request that is not run. */
export function denialReply({ reason, object }: Denial): string {
  if (reason === 'command') return `NOPERM this user has no permissions to run the '${object}' command`;
  return `NOPERM this user has no permissions to access one of the ${reason}s used as arguments`;
}

/** The same as ACL DRYRUN says it. */
export function denialSentence({ reason, object }: Denial): string {
  if (reason === 'command') return `This user has no permissions to run the '${object}' command`;
  return `This user has no permissions to access the '${object}' ${reason}`;
}

/** Where the number of keys stands, for commands that say it; the keys follow. */
const keyCountPlaces: Readonly<Record<string, number>> = {
  zunion: 1,
  zinter: 1,
  zdiff: 1,
  zintercard: 1,
  sintercard: 1,
  lmpop: 1,
  zmpop: 1,
  blmpop: 2,
  bzmpop: 2,
  zunionstore: 2,
  zinterstore: 2,
  zdiffstore: 2,
};

/** The arguments that are keys. A count that is no number is the command's own error, so no key is answered for it. */
export function keyIndexes({ name, row }: Command, args: Args): number[] {
  const countPlace = keyCountPlaces[name];
  const found: number[] = [];
  if (row.keys !== undefined) {
    const { first, step } = row.keys;
    const last = Math.min(args.count - 1, row.keys.last < 0 ? args.count + row.keys.last : row.keys.last);
    for (let i = first; i <= last; i += step) found.push(i);
  }
  if (countPlace !== undefined) {
    const count = Number(args.text(countPlace));
    for (let i = countPlace + 1; i <= countPlace + count && i < args.count; i++) if (!found.includes(i)) found.push(i);
  }
  if (name === 'sort') for (let i = 2; i + 1 < args.count; i++) if (args.is(i, 'STORE')) found.push(i + 1);
  return found;
}

/** SORT … BY and GET look at keys that only the elements tell. */
function readsForeignKeys({ name }: Command, args: Args): boolean {
  if (name !== 'sort' && name !== 'sort_ro') return false;
  for (let i = 2; i + 1 < args.count; i++) {
    if ((args.is(i, 'BY') || args.is(i, 'GET')) && args.text(i + 1).includes('*')) return true;
  }
  return false;
}

function deniedChannel(user: AclUser, { name }: Command, args: Args): Denial | null {
  const isPattern = name === 'psubscribe';
  if (!isPattern && name !== 'subscribe' && name !== 'publish') return null;
  const end = name === 'publish' ? 2 : args.count;
  for (let i = 1; i < end; i++) {
    const channel = args.text(i);
    if (!user.mayUseChannel(channel, isPattern)) return { reason: 'channel', object: channel };
  }
  return null;
}

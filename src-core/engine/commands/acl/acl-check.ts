// Whether a user may run a request: its command, its keys, its channels. Asked only of users who may not do everything.

import type { Args } from '../args.ts';
import type { Command } from '../table.ts';
import { keyReferences } from './acl-keys.ts';
import type { AclSelector } from './acl-selector.ts';
import type { AclUser } from './acl-user.ts';

/** What is denied, and what of it. */
export interface Denial {
  readonly reason: 'command' | 'key' | 'channel';
  /** The command's name, or the key or channel as a byte text. */
  readonly object: string;
}

/** Where a denial stands; of those of several selectors the one that came furthest is told. */
interface Refusal extends Denial {
  readonly index: number;
}

const FURTHER = { command: 0, key: 1, channel: 2 } as const;

/** Null: it may, by one of its selectors. */
export function denialOf(user: AclUser, command: Command, args: Args): Denial | null {
  let told: Refusal | null = null;
  for (const selector of user.selectors) {
    const refusal = refusalOf(selector, command, args);
    if (refusal === null) return null;
    if (told === null || isFurther(refusal, told)) told = refusal;
  }
  return told;
}

function isFurther(one: Refusal, other: Refusal): boolean {
  const by = FURTHER[one.reason] - FURTHER[other.reason];
  return by > 0 || (by === 0 && one.index > other.index);
}

function refusalOf(selector: AclSelector, command: Command, args: Args): Refusal | null {
  if (!command.has('no_auth') && !selector.commands.allows(command.name, firstArgument(command, args))) {
    return { reason: 'command', object: command.name, index: 0 };
  }
  for (const { index, access } of selector.allKeys ? [] : keyReferences(command.name, args)) {
    const key = args.text(index);
    if (!selector.mayUseKey(key, access)) return { reason: 'key', object: key, index };
  }
  return deniedChannel(selector, command, args);
}

function firstArgument({ name }: Command, args: Args): string | null {
  const index = name.includes('|') ? 2 : 1;
  return index < args.count ? args.text(index) : null;
}

function deniedChannel(selector: AclSelector, { name }: Command, args: Args): Refusal | null {
  const isPattern = name === 'psubscribe';
  if (!isPattern && name !== 'subscribe' && name !== 'publish') return null;
  const end = name === 'publish' ? 2 : args.count;
  for (let index = 1; index < end; index++) {
    const channel = args.text(index);
    if (!selector.mayUseChannel(channel, isPattern)) return { reason: 'channel', object: channel, index };
  }
  return null;
}

/** Whether SORT … BY and GET may look at keys that only the elements tell. `name`: SORT's own. */
export function mayReadAnyKey(user: AclUser, name: string, args: Args): boolean {
  return user.selectors.some(
    (selector) =>
      selector.commands.allows(name, null) &&
      selector.mayReadAnyKey &&
      keyReferences(name, args).every(({ index, access }) => selector.mayUseKey(args.text(index), access)),
  );
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

const denialsInExec = {
  command: 'no permission to execute the command or subcommand',
  key: 'no permission to touch the specified keys',
  channel: 'no permission to access one of the channels used as arguments',
} as const;

/** The same for a request of a transaction that was allowed when it was queued. */
export function denialReplyInExec({ reason }: Denial): string {
  return `NOPERM ACLs rules changed between the moment the transaction was accumulated and the EXEC call. This command is no longer allowed for the following reason: ${denialsInExec[reason]}`;
}

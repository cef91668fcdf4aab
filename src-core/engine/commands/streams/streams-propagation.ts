// What replicas are told of consumer groups: the outcome of a read or a claim, so that it is the same whenever it runs.
import type { PendingEntry, StreamGroup } from '../../data/stream-group.ts';
import { idText, type StreamId } from '../../data/stream-id.ts';
import type { CommandContext } from '../spec.ts';

/** Which key and group are meant, by the arguments that name them. */
export interface GroupPlace {
  readonly keyIndex: number;
  readonly groupIndex: number;
}

/** An entry is pending, for whom and since when. */
export function propagateClaim(
  context: CommandContext,
  { keyIndex, groupIndex }: GroupPlace,
  group: StreamGroup,
  id: StreamId,
  { consumer, deliveredMs, deliveries }: PendingEntry,
): void {
  const { args } = context;
  context.propagateInstead(
    'XCLAIM',
    args.slice(keyIndex),
    args.slice(groupIndex),
    Buffer.from(consumer.name, 'latin1'),
    '0',
    idText(id),
    'TIME',
    String(deliveredMs),
    'RETRYCOUNT',
    String(deliveries),
    'FORCE',
    'JUSTID',
    'LASTID',
    idText(group.lastId),
  );
}

/** How far the group has read. */
export function propagateLastId(
  context: CommandContext,
  { keyIndex, groupIndex }: GroupPlace,
  { lastId, entriesRead }: StreamGroup,
): void {
  const { args } = context;
  context.propagateInstead(
    'XGROUP',
    'SETID',
    args.slice(keyIndex),
    args.slice(groupIndex),
    idText(lastId),
    'ENTRIESREAD',
    String(entriesRead),
  );
}

export function propagateConsumer(context: CommandContext, { keyIndex, groupIndex }: GroupPlace, name: string): void {
  const { args } = context;
  const words = [args.slice(keyIndex), args.slice(groupIndex), Buffer.from(name, 'latin1')];
  context.propagateInstead('XGROUP', 'CREATECONSUMER', ...words);
}

// What a master keeps in memory for one replica, against the limits at which it would drop it. Pure.
import type { Address } from '../../contract/places.ts';
import type { OutputBufferView } from '../../contract/views.ts';
import { outputBufferLimits } from '../../remote/config.ts';
import type { OutputBufferReading } from './facts.ts';
import type { AttachedReplicaReading, NodeReading } from './reading.ts';

/** Null where the master does not show its buffers, or they cannot be told apart. */
export function outputBufferOf(reading: NodeReading, replica: AttachedReplicaReading): OutputBufferView | null {
  const { host } = replica.address;
  const ofHost = <T extends { readonly address: Address }>(all: readonly T[]) =>
    all.filter(({ address }) => address.host === host);
  const buffers = reading.outputBuffers ?? [];
  const buffer =
    matching(ofHost(reading.replicas), ofHost(buffers), replica) ?? matching(reading.replicas, buffers, replica);
  return buffer && { usedBytes: buffer.omemBytes, ...limitsOf(reading) };
}

/**
 * CLIENT LIST names the address that a replica connects from, INFO the one that it announces: replicas of one machine,
 * or behind a NAT, are told apart by their order alone, which is that of their coming in both.
 */
function matching(
  entries: readonly AttachedReplicaReading[],
  buffers: readonly OutputBufferReading[],
  replica: AttachedReplicaReading,
): OutputBufferReading | null {
  const own = [buffers, buffers.filter(({ isSnapshotOnly }) => !isSnapshotOnly)];
  const like = own.find(({ length }) => length === entries.length);
  return like?.[entries.indexOf(replica)] ?? null;
}

/** The limits that hold: Redis takes none below the size of the backlog. Null: no limit, or not known. */
export function limitsOf({ settings, backlog }: NodeReading): Omit<OutputBufferView, 'usedBytes'> {
  const limit = outputBufferLimits(settings?.get('client-output-buffer-limit') ?? '')?.replica;
  const holding = (bytes: number | undefined) => (bytes ? Math.max(bytes, backlog.sizeBytes) : null);
  return {
    hardBytes: holding(limit?.hardBytes),
    softBytes: holding(limit?.softBytes),
    softSeconds: limit?.softSeconds ?? null,
  };
}

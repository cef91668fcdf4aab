// What a master keeps in memory for one replica, against the limits at which it would drop it. Pure.
import type { OutputBufferView } from '../contract/views.ts';
import { outputBufferLimits } from '../remote/config.ts';
import type { AttachedReplicaReading, NodeReading } from './reading.ts';

/** Null where the master does not show its buffers, or they cannot be told apart. */
export function outputBufferOf(reading: NodeReading, replica: AttachedReplicaReading): OutputBufferView | null {
  const { host } = replica.address;
  // CLIENT LIST names the port that a replica connects from, INFO the one that it listens on: replicas of one machine
  // are told apart by their order, which is that of their coming in both.
  const entries = reading.replicas.filter(({ address }) => address.host === host);
  const buffers = reading.outputBuffers?.filter(({ address }) => address.host === host) ?? [];
  const buffer = buffers[entries.indexOf(replica)];
  if (!buffer || buffers.length !== entries.length) return null;
  return { usedBytes: buffer.omemBytes, ...limitsOf(reading) };
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

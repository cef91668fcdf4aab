// Follows one of a node's own streams (its log, its syncs) for as long as a component shows it.
import { useEffect, useState } from 'react';
import type { NodeId } from '#core/contract/places.ts';
import type { HostClient } from './carrier.ts';
import { useHost } from './host-store.ts';

type OpenStream<Message> = (client: HostClient, nodeId: NodeId, signal: AbortSignal) => Promise<AsyncIterable<Message>>;

/**
 * The stream's messages folded into one value; starts anew when the node or the host's connection changes.
 *
 * @param open  a function of module scope: a new one each render would subscribe each render
 * @param fold  likewise of module scope; `null` stands for nothing received yet
 */
export function useNodeStream<Message, Value>(
  nodeId: NodeId,
  open: OpenStream<Message>,
  fold: (value: Value | null, message: Message) => Value,
): Value | null {
  const client = useHost((host) => host.client);
  const [held, setHeld] = useState<{ readonly nodeId: NodeId; readonly value: Value } | null>(null);

  useEffect(() => {
    if (client === null) return;
    const ending = new AbortController();
    void (async () => {
      let value: Value | null = null;
      try {
        for await (const message of await open(client, nodeId, ending.signal)) {
          if (ending.signal.aborted) return;
          value = fold(value, message);
          setHeld({ nodeId, value });
        }
      } catch {
        // The stream ended with its carrier; what was read stays in view and the carrier's state says the rest.
      }
    })();
    return () => ending.abort();
  }, [client, nodeId, open, fold]);

  return held !== null && held.nodeId === nodeId ? held.value : null;
}

// Keeps the window fed: opens a carrier, watches the fleet through it, and begins again when either breaks.
import { receiveFleetEvent } from '../store/fleet-store.ts';
import { type Carrier, CarrierRefused, type HostClient, openCarrier } from './carrier.ts';
import { reportCarrier, useHost } from './host-store.ts';

let wake: (() => void) | null = null;

/** Ends the present wait: the next try begins at once. */
export function retryNow(): void {
  wake?.();
}

/** Runs until `stop` is called; each round is one carrier's life. */
export function startFleetFeed(): () => void {
  const ending = new AbortController();
  void (async () => {
    while (!ending.signal.aborted) {
      await liveOneCarrier(ending.signal);
      if (ending.signal.aborted) return;
      await untilRetry(ending.signal);
      reportCarrier({ kind: 'retried' });
    }
  })();
  return () => {
    ending.abort();
    retryNow();
  };
}

async function liveOneCarrier(ending: AbortSignal): Promise<void> {
  let carrier: Carrier;
  try {
    carrier = await openCarrier();
  } catch (error) {
    reportCarrier(error instanceof CarrierRefused ? { kind: 'refused' } : { kind: 'failed', nowMs: Date.now() });
    return;
  }
  reportCarrier({ kind: 'opened' }, carrier);
  const round = new AbortController();
  const end = () => round.abort();
  ending.addEventListener('abort', end);
  await Promise.race([carrier.closed, watchUntilBroken(carrier.client, round.signal)]);
  ending.removeEventListener('abort', end);
  round.abort();
  carrier.close();
  reportCarrier({ kind: 'lost', nowMs: Date.now() });
}

/** Subscribes; after a gap in the numbers subscribes anew on the same carrier. Returns when the stream ends or fails. */
async function watchUntilBroken(client: HostClient, signal: AbortSignal): Promise<void> {
  try {
    for (;;) {
      const isGap = await watchUntilGap(client, signal);
      if (!isGap) return;
    }
  } catch {
    // The carrier's end is told by its own promise and shown by the state; the stream's error adds nothing to it.
  }
}

async function watchUntilGap(client: HostClient, signal: AbortSignal): Promise<boolean> {
  const events = await client.fleet.watch(undefined, { signal });
  for await (const event of events) {
    if (!receiveFleetEvent(event)) return true;
  }
  return false;
}

function untilRetry(ending: AbortSignal): Promise<void> {
  const { state } = useHost.getState();
  return new Promise((resolve) => {
    const timer = state.kind === 'waiting' ? setTimeout(finish, Math.max(0, state.untilMs - Date.now())) : undefined;
    function finish(): void {
      clearTimeout(timer);
      wake = null;
      resolve();
    }
    wake = finish;
    if (ending.aborted) finish();
  });
}

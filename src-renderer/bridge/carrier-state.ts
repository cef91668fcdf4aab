// Where the window's connection to the host stands: a pure machine that the feed drives and the top bar shows.
//
//                 opened                    lost
//   opening ───────────────▶ open ───────────────────▶ waiting ◀─┐
//      │  ▲                                              │  │     │ failed
//      │  └──────────── retried (time is up, or asked) ──┘  │     │
//      ├───────────────────────── failed ───────────────────┴─────┘
//      └── refused ──▶ refused ── retried ──▶ opening
//
// `attempt` counts the tries since the connection was last open.

export type CarrierState =
  | { readonly kind: 'opening'; readonly attempt: number }
  | { readonly kind: 'open' }
  | { readonly kind: 'waiting'; readonly attempt: number; readonly untilMs: number }
  | { readonly kind: 'refused' };

export type CarrierEvent =
  | { readonly kind: 'opened' }
  | { readonly kind: 'lost'; readonly nowMs: number }
  | { readonly kind: 'failed'; readonly nowMs: number }
  | { readonly kind: 'refused' }
  | { readonly kind: 'retried' };

export const firstRetryMs = 250;
export const lastRetryMs = 8000;

/** How long to wait before try `attempt + 1`: 250 ms, 500 ms, 1 s … 8 s. */
export function retryDelayMs(attempt: number): number {
  return Math.min(lastRetryMs, firstRetryMs * 2 ** Math.max(0, attempt - 1));
}

const allowed: Readonly<Record<CarrierState['kind'], readonly CarrierEvent['kind'][]>> = {
  opening: ['opened', 'failed', 'refused'],
  open: ['lost'],
  waiting: ['retried'],
  refused: ['retried'],
};

/** The state after an event; an event that the state does not allow (a late one) changes nothing. */
export function stepCarrier(state: CarrierState, event: CarrierEvent): CarrierState {
  if (!allowed[state.kind].includes(event.kind)) return state;
  const attempt = 'attempt' in state ? state.attempt : 0;
  switch (event.kind) {
    case 'opened':
      return { kind: 'open' };
    case 'refused':
      return { kind: 'refused' };
    case 'retried':
      return { kind: 'opening', attempt: attempt + 1 };
    case 'lost':
    case 'failed': {
      const tries = Math.max(1, attempt);
      return { kind: 'waiting', attempt: tries, untilMs: event.nowMs + retryDelayMs(tries) };
    }
  }
}

// A server that was spoken of, on its way to become a node: tried, found to be one that is here already, or put off.
import type { Failure } from '../../contract/failures.ts';
import type { NodeId } from '../../contract/places.ts';

/*
 *              try                    connected, another run_id
 *    told ──────────────▶ trying ─────────────────────────────────▶ joined(node)
 *     ▲                   ▲    │                                        │
 *     │                   │    │ connected, the run_id of a node        │
 *     │          try, when│    ├──────────────────────▶ alias(node)     │
 *     │       its time has│    │ failed                     │           │
 *     │              come │    ▼                            │           │
 *     │                  failed(until)                       │           │
 *     └──────────────────────────────────────────────────────┘           │
 *                           the node left                                │
 *    dismissed ◀─────────────────────────────────────────────────────────┘
 *                 a person took the node away: it is not brought back
 */
export type CandidateState =
  | { readonly kind: 'told'; readonly tries: number }
  | { readonly kind: 'trying'; readonly tries: number }
  | { readonly kind: 'failed'; readonly tries: number; readonly failure: Failure; readonly retryAtMs: number }
  | { readonly kind: 'joined'; readonly nodeId: NodeId }
  | { readonly kind: 'alias'; readonly nodeId: NodeId }
  | { readonly kind: 'dismissed' };

export type CandidateEvent =
  | { readonly kind: 'try' }
  | { readonly kind: 'join'; readonly nodeId: NodeId }
  | { readonly kind: 'match'; readonly nodeId: NodeId }
  | { readonly kind: 'fail'; readonly failure: Failure; readonly nowMs: number }
  | { readonly kind: 'nodeLeft' };

const retryFirstMs = 5000;
const retryMaxMs = 300_000;

const allowed: Readonly<Record<CandidateEvent['kind'], readonly CandidateState['kind'][]>> = {
  try: ['told', 'failed'],
  join: ['trying'],
  match: ['trying'],
  fail: ['trying'],
  nodeLeft: ['joined', 'alias'],
};

/** The next state; an event that this state does not know leaves it as it is. Times are of a clock that never steps. */
export function step(state: CandidateState, event: CandidateEvent): CandidateState {
  if (!allowed[event.kind].includes(state.kind)) return state;
  const tries = 'tries' in state ? state.tries : 0;
  switch (event.kind) {
    case 'try':
      return { kind: 'trying', tries: tries + 1 };
    case 'join':
      return { kind: 'joined', nodeId: event.nodeId };
    case 'match':
      return { kind: 'alias', nodeId: event.nodeId };
    case 'fail': {
      const pauseMs = Math.min(retryMaxMs, retryFirstMs * 2 ** (tries - 1));
      return { kind: 'failed', tries, failure: event.failure, retryAtMs: event.nowMs + pauseMs };
    }
    case 'nodeLeft':
      return state.kind === 'joined' ? { kind: 'dismissed' } : { kind: 'told', tries: 0 };
  }
}

/** True where it may be tried now. */
export function isReady(state: CandidateState, nowMs: number): boolean {
  return state.kind === 'told' || (state.kind === 'failed' && nowMs >= state.retryAtMs);
}

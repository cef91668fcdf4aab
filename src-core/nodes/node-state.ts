// The life of an embedded node, as its owner sees it.
import type { Failure } from '../contract/failures.ts';

export type NodeState =
  | { readonly kind: 'stopped' }
  | { readonly kind: 'starting' }
  | { readonly kind: 'running'; readonly port: number }
  | { readonly kind: 'stopping' }
  | { readonly kind: 'failed'; readonly failure: Failure };

export type NodeStateEvent =
  | { readonly kind: 'start' }
  | { readonly kind: 'listening'; readonly port: number }
  | { readonly kind: 'stop' }
  | { readonly kind: 'ended' }
  /** The engine refused to start (a port in use), or the worker died. */
  | { readonly kind: 'broke'; readonly failure: Failure };

/*
 *             start              listening
 *  stopped ---------> starting -------------> running ----+
 *     ^                |  ^ |                  |   |      | broke
 *     |          ended |  | | broke            |   | stop |
 *     |<---------------+  | v                  |   v      |
 *     |             start | failed <-----------|- stopping|
 *     |                   +---+ ^      broke   |   |      |
 *     |                         +--------------|---|------+
 *     |<---------------------------------------+   |
 *     |   ended (a client said SHUTDOWN)           |
 *     +--------------------------------------------+
 *         ended
 */
const moves: Readonly<Record<NodeState['kind'], readonly NodeStateEvent['kind'][]>> = {
  stopped: ['start'],
  starting: ['listening', 'broke', 'ended'],
  running: ['stop', 'ended', 'broke'],
  stopping: ['ended', 'broke'],
  failed: ['start'],
};

/** The next state; null where the table does not allow the move, which the caller treats as told too late. */
export function stepNodeState(state: NodeState, event: NodeStateEvent): NodeState | null {
  if (!moves[state.kind].includes(event.kind)) return null;
  switch (event.kind) {
    case 'start':
      return { kind: 'starting' };
    case 'listening':
      return { kind: 'running', port: event.port };
    case 'stop':
      return { kind: 'stopping' };
    case 'ended':
      return { kind: 'stopped' };
    case 'broke':
      return { kind: 'failed', failure: event.failure };
  }
}

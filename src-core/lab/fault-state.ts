// What a relay does to its link, as a pure machine: faults come by calls, cuts end and return by time.
//
//               set                          clear, from each of them
//   passing ─┬─ holdOff ─────────────▶ refusing ──────────────────────▶ passing
//            ├─ stall ───────────────▶ stalled
//            ├─ delay, throttle,
//            │  drop, corrupt ───────▶ shaping
//            ├─ cutAfter, cutAt ─────▶ armed ── tripped: cut all ─────▶ passing
//            └─ cut: cut all ────────▶ away ─── time ─────────────────▶ passing
//                                       ▲ └──── time, where it repeats ▶ between
//                                       └────── time: cut all ────────────┘
//
// A fault that is set takes the place of the one before. Bytes that a drop swallowed are gone: when it ends, the wires
// that lost some are cut, as no TCP goes on with a hole in it.
import type { Direction, Fault, LinkFaultView } from '../contract/faults.ts';

type FaultOf<K extends Fault['kind']> = Extract<Fault, { kind: K }>;

export type FaultState =
  | { readonly kind: 'passing' }
  | { readonly kind: 'refusing'; readonly fault: FaultOf<'holdOff'> }
  | { readonly kind: 'stalled'; readonly fault: FaultOf<'stall'> }
  | { readonly kind: 'shaping'; readonly fault: FaultOf<'delay' | 'throttle' | 'drop' | 'corrupt'> }
  | { readonly kind: 'armed'; readonly fault: FaultOf<'cutAfter' | 'cutAt'> }
  | { readonly kind: 'away'; readonly fault: FaultOf<'cut'>; readonly sinceMs: number; readonly untilMs: number }
  | { readonly kind: 'between'; readonly fault: FaultOf<'cut'>; readonly untilMs: number };

export type FaultEvent =
  | { readonly kind: 'set'; readonly fault: Fault; readonly nowMs: number }
  | { readonly kind: 'clear' }
  /** The moment at `untilMs` has come. */
  | { readonly kind: 'time'; readonly nowMs: number }
  /** The bytes or the word of an armed cut have come. */
  | { readonly kind: 'tripped' };

/** What the relay does when the state is entered. */
export type FaultEffect = 'cutAll' | 'cutThoseThatLost' | 'none';

export interface FaultStep {
  readonly state: FaultState;
  readonly effect: FaultEffect;
}

const passing: FaultState = { kind: 'passing' };

/** An event that the state does not allow (a late timer, a second trip) changes nothing. */
export function stepFault(state: FaultState, event: FaultEvent): FaultStep {
  switch (event.kind) {
    case 'set':
      return enter(state, event.fault, event.nowMs);
    case 'clear':
      return { state: passing, effect: leaving(state) };
    case 'tripped':
      return state.kind === 'armed' ? { state: passing, effect: 'cutAll' } : { state, effect: 'none' };
    case 'time':
      return elapse(state, event.nowMs);
  }
}

function enter(before: FaultState, fault: Fault, nowMs: number): FaultStep {
  switch (fault.kind) {
    case 'holdOff':
      return { state: { kind: 'refusing', fault }, effect: leaving(before) };
    case 'stall':
      return { state: { kind: 'stalled', fault }, effect: leaving(before) };
    case 'cutAfter':
    case 'cutAt':
      return { state: { kind: 'armed', fault }, effect: leaving(before) };
    case 'cut':
      return { state: cutState(fault, nowMs), effect: 'cutAll' };
    default:
      return { state: { kind: 'shaping', fault }, effect: leaving(before) };
  }
}

function elapse(state: FaultState, nowMs: number): FaultStep {
  if (state.kind !== 'away' && state.kind !== 'between') return { state, effect: 'none' };
  if (nowMs < state.untilMs) return { state, effect: 'none' };
  if (state.kind === 'between') return { state: cutState(state.fault, nowMs), effect: 'cutAll' };
  const { fault, sinceMs } = state;
  if (fault.everySeconds === null) return { state: passing, effect: 'none' };
  // A cut of 2 s every 5 s that began at 0 is over at 2 000, and the next begins at 5 000.
  return { state: { kind: 'between', fault, untilMs: sinceMs + fault.everySeconds * 1000 }, effect: 'none' };
}

/** A cut of no length leaves at once what it would end at. */
function cutState(fault: FaultOf<'cut'>, nowMs: number): FaultState {
  const away: FaultState = { kind: 'away', fault, sinceMs: nowMs, untilMs: nowMs + fault.seconds * 1000 };
  return elapse(away, nowMs).state;
}

function leaving(state: FaultState): FaultEffect {
  return state.kind === 'shaping' && state.fault.kind === 'drop' ? 'cutThoseThatLost' : 'none';
}

/** Whether a new connection is refused now. */
export function refuses(state: FaultState): boolean {
  return state.kind === 'refusing' || state.kind === 'away';
}

/** When the state ends by itself; null where it stays until a call. */
export function endsAtMs(state: FaultState): number | null {
  return 'untilMs' in state ? state.untilMs : null;
}

/** Whether what goes this way vanishes. */
export function swallows(state: FaultState, direction: Direction): boolean {
  return state.kind === 'shaping' && state.fault.kind === 'drop' && state.fault.direction === direction;
}

export function toFaultView(state: FaultState, cuts: number): LinkFaultView {
  const fault = 'fault' in state ? state.fault : null;
  const phase = refuses(state) ? 'refusing' : state.kind === 'between' ? 'between' : fault ? 'acting' : 'passing';
  return { fault, phase, untilMs: endsAtMs(state), cuts };
}

// Events that a listener can say no to, as Electron's are.
import type { EventEmitter } from 'node:events';

/** Emits with an event object in front; answers whether a listener prevented what was about to happen. */
export function emitPreventable(
  emitter: EventEmitter,
  name: string,
  details: object = {},
  ...rest: unknown[]
): boolean {
  let isPrevented = false;
  const preventDefault = () => {
    isPrevented = true;
  };
  emitter.emit(name, { ...details, preventDefault }, ...rest);
  return isPrevented;
}

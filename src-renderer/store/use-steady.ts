// Keeps a selected value's identity while an equal one comes, so that a component is not drawn again for it.
import { useRef } from 'react';

/** A function that gives back the value it gave last as long as the new one is the same by `isSame`. */
export function useSteady<Value>(isSame: (a: Value, b: Value) => boolean): (next: Value) => Value {
  const held = useRef<{ readonly value: Value } | null>(null);
  return (next) => {
    if (held.current === null || !isSame(held.current.value, next)) held.current = { value: next };
    return held.current.value;
  };
}

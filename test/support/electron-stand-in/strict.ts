// What the stand-in does not play throws by name, so that no test passes over something that was never there.

/** The same object, but a property that it does not have is an error instead of undefined. */
export function strict<T extends object>(name: string, target: T): T {
  return new Proxy(target, {
    get(object, key) {
      // `then` is asked of every value that is awaited.
      if (typeof key === 'string' && key !== 'then' && !(key in object)) {
        throw new Error(`the Electron stand-in does not play ${name}.${key}`);
      }
      const value: unknown = Reflect.get(object, key, object);
      return typeof value === 'function' && key !== 'constructor' ? value.bind(object) : value;
    },
  });
}

/** Remembers one result per key object. */
export function remember<K extends object, A, V>(make: (key: K, argument: A) => V): (key: K, argument: A) => V {
  const made = new WeakMap<K, V & object>();
  return (key, argument) => {
    const known = made.get(key);
    if (known) return known;
    const fresh = make(key, argument) as V & object;
    made.set(key, fresh);
    return fresh;
  };
}

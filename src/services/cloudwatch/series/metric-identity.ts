/** A metric's dimensions as text that is the same in whatever order they were given. */
export const dimensionKey = (dimensions: Readonly<Record<string, string>>): string =>
  JSON.stringify(Object.entries(dimensions).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)));

export const dimensionsOf = (key: string): readonly (readonly [name: string, value: string])[] =>
  JSON.parse(key) as [string, string][];

import type { MapEntries } from './config/maps.ts';

/** Reads `show map`, by key. */
export function readMap(text: string): Map<string, string> {
  const entries = new Map<string, string>();
  for (const line of text.split('\n')) {
    const [, key, value] = /^0x[0-9a-f]+ (\S+) (.*)$/.exec(line) ?? [];
    if (key !== undefined && value !== undefined) entries.set(key, value);
  }
  return entries;
}

/** Commands that make a map what it should be; entries in `kept` are left alone. */
export function mapCommands(file: string, wanted: MapEntries, actual: MapEntries, kept: ReadonlySet<string>): string[] {
  return [
    ...[...wanted].flatMap(([key, value]) => {
      const before = actual.get(key);
      if (before === value) return [];
      return [`${before === undefined ? 'add' : 'set'} map ${file} ${key} ${value}`];
    }),
    ...[...actual.keys()].filter((key) => !wanted.has(key) && !kept.has(key)).map((key) => `del map ${file} ${key}`),
  ];
}

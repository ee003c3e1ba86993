const STEP = /\.([\w-]+)|\['([^']+)'\]|\["([^"]+)"\]|\[(\d+)\]/y;

/** The steps of a path such as `$.detail.list[0]['a b']`; `undefined` for what is none. */
export function readPath(path: string): readonly string[] | undefined {
  if (!path.startsWith('$')) return undefined;
  const steps: string[] = [];
  STEP.lastIndex = 1;
  while (STEP.lastIndex < path.length) {
    const found = STEP.exec(path);
    if (!found) {
      STEP.lastIndex = 0;
      return undefined;
    }
    steps.push(found[1] ?? found[2] ?? found[3] ?? found[4] ?? '');
  }
  return steps;
}

/** What stands at a path; `undefined` where nothing does, or the path is none. */
export function valueAt(path: string, value: unknown): unknown {
  const steps = readPath(path);
  if (!steps) return undefined;
  let at = value;
  for (const step of steps) {
    if (typeof at !== 'object' || at === null || !Object.hasOwn(at, step)) return undefined;
    at = (at as Readonly<Record<string, unknown>>)[step];
  }
  return at;
}

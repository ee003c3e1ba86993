import { isRecord, type EventPattern, type Leaf, type LeafTest } from './pattern.ts';

/**
 * Whether an event matches a pattern.
 *
 * A field that holds a list matches when one of its members does; fields of objects in a list must match in the same
 * object. Source: EventBridge User Guide, event patterns; and its open matcher for absent and empty fields.
 */
export function matchesPattern(pattern: EventPattern, event: unknown): boolean {
  if (Array.isArray(event) && event.length > 0) return event.some((member) => matchesPattern(pattern, member));
  const fields = isRecord(event) ? event : {};
  return (
    pattern.fields.every(([name, expected]) =>
      isTests(expected)
        ? matchesLeaf(expected, valueOf(fields, name))
        : matchesPattern(expected, valueOf(fields, name)),
    ) && pattern.either.every((patterns) => patterns.some((one) => matchesPattern(one, fields)))
  );
}

const isTests = (expected: EventPattern | readonly LeafTest[]): expected is readonly LeafTest[] =>
  Array.isArray(expected);

const valueOf = (fields: Readonly<Record<string, unknown>>, name: string): unknown =>
  Object.hasOwn(fields, name) ? fields[name] : undefined;

function matchesLeaf(tests: readonly LeafTest[], value: unknown): boolean {
  const leaves = leavesOf(value);
  const present = leaves.length > 0 ? leaves : [undefined];
  return tests.some((test) => present.some(test));
}

/** An object is no leaf, so to a test it is as if nothing were there. */
function leavesOf(value: unknown): readonly Leaf[] {
  if (Array.isArray(value)) return value.flatMap(leavesOf);
  return value === undefined || isRecord(value) ? [] : [value as Leaf];
}

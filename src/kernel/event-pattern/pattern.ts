/** A value at the end of a path in an event; `undefined` where the event has none there. */
export type Leaf = string | number | boolean | null | undefined;

export type LeafTest = (value: Leaf) => boolean;

/** A pattern that was read: every field must match, and of each `either` at least one pattern. */
export interface EventPattern {
  readonly fields: readonly (readonly [name: string, expected: EventPattern | readonly LeafTest[]])[];
  readonly either: readonly (readonly EventPattern[])[];
}

/** A pattern that is none; the message is AWS's reason without what stands before and behind it. */
export class PatternError extends Error {
  override readonly name = 'PatternError';
}

export const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

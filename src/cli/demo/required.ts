/** @throws when an answer lacks what it must have */
export function required<T>(value: T | undefined, name: string): T {
  if (value === undefined) throw new Error(`the answer has no ${name}`);
  return value;
}

type Tagged = { readonly $date?: number; readonly $bytes?: string } & Readonly<Record<string, unknown>>;

/** Writes what JSON has no form for as `{ $date }` and `{ $bytes }`. */
export function toTagged(value: unknown): unknown {
  if (value instanceof Date) return { $date: value.getTime() };
  if (value instanceof Uint8Array) return { $bytes: Buffer.from(value).toString('base64') };
  if (Array.isArray(value)) return value.map(toTagged);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, held]) => [key, toTagged(held)]));
}

/** The reverse of {@link toTagged}. */
export function fromTagged(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(fromTagged);
  if (typeof value !== 'object' || value === null) return value;
  const { $date, $bytes } = value as Tagged;
  if (typeof $date === 'number') return new Date($date);
  if (typeof $bytes === 'string') return new Uint8Array(Buffer.from($bytes, 'base64'));
  return Object.fromEntries(Object.entries(value).map(([key, held]) => [key, fromTagged(held)]));
}

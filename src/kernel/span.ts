/** A span of time in whole milliseconds. */
export type Millis = number & { readonly __unit: 'ms' };

export const millis = (n: number): Millis => Math.round(n) as Millis;
export const seconds = (n: number): Millis => millis(n * 1000);
export const minutes = (n: number): Millis => millis(n * 60_000);

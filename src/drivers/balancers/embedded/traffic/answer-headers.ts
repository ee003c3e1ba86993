import type { HttpSettings } from '../../balancer.ts';

/** An answer's headers as the client gets them: those that the listener sets replace others, and there is a Date. */
export function answerHeaders(headers: string[], http: HttpSettings | undefined, date: string): string[] {
  if (!hasDate(headers)) headers.push('Date', date);
  if (!http || http.answerHeaders.length === 0) return headers;
  const set = new Set(http.answerHeaders.map(([name]) => name.toLowerCase()));
  const kept = headers.filter((_, index) => !set.has(headers[index - (index % 2)]?.toLowerCase() ?? ''));
  for (const [name, value] of http.answerHeaders) kept.push(name, value);
  return kept;
}

function hasDate(headers: readonly string[]): boolean {
  for (let index = 0; index < headers.length; index += 2)
    if (headers[index]?.length === 4 && headers[index]?.toLowerCase() === 'date') return true;
  return false;
}

/** The value of a request's cookie. @param headers - name, value, name, value */
export function findCookie(headers: readonly string[], name: string): string | undefined {
  for (let index = 0; index + 1 < headers.length; index += 2) {
    if (headers[index]?.toLowerCase() !== 'cookie') continue;
    for (const pair of (headers[index + 1] ?? '').split(';')) {
      const equals = pair.indexOf('=');
      if (equals > 0 && pair.slice(0, equals).trim() === name) return pair.slice(equals + 1).trim();
    }
  }
  return undefined;
}

/** Whether an answer sets a cookie. @param headers - name, value, name, value */
export function setsCookie(headers: readonly string[], name: string): boolean {
  for (let index = 0; index + 1 < headers.length; index += 2) {
    if (headers[index]?.toLowerCase() !== 'set-cookie') continue;
    const [pair = ''] = (headers[index + 1] ?? '').split(';', 1);
    if (pair.slice(0, Math.max(0, pair.indexOf('='))).trim() === name) return true;
  }
  return false;
}

const SEVEN_DAYS = 7 * 24 * 3600 * 1000;

/** The `Set-Cookie` values of a cookie and of its twin for requests from other sites. @param now - epoch milliseconds */
export function cookiePair(name: string, value: string, now: number): readonly string[] {
  const plain = singleCookie(name, value, now);
  return [plain, `${name}CORS${plain.slice(name.length)}; SameSite=None; Secure`];
}

export const singleCookie = (name: string, value: string, now: number): string =>
  `${name}=${value}; Expires=${new Date(now + SEVEN_DAYS).toUTCString()}; Path=/`;

/** What is asked of a list of keys. */
export interface ListQuery {
  readonly prefix: string;
  readonly delimiter: string | undefined;
  /** Keys up to this one have been shown; a common prefix stands for all keys that begin with it. */
  readonly after: string;
  readonly limit: number;
}

export interface Listed<T> {
  readonly items: readonly T[];
  readonly commonPrefixes: readonly string[];
  /** The last key or common prefix shown, when there are more. */
  readonly next: string | undefined;
}

/** Orders keys by their UTF-8 bytes, as S3 does; only keys beyond U+D7FF make a difference. */
export function compareKeys(a: string, b: string): number {
  if (/[\ud800-\uffff]/.test(a) || /[\ud800-\uffff]/.test(b)) return Buffer.compare(Buffer.from(a), Buffer.from(b));
  return a < b ? -1 : a > b ? 1 : 0;
}

/** Takes one page of things in the order of their keys. Source: S3 User Guide, organizing objects using prefixes. */
export function listPage<T extends { readonly key: string }>(sorted: Iterable<T>, query: ListQuery): Listed<T> {
  const { prefix, delimiter, after, limit } = query;
  const items: T[] = [];
  const commonPrefixes: string[] = [];
  let last = '';
  for (const item of sorted) {
    if (!item.key.startsWith(prefix) || compareKeys(item.key, after) <= 0) continue;
    const common = commonPrefixOf(item.key, prefix, delimiter);
    if (common !== undefined && (common === after || common === commonPrefixes.at(-1))) continue;
    if (items.length + commonPrefixes.length >= limit)
      return { items, commonPrefixes, next: limit > 0 ? last : undefined };
    if (common === undefined) items.push(item);
    else commonPrefixes.push(common);
    last = common ?? item.key;
  }
  return { items, commonPrefixes, next: undefined };
}

function commonPrefixOf(key: string, prefix: string, delimiter: string | undefined): string | undefined {
  if (!delimiter) return undefined;
  const at = key.indexOf(delimiter, prefix.length);
  return at < 0 ? undefined : key.slice(0, at + delimiter.length);
}

/** Writes keys for clients whose XML cannot hold every character. */
export const urlEncoded = (text: string): string =>
  encodeURIComponent(text)
    .replaceAll('%2F', '/')
    .replace(/[!'()]/g, (one) => `%${one.charCodeAt(0).toString(16).toUpperCase()}`);

/** How an answer writes its keys. */
export const encoderOf = (encodingType: string | undefined): ((text: string) => string) =>
  encodingType === 'url' ? urlEncoded : (text) => text;

import { parseCondition, type Condition } from './condition.ts';
import { invalidPattern } from './invalid-pattern.ts';
import type { Match } from './match.ts';
import { tokensOf, type Token } from './tokens.ts';

/** `undefined` for `...`, which stands for any number of fields. */
type Column = { readonly name: string; readonly condition: Condition | undefined } | undefined;

/** Messages whose fields, split at spaces, are as many as the columns and meet their conditions. */
export function columnsPattern(text: string): (message: string) => Match | undefined {
  const columns = splitColumns(text).map((column, index) => parseColumn(column.trim(), index));
  if (columns.filter((column) => !column).length > 1) throw invalidPattern();
  return (message) => {
    const fields = placed(columns, fieldsOf(message));
    if (!fields) return undefined;
    const find = (selector: string) => fields.get(selector.replace(/^\$/, ''));
    const look = (name: string) => [fields.get(name)];
    if (!columns.every((column) => column?.condition?.(look) ?? true)) return undefined;
    return { find, values: Object.fromEntries([...fields].map(([name, value]) => [`$${name}`, value])) };
  };
}

/** At commas, save in quotes and regular expressions. */
const splitColumns = (text: string): readonly string[] =>
  text.match(/(?:"(?:[^"\\]|\\.)*"|%(?:[^%\\]|\\.)*%|[^,"%])+|(?<=^|,)(?=,|$)/g) ?? [];

function parseColumn(text: string, index: number): Column {
  if (text === '...') return undefined;
  const tokens = tokensOf(text);
  const [name] = tokens.filter(({ kind }) => kind === 'word');
  if (tokens.length === 0) return { name: String(index + 1), condition: undefined };
  if (!name) throw invalidPattern();
  const isName = (token: Token) => token.kind === 'word' && token.text === name.text;
  return { name: name.text, condition: tokens.length === 1 ? undefined : parseCondition(tokens, isName) };
}

/** What stands in quotes or brackets is one field. Source: User Guide, space-delimited log events. */
const fieldsOf = (message: string): readonly string[] =>
  Array.from(
    message.matchAll(/"((?:[^"\\]|\\.)*)"(?=\s|$)|\[([^\]]*)\](?=\s|$)|(\S+)/g),
    ([, quoted, bracketed, plain]) => quoted ?? bracketed ?? plain ?? '',
  );

function placed(columns: readonly Column[], fields: readonly string[]): ReadonlyMap<string, string> | undefined {
  const gap = columns.indexOf(undefined);
  if (gap < 0 ? columns.length !== fields.length : fields.length < columns.length - 1) return undefined;
  const skipped = fields.length - columns.length;
  const byName = new Map<string, string>();
  columns.forEach((column, index) => {
    const field = fields[gap >= 0 && index > gap ? index + skipped : index];
    if (column && field !== undefined) byName.set(column.name, field);
  });
  return byName;
}

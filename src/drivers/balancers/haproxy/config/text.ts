/** One word of a config line, whatever is in it. */
export const quote = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`;

/** Text that stands for itself in a log-format. */
export const literal = (text: string): string => text.replaceAll('%', '%%');

export const section = (head: string, lines: readonly string[]): string =>
  `${head}\n${lines.map((line) => `  ${line}\n`).join('')}`;

/** A condition behind a line; conditions are anonymous ACLs, and all must hold. */
export const when = (...conditions: readonly (string | undefined)[]): string => {
  const present = conditions.filter((condition) => condition !== undefined && condition !== '');
  return present.length === 0 ? '' : ` if ${present.join(' ')}`;
};

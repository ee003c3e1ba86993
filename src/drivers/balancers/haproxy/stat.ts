/** A line of `show stat`: a frontend, a backend or a server of one worker. */
export interface StatRow {
  readonly proxy: string;
  /** `FRONTEND`, `BACKEND` or a server's name. */
  readonly item: string;
  text(field: string): string;
  /** 0 where it is empty. */
  number(field: string): number;
}

/** Reads `show stat`. */
export function readStat(csv: string): StatRow[] {
  const lines = csv.split('\n').filter((line) => line !== '');
  const header = lines.find((line) => line.startsWith('# pxname'));
  if (header === undefined) throw new Error(`HAProxy's statistics cannot be read: ${csv.slice(0, 200)}`);
  const columns = new Map(
    header
      .slice(2)
      .split(',')
      .map((name, index) => [name, index]),
  );
  return lines
    .filter((line) => !line.startsWith('#'))
    .map((line) => {
      const values = split(line);
      const text = (field: string) => values[columns.get(field) ?? -1] ?? '';
      return { proxy: values[0] ?? '', item: values[1] ?? '', text, number: (field) => Number(text(field)) || 0 };
    });
}

/** Values with commas or quotes in them are quoted, and quotes doubled. */
function split(line: string): string[] {
  if (!line.includes('"')) return line.split(',');
  return [...line.matchAll(/("(?:[^"]|"")*"|[^,]*)(?:,|$)/g)].map(([, value = '']) =>
    value.startsWith('"') ? value.slice(1, -1).replaceAll('""', '"') : value,
  );
}

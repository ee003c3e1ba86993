import type { StatRow } from './stat.ts';

/** While a check runs, HAProxy has forgotten the code that the last one found; this has not. */
export class LastChecks {
  #codes: ReadonlyMap<string, string> = new Map();

  /** The rows, each with the code that its last finished check found. */
  remembered(rows: readonly StatRow[]): StatRow[] {
    const codes = new Map<string, string>();
    const complete = rows.map((row) => {
      const path = `${row.proxy}/${row.item}`;
      const read = row.text('check_code');
      const code = read === '' || read === '0' ? (this.#codes.get(path) ?? read) : read;
      codes.set(path, code);
      return { ...row, text: (field: string) => (field === 'check_code' ? code : row.text(field)) };
    });
    this.#codes = codes;
    return complete;
  }
}

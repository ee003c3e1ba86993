/** What a filter pattern found in a message that it matches. */
export interface Match {
  /** The parts that the pattern names, by name: `$.code` or `$status`. */
  readonly values: Readonly<Record<string, string>>;
  /** Another part of the message: a JSON selector, or a column. */
  find(selector: string): string | undefined;
}

/** Longer lines make the file unreadable, as in the agent of ECS. */
const LONGEST_LINE = 64 * 1024;

/**
 * Reads an environment file as the agent of ECS does: `NAME=value` on a line, the value taken as it stands, quotes and
 * spaces included. Lines that begin with `#`, hold no `=`, or have nothing on one of its sides say nothing; of a name that
 * stands twice the last counts.
 *
 * @returns `undefined` when a line is too long
 * Source: ECS developer guide, use a file to pass environment variables; amazon-ecs-agent, environment file resource
 */
export function readEnvFile(text: string): Readonly<Record<string, string>> | undefined {
  const variables = new Map<string, string>();
  for (const line of text.split(/\r?\n/)) {
    if (line.length > LONGEST_LINE) return undefined;
    const at = line.indexOf('=');
    if (line.startsWith('#') || at < 1 || at === line.length - 1) continue;
    variables.set(line.slice(0, at), line.slice(at + 1));
  }
  return Object.fromEntries(variables);
}

/** What a container of the suite does; one that waits listens on tcp port 8080 and says `hello`. */
export type Behaviour =
  | { readonly does: 'wait'; readonly ignoresTerm?: boolean }
  /** Keeps a processor busy and holds 64 MiB; it does not listen. */
  | { readonly does: 'work' }
  | { readonly does: 'exit'; readonly code: number; readonly prints?: readonly string[] };

/** A program for `node -e` that behaves so, for runtimes that run programs. */
export function programOf(wanted: Behaviour): string {
  if (wanted.does === 'exit') {
    const printed = JSON.stringify((wanted.prints ?? []).join('\n'));
    return `process.stdout.write(${printed}, () => process.exit(${wanted.code}))`;
  }
  if (wanted.does === 'work') return 'const held = Buffer.alloc(64 * 1024 * 1024, 1); while (held.length > 0);';
  const handler = wanted.ignoresTerm ? "process.on('SIGTERM', () => undefined);" : '';
  return `${handler}require('net').createServer((s) => s.end('hello')).listen(process.env.PORT ?? 8080, process.env.HOST)`;
}

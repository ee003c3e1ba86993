import { createServer } from 'node:net';

export interface BoundPort {
  readonly asked: number;
  readonly bound: number;
  readonly note?: string;
}

/**
 * Finds a port for one that was asked for: the remembered one, the one asked for, else any free one.
 *
 * @param taken - ports that this balancer has or is about to have
 */
export async function findPort(
  host: string,
  asked: number,
  remembered: number | undefined,
  taken: ReadonlySet<number>,
): Promise<BoundPort> {
  let cause = '';
  for (const port of new Set(remembered === undefined ? [asked, 0] : [remembered, asked, 0])) {
    if (taken.has(port)) continue;
    try {
      const bound = await tryPort(host, port);
      const note = noteOf(asked, bound, cause);
      return { asked, bound, ...(note !== undefined && { note }) };
    } catch (error) {
      cause = (error as NodeJS.ErrnoException).code ?? String(error);
    }
  }
  throw new Error(`no port could be opened on ${host} for listener port ${asked}: ${cause}`);
}

function tryPort(host: string, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(port, host, () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address ? address.port : port));
    });
  });
}

function noteOf(asked: number, bound: number, cause: string): string | undefined {
  if (asked === bound || asked === 0) return undefined;
  if (cause === 'EACCES') return `port ${asked} needs more rights than Teal has; listening on ${bound} instead`;
  if (cause === 'EADDRINUSE') return `port ${asked} is in use by another program; listening on ${bound} instead`;
  return `port ${asked} could not be opened before; listening on ${bound} as then`;
}

/** A port that was asked for, the one that is bound, and why where they differ. */
export type PortEntry = readonly [asked: number, bound: number, note?: string];

/** For each port that is asked for the one it was before, where HAProxy has that, else one that is free. */
export async function findPorts(
  host: string,
  ports: readonly number[],
  before: readonly PortEntry[],
  running: ReadonlySet<number>,
): Promise<PortEntry[]> {
  const known = new Map(before.map((entry) => [entry[0], entry]));
  const found: PortEntry[] = [];
  for (const port of new Set(ports)) {
    const entry = known.get(port);
    found.push(entry && running.has(entry[1]) ? entry : asEntry(await findPort(host, port, entry?.[1], running)));
  }
  return found;
}

const asEntry = ({ asked, bound, note }: BoundPort): PortEntry =>
  note === undefined ? [asked, bound] : [asked, bound, note];

import type { Container } from 'dockerode';
import type { Output, OutputLine } from '../runtime.ts';
import { unless } from './engine.ts';

/** One entry of the Engine's log: a line, or a part of one that was longer than 16 KB. */
interface Entry {
  readonly stream: 'stdout' | 'stderr';
  /** As the Engine writes it, always equally long, so that text compares as time. */
  readonly stamp: string;
  /** With its newline, if it is the end of a line. */
  readonly text: string;
}

/** How far one of the two outputs was read: the last entry's stamp, and how many entries of that stamp. */
interface Place {
  readonly stamp: string;
  readonly count: number;
}
type Places = Partial<Record<Entry['stream'], Place>>;

const MOST_ENTRIES = 10_000;
/** Entries of both outputs stand in the log in another order than that of their stamps, by less than this. */
const SKEW = 2_000;
const HEADER = 8;

/**
 * @param state.hasEnded - whether a last line without its end is one
 * @param state.isTerminal - a terminal has one output, without frames around entries
 */
export async function readContainerLog(
  container: Container,
  from: string | undefined,
  { hasEnded, isTerminal }: { readonly hasEnded: boolean; readonly isTerminal: boolean },
): Promise<Output> {
  const places = JSON.parse(from ?? '{}') as Places;
  const latest = Math.max(0, ...Object.values(places).map(({ stamp }) => Date.parse(stamp)));
  const since = Math.max(0, Math.floor((latest - SKEW) / 1000));
  const logged: unknown = await container
    .logs({ follow: false, stdout: true, stderr: true, timestamps: true, since })
    .catch(unless(404, 409));
  const entries = isTerminal ? entriesOfTerminal : entriesOf;
  const fresh = unread(Buffer.isBuffer(logged) ? entries(logged) : [], places);
  const taken = fresh.slice(0, MOST_ENTRIES);
  const isAll = taken.length === fresh.length;
  const { lines, read } = joined(taken, hasEnded && isAll);
  return {
    lines,
    next: read.length > 0 ? JSON.stringify(advanced(places, read)) : from,
    isAll: isAll || read.length === 0,
  };
}

/** Source: Docker Engine API, stream format of attach; timestamps stand before each entry. */
function entriesOf(logged: Buffer): readonly Entry[] {
  const entries: Entry[] = [];
  for (let at = 0; at + HEADER <= logged.length;) {
    const length = logged.readUInt32BE(at + 4);
    const body = logged.subarray(at + HEADER, at + HEADER + length).toString();
    const space = body.indexOf(' ');
    const stream = logged[at] === 2 ? 'stderr' : 'stdout';
    entries.push({ stream, stamp: body.slice(0, space), text: body.slice(space + 1) });
    at += HEADER + length;
  }
  return entries;
}

function entriesOfTerminal(logged: Buffer): readonly Entry[] {
  const lines = logged.toString().split('\n');
  return lines.flatMap((line, index) => {
    if (line === '') return [];
    const space = line.indexOf(' ');
    const end = index < lines.length - 1 ? '\n' : '';
    return [{ stream: 'stdout', stamp: line.slice(0, space), text: line.slice(space + 1).replace(/\r$/, '') + end }];
  });
}

function unread(entries: readonly Entry[], places: Places): readonly Entry[] {
  const seen = { stdout: 0, stderr: 0 };
  return entries.filter(({ stream, stamp }) => {
    const place = places[stream];
    if (!place || stamp > place.stamp) return true;
    return stamp === place.stamp && ++seen[stream] > place.count;
  });
}

/** Puts parts of long lines together; parts whose end has not come are left for later. */
function joined(entries: readonly Entry[], takesParts: boolean): { lines: OutputLine[]; read: readonly Entry[] } {
  const lines: OutputLine[] = [];
  const open: Record<Entry['stream'], Entry[]> = { stdout: [], stderr: [] };
  const close = (stream: Entry['stream']) => {
    const parts = open[stream].splice(0);
    const message = parts
      .map(({ text }) => text)
      .join('')
      .replace(/\n$/, '');
    lines.push({ message, at: Date.parse(parts[0]?.stamp ?? '') });
  };
  for (const entry of entries) {
    open[entry.stream].push(entry);
    if (entry.text.endsWith('\n')) close(entry.stream);
  }
  if (takesParts) for (const stream of ['stdout', 'stderr'] as const) if (open[stream].length > 0) close(stream);
  const left = new Set([...open.stdout, ...open.stderr]);
  return { lines, read: entries.filter((entry) => !left.has(entry)) };
}

function advanced(places: Places, read: readonly Entry[]): Places {
  const next: Record<string, Place> = { ...places };
  for (const { stream, stamp } of read) {
    const place = next[stream];
    next[stream] = { stamp, count: place?.stamp === stamp ? place.count + 1 : 1 };
  }
  return next;
}

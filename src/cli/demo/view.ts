import type { Look } from './watch.ts';

const MARK: Record<string, string> = { Pending: '○', InProgress: '◐', Succeeded: '●', Failed: '✗', Skipped: '–' };
const COLOUR: Record<string, number> = { InProgress: 36, Succeeded: 32, Failed: 31, Skipped: 90, Pending: 90 };
const BAR_WIDTH = 40;

export interface Seen {
  readonly requests: number;
  readonly failures: number;
  /** The replacement's share of the last two seconds' answers, in percent. */
  readonly observed: number;
}

export interface View {
  show(look: Look, seen: Seen): void;
  say(line: string): void;
}

/** Redraws one block on a terminal; elsewhere prints a line whenever something changed. */
export const createView = (out: NodeJS.WriteStream): View => (out.isTTY ? terminalView(out) : plainView(out));

function terminalView(out: NodeJS.WriteStream): View {
  let drawn = 0;
  let shown = '';
  return {
    show(look, seen) {
      if (look.deploymentId !== shown) drawn = 0;
      shown = look.deploymentId;
      const lines = drawing(look, seen);
      out.write(`${drawn > 0 ? `\u001b[${drawn}A` : '\n'}${lines.map((line) => `\u001b[2K${line}\n`).join('')}`);
      drawn = lines.length;
    },
    say(line) {
      drawn = 0;
      out.write(`\u001b[90m·\u001b[0m ${line}\n`);
    },
  };
}

function plainView(out: NodeJS.WriteStream): View {
  let last = '';
  return {
    show(look, seen) {
      const current = look.events.find((event) => event.status === 'InProgress' || event.status === 'Failed')?.name;
      const line = [
        `deployment ${look.deploymentId} ${look.status}`,
        ...(current ? [current] : []),
        `traffic wanted ${look.wanted} %`,
        ...(look.wait ? [`waiting: ${look.wait.detail}`] : []),
      ].join(' · ');
      if (line === last) return;
      last = line;
      out.write(
        `${line} · observed ${seen.observed.toFixed(0)} % · ${seen.requests} requests, ${seen.failures} failed\n`,
      );
    },
    say: (line) => void out.write(`${line}\n`),
  };
}

function drawing(look: Look, seen: Seen): string[] {
  return [
    `deployment \u001b[1m${look.deploymentId}\u001b[0m  ${look.status}`,
    ...look.events.map(({ name, status, took }) => {
      const time = took === undefined ? '' : `\u001b[90m${(took / 1000).toFixed(1)} s\u001b[0m`;
      return `  \u001b[${COLOUR[status] ?? 0}m${MARK[status] ?? '?'} ${name.padEnd(22)}\u001b[0m ${time}`;
    }),
    `  wanted   ${bar(look.wanted)}`,
    `  observed ${bar(seen.observed)}`,
    `  ${seen.requests} requests, ${seen.failures === 0 ? '\u001b[32m0 failed\u001b[0m' : `\u001b[31m${seen.failures} failed\u001b[0m`}`,
    `  ${waiting(look)}`,
  ];
}

function bar(share: number): string {
  const green = Math.round((share / 100) * BAR_WIDTH);
  return `\u001b[34m${'█'.repeat(BAR_WIDTH - green)}\u001b[32m${'█'.repeat(green)}\u001b[0m ${share.toFixed(0).padStart(3)} % new`;
}

function waiting({ wait }: Look): string {
  if (!wait) return '';
  const left = wait.left === undefined ? '' : ` (at most ${(wait.left / 1000).toFixed(1)} s more)`;
  return `\u001b[33mwaiting: ${wait.detail}${left}\u001b[0m`;
}

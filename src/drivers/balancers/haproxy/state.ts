import { randomBytes } from 'node:crypto';
import { chmodSync, existsSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { BalancerConfig } from '../balancer.ts';

/** What must be known after a crash of Teal or of HAProxy; written before it is acted on. */
export interface State {
  readonly host: string;
  readonly config: BalancerConfig;
  /** ARNs of the groups that have backends. */
  readonly groups: readonly string[];
  /** Ports that are bound, by the ports that were asked for, and why where they differ. */
  readonly ports: readonly (readonly [asked: number, bound: number, note?: string])[];
}

const EMPTY: BalancerConfig = { epoch: 0, listeners: [], targetGroups: [] };

export function readState(folder: string, host: string): State {
  for (const file of stateFiles(folder))
    try {
      return JSON.parse(readFileSync(file, 'utf8')) as State;
    } catch {
      // A crash left the other one.
    }
  return { host, config: EMPTY, groups: [], ports: [] };
}

/** Takes the old file away before it renames the new one: over another, ext4 writes to the disk first (0.3 ms). */
export function writeState(folder: string, state: State): void {
  const [file, next] = stateFiles(folder);
  writeFileSync(next, JSON.stringify(state), { mode: 0o600 });
  rmSync(file, { force: true });
  renameSync(next, file);
}

const stateFiles = (folder: string): readonly [file: string, next: string] => [
  join(folder, 'state.json'),
  join(folder, 'state.json.new'),
];

/** What cookies are signed with; they are good for as long as the folder is. */
export function readSecret(folder: string): string {
  const file = join(folder, 'secret');
  if (!existsSync(file)) writePrivate(file, randomBytes(32).toString('base64'));
  return readFileSync(file, 'utf8');
}

/** Replaces a file whole; only this user may read it, since keys are in some. */
export function writePrivate(file: string, text: string): void {
  writeFileSync(`${file}.new`, text, { mode: 0o600 });
  chmodSync(`${file}.new`, 0o600);
  renameSync(`${file}.new`, file);
}

/** Lets one Teal at a time drive: the last that claimed the folder. */
export class Claim {
  readonly #file: string;
  readonly #token = randomBytes(16).toString('hex');

  constructor(folder: string) {
    this.#file = join(folder, 'owner');
    writePrivate(this.#file, this.#token);
  }

  /** Whether no later Teal has claimed it. */
  get holds(): boolean {
    try {
      return readFileSync(this.#file, 'utf8') === this.#token;
    } catch {
      return false;
    }
  }

  /** @throws when a later Teal drives */
  require(): void {
    if (!this.holds) throw new Error('another Teal has taken this balancer over');
  }
}

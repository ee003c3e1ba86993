import { execFile } from 'node:child_process';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { privateEngineUnavailable } from '../support/private-engine.ts';

const BENCH = join(dirname(fileURLToPath(import.meta.url)), '..', '..', 'bin', 'bench.mjs');
const unavailable = privateEngineUnavailable();

interface Figures {
  readonly faults: Readonly<Record<string, number>>;
  readonly wrong: readonly string[];
  readonly strays: readonly string[];
}

/** @throws with all it said when it ends with another code than 0 and has no figures */
function chaos(seed: number): Promise<Figures> {
  return new Promise((resolve, reject) => {
    const args = [
      BENCH,
      'tasks-chaos',
      '--each',
      '--services',
      '2',
      '--shifting',
      '0',
      '--seed',
      String(seed),
      '--json',
    ];
    execFile(process.execPath, args, (_failure, stdout, stderr) => {
      try {
        resolve(JSON.parse(stdout) as Figures);
      } catch (cause) {
        reject(new Error(`no figures: ${stdout}\n${stderr}`, { cause }));
      }
    });
  });
}

describe.skipIf(unavailable !== undefined && !process.env['CI'])(
  `services on Docker in trouble (${unavailable ?? 'an Engine of their own'})`,
  () => {
    it(
      'have exactly the tasks last wished, and leave nothing, after containers, Engine and Teal were killed',
      { timeout: 420_000 },
      async () => {
        const { faults, wrong, strays } = await chaos(4);

        expect({ wrong, strays }).toEqual({ wrong: [], strays: [] });
        expect(Object.keys(faults)).toEqual(expect.arrayContaining(['Teal killed', 'the Engine killed']));
      },
    );
  },
);

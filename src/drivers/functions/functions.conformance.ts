import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { seconds } from '../../kernel/span.ts';
import type { Functions, FunctionSpec, InvocationResult, ZipPackage } from './functions.ts';

/** What every driver is asked to run; a driver that runs no files maps these names to handlers of its own. */
export const CONFORMANCE_SOURCES = {
  echo: `exports.handler = async (event) => event;`,
  nothing: `exports.handler = async () => undefined;`,
  throws: `exports.handler = async () => { throw new TypeError('no luck'); };`,
} as const;

export type ConformanceFunction = keyof typeof CONFORMANCE_SOURCES;

/** The behaviour of every driver of functions. */
export function functionsConformance(name: string, create: (folder: string) => Functions): void {
  describe(`functions: ${name}`, () => {
    let folder: string;
    let functions: Functions;

    beforeAll(async () => {
      folder = await mkdtemp(join(tmpdir(), 'teal-functions-'));
      for (const [file, source] of Object.entries(CONFORMANCE_SOURCES)) {
        await writeFile(join(folder, `${file}.js`), source);
      }
      functions = create(join(folder, 'driver'));
    });
    afterAll(async () => {
      await functions.close();
      await rm(folder, { recursive: true, force: true });
    });

    const invoke = (called: ConformanceFunction, event: unknown, requestId = 'r-1'): Promise<InvocationResult> =>
      functions.invoke(testSpec(called, folder), JSON.stringify(event), requestId);

    it('gives back what the handler returns as JSON', async () => {
      const result = await invoke('echo', { DeploymentId: 'd-1', text: 'ä\u2028' });

      expect(JSON.parse(result.payload)).toEqual({ DeploymentId: 'd-1', text: 'ä\u2028' });
      expect(result.functionError).toBeUndefined();
    });

    it('gives null for a handler that returns nothing', async () => {
      expect((await invoke('nothing', {})).payload).toBe('null');
    });

    it('reports what a handler throws as an unhandled error with its type and message', async () => {
      const result = await invoke('throws', {});

      expect(result.functionError).toBe('Unhandled');
      expect(JSON.parse(result.payload)).toMatchObject({ errorType: 'TypeError', errorMessage: 'no luck' });
    });

    it('frames the log of an invocation with START, END and REPORT', async () => {
      const { logTail } = await invoke('echo', {}, 'r-framed');

      expect(logTail).toMatch(/^START RequestId: r-framed Version: \$LATEST\n/);
      expect(logTail).toMatch(/END RequestId: r-framed\nREPORT RequestId: r-framed/);
    });

    it('performs several invocations of one function at once', async () => {
      const results = await Promise.all([1, 2, 3].map((n) => invoke('echo', n, `r-${n}`)));

      expect(results.map((result) => result.payload)).toEqual(['1', '2', '3']);
    });

    it('runs nodejs and refuses what it does not know with a reason', () => {
      expect(functions.refuse('nodejs20.x')).toBeUndefined();
      expect(functions.refuse('cobol')).toContain("'cobol'");
    });
  });
}

/** What tests change about a spec: its own members and those of its zip package. */
export type SpecChanges = Partial<Omit<FunctionSpec, 'package'> & Omit<ZipPackage, 'kind'>>;

/** A spec for `NAME.js` in a folder. */
export function testSpec(name: string, codeFolder: string, changes: SpecChanges = {}): FunctionSpec {
  const { folder = codeFolder, layers = [], runtime = 'nodejs20.x', handler = `${name}.handler`, ...rest } = changes;
  return {
    arn: `arn:aws:lambda:us-east-1:000000000000:function:${name}`,
    name,
    version: '$LATEST',
    package: { kind: 'zip', folder, layers, runtime, handler },
    environment: {},
    timeout: seconds(20),
    timeoutSeconds: 20,
    memoryMiB: 128,
    ephemeralStorageMiB: 512,
    ...rest,
  };
}

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Dockerode from 'dockerode';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { dockerUnavailable, ensureNodeImage } from '../../../../test/support/docker-image.ts';
import { eventually } from '../../../../test/support/eventually.ts';
import { systemClock } from '../../../kernel/clock.ts';
import { silentLogger } from '../../../kernel/logger.ts';
import { millis, seconds } from '../../../kernel/span.ts';
import { engineAddress } from '../../runtimes/docker/docker-answers.ts';
import { testSpec } from '../functions.conformance.ts';
import type { Functions, FunctionSpec, ImagePackage, PrintedLine } from '../functions.ts';
import { createProcessFunctions } from '../process/process-functions.ts';
import { FUNCTION_LABEL } from './function-container-options.ts';

const NODE = '/usr/local/bin/node';
const unavailable = await dockerUnavailable();
const uri = unavailable === undefined ? await ensureNodeImage() : '';

/** A runtime in a line, as an image would bring it. */
const runtime = (perform: string): string => `
const api = 'http://' + process.env.AWS_LAMBDA_RUNTIME_API + '/2018-06-01/runtime/';
(async () => { for (;;) {
  const next = await fetch(api + 'invocation/next');
  const id = next.headers.get('lambda-runtime-aws-request-id');
  const event = await next.json();
  const answer = await (async () => { ${perform} })();
  await fetch(api + 'invocation/' + id + '/response', { method: 'POST', body: JSON.stringify(answer) });
} })();`;

describe.skipIf(unavailable !== undefined && !process.env['CI'])(`images (${unavailable ?? 'docker answers'})`, () => {
  const engine = new Dockerode(engineAddress());
  const instance = `fn${process.pid}`;
  let folder: string;
  let functions: Functions;

  const open = (): Functions =>
    createProcessFunctions({ folder: join(folder, 'driver'), instance, logger: silentLogger(), clock: systemClock() });
  const left = () => engine.listContainers({ all: true, filters: { label: [`${FUNCTION_LABEL}=${instance}`] } });

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'teal-images-'));
    functions = open();
  });
  afterAll(async () => {
    await functions.close();
    expect(await left()).toEqual([]);
    await rm(folder, { recursive: true, force: true });
  });

  const spec = (perform: string, image: Partial<ImagePackage> = {}, changes: Partial<FunctionSpec> = {}) => ({
    ...testSpec('image', folder, { timeout: seconds(60), timeoutSeconds: 60 }),
    package: { kind: 'image', uri, id: uri, entryPoint: [NODE], command: ['-e', runtime(perform)], ...image } as const,
    ...changes,
  });
  const invoke = (called: FunctionSpec) => functions.invoke(called, '{"n":1}', 'r-1');
  const answerOf = async (called: FunctionSpec) => JSON.parse((await invoke(called)).payload) as unknown;

  it('runs an image with its entry point, command and working directory overridden, and keeps it warm', async () => {
    const perform = `globalThis.n = (globalThis.n ?? 0) + 1; console.log('printed', n); console.error('and this');
      return { event, n, cwd: process.cwd(), name: process.env.AWS_LAMBDA_FUNCTION_NAME, mine: process.env.MINE };`;
    const called = spec(perform, { workingDirectory: '/tmp' }, { environment: { MINE: 'yes' } });

    const first = await invoke(called);
    const printed: string[] = [];
    const print = async (_stream: string, lines: readonly PrintedLine[]): Promise<void> => {
      printed.push(...lines.map(({ message }) => message));
    };
    const second = await functions.invoke(called, '{}', 'r-2', print);

    expect(JSON.parse(first.payload)).toEqual({ event: { n: 1 }, n: 1, cwd: '/tmp', name: 'image', mine: 'yes' });
    expect(JSON.parse(second.payload)).toMatchObject({ n: 2 });
    // The Engine carries the two outputs apart, and behind the answer.
    await eventually(
      'its output',
      () => (printed.includes('printed 2\n') && printed.includes('and this\n')) || undefined,
    );
  });

  it('ends a container that holds more memory than it may', async () => {
    const perform = `const held = []; for (;;) held.push(Buffer.alloc(1e6, 1));`;

    expect(await answerOf(spec(perform))).toEqual({
      errorType: 'Runtime.ExitError',
      errorMessage: 'RequestId: r-1 Error: Runtime exited with error: signal: killed',
    });
  });

  it('ends a container whose time is up, and one that exits says how', async () => {
    const short = { timeout: millis(500), timeoutSeconds: 0.5 };

    expect(await answerOf(spec('for (;;);', {}, short))).toMatchObject({ errorType: 'Sandbox.Timedout' });
    expect(await answerOf(spec('process.exit(9);'))).toMatchObject({
      errorMessage: 'RequestId: r-1 Error: Runtime exited with error: exit status 9',
    });
  });

  it('lets a function write to /tmp, as much as it may, and nowhere else', async () => {
    const perform = `const fs = require('node:fs');
      const write = (at, size) => { try { fs.writeFileSync(at, Buffer.alloc(size)); return 'written'; } catch (error) { return error.code; } };
      return [write('/tmp/small', 1e6), write('/tmp/big', 20e6), write('/etc/x', 1)];`;

    expect(await answerOf(spec(perform, {}, { ephemeralStorageMiB: 10, memoryMiB: 512 }))).toEqual([
      'written',
      'ENOSPC',
      'EROFS',
    ]);
  });

  it('resolves an image to what it is now', async () => {
    expect(await functions.resolveImage(uri)).toEqual({ id: expect.stringMatching(/^sha256:[0-9a-f]{64}$/) as string });
    expect(await functions.resolveImage('127.0.0.1:9/none:1')).toMatchObject({ refused: expect.any(String) as string });
  });

  it('says that an entry point or an image is not there', async () => {
    const noProgram = await answerOf(spec('', { entryPoint: ['/no/such/program'] }));
    const noImage = await answerOf(spec('', { uri: '127.0.0.1:9/none:1', id: 'none' }));

    expect(noProgram).toMatchObject({
      errorType: 'Runtime.InvalidEntrypoint',
      errorMessage: expect.stringContaining('/no/such/program') as string,
    });
    expect(noImage).toMatchObject({
      errorType: 'ImageAccessDenied',
      errorMessage: expect.stringContaining('Source image 127.0.0.1:9/none:1 is not available') as string,
    });
  });

  it('survives 100 MB of output', async () => {
    const perform = `for (let i = 0; i < 100; i++) await new Promise((done) => process.stdout.write('x'.repeat(1e6) + '\\n', done)); return 'done';`;

    const result = await invoke(spec(perform));

    expect(result.payload).toBe('"done"');
    expect(Buffer.byteLength(result.logTail)).toBe(4096);
  });

  it('removes at its start what a Teal that was killed has left', async () => {
    await functions.close();
    functions = open();
    await invoke(spec('return 1;'));
    // The same folder and name: what a second start after a kill finds.
    const next = open();

    await eventually('the containers to be gone', async () => ((await left()).length === 0 ? true : undefined));

    await next.close();
  });
});

it('says that images need an Engine where none answers', async () => {
  const before = process.env['DOCKER_HOST'];
  process.env['DOCKER_HOST'] = 'unix:///nowhere/docker.sock';
  const folder = await mkdtemp(join(tmpdir(), 'teal-images-'));
  const functions = createProcessFunctions({ folder, instance: 'none', logger: silentLogger(), clock: systemClock() });
  try {
    const called = { ...testSpec('image', folder), package: { kind: 'image', uri: 'any:1', id: 'any:1' } as const };

    const { payload } = await functions.invoke(called, '{}', 'r-1');

    expect(await functions.resolveImage('any:1')).toEqual({
      refused: expect.stringContaining('no Docker Engine answers') as string,
    });
    expect(JSON.parse(payload)).toMatchObject({
      errorMessage: expect.stringContaining("cannot run 'any:1'") as string,
    });
  } finally {
    if (before === undefined) delete process.env['DOCKER_HOST'];
    else process.env['DOCKER_HOST'] = before;
    await functions.close();
    await rm(folder, { recursive: true, force: true });
  }
});

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sendTraffic, type Traffic } from '../../src/cli/demo/traffic.ts';
import { systemClock } from '../../src/kernel/clock.ts';
import { dockerUnavailable } from '../support/docker-image.ts';
import { eventually } from '../support/eventually.ts';
import { CodeDeployExample } from '../support/codedeploy-example.ts';
import { makeExampleImages, PATIENT, type Settings, streamOf } from '../support/example-files.ts';
import { NativeExample } from '../support/native-example.ts';
import { startTestTeal, type TestTeal } from '../support/teal.ts';

const REQUESTS_PER_SECOND = 100;
/** Of one test, in milliseconds: each runs whole deployments of several containers. */
const LIMIT = 3 * PATIENT;

interface Case {
  readonly name: string;
  /** For every release, so that a test need not wait for what a day brings. */
  readonly settings: Settings;
  /** A release whose page answers 500 though its containers run. */
  readonly bad: Settings;
  /** The same, or one whose containers fail their health checks. */
  readonly badForEcs: Settings;
  /** Why ECS goes back. */
  readonly because: RegExp;
  /** A header that only what stands beside the web container makes grow. */
  readonly beside: string;
  /** Of the log, with the stream that each must be in. */
  readonly lines: readonly (readonly [pattern: string, stream: RegExp])[];
}

const CASES: readonly Case[] = [
  {
    name: 'web-with-sidecar',
    settings: {},
    bad: { catalogue: { TEAS: '' } },
    badForEcs: { web: { CATALOGUE_FILE: '/nowhere.json' } },
    because: /circuit breaker/,
    beside: 'x-edition',
    lines: [
      ['"catalogue v2 writes 3 teas"', /^shop\/catalogue\/[0-9a-f]{32}$/],
      ['"v2 sells 3 teas of the catalogue by v2"', /^shop\/web\/[0-9a-f]{32}$/],
      ['"ERROR the catalogue is empty"', /^shop\/web\/[0-9a-f]{32}$/],
    ],
  },
  {
    name: 'worker-with-depends-on',
    settings: { worker: { RUN_SECONDS: '4' } },
    bad: { prepare: { SCHEMA: '1' }, worker: { RUN_SECONDS: '4' } },
    badForEcs: { prepare: { SCHEMA: '1' }, worker: { RUN_SECONDS: '4' } },
    because: /lifecycle hook failed/,
    beside: 'x-runs',
    lines: [
      ['"v2 prepared 1000 orders at schema 2"', /^orders\/prepare\/[0-9a-f]{32}$/],
      ['"v2 begins run 2"', /^orders\/worker\/[0-9a-f]{32}$/],
      ['"ERROR the orders are at schema 1, not 2"', /^orders\/web\/[0-9a-f]{32}$/],
    ],
  },
];

const unavailable = await dockerUnavailable();

describe.skipIf(unavailable !== undefined && !process.env['CI'])(
  `the examples on Docker (${unavailable ?? 'answers'})`,
  () => {
    let teal: TestTeal;
    beforeAll(async () => {
      await makeExampleImages();
      teal = await startTestTeal({ runtime: 'docker', timeScale: 30 });
    }, PATIENT);
    afterAll(() => teal?.close(), PATIENT);

    it.each(CASES)(
      '$name goes to v2 as a canary of CodeDeploy and back from a bad v2, without a failed request',
      async ({ name, settings, bad, beside, lines }) => {
        const example = await CodeDeployExample.open(teal, name, settings);
        const traffic = sendTraffic(example.url, REQUESTS_PER_SECOND, systemClock());
        try {
          const failed = await example.release(bad);
          const rollback = await example.ended(failed.rollbackInfo?.rollbackDeploymentId ?? '');
          expect([failed.status, rollback.status]).toEqual(['Failed', 'Succeeded']);
          expect(failed.errorInformation?.code).toBe('HOOK_EXECUTION_FAILURE');
          expect(versionsOf(traffic)).toEqual(['v1']);

          expect((await example.release(settings)).status).toBe('Succeeded');
          await onlyAnswers(traffic, 'v2');
          await grows(example.url, beside);
          for (const [pattern, stream] of lines) expect(await streamOf(teal, name, pattern)).toMatch(stream);
        } finally {
          await traffic.stop();
        }
        expect(failuresOf(traffic)).toEqual([]);
        expect(versionsOf(traffic)).toEqual(['v1', 'v2']);
      },
      LIMIT,
    );

    it.each(CASES)(
      '$name goes to v2 with ECS alone and back from a bad v2, without a failed request',
      async ({ name, settings, badForEcs, because, beside }) => {
        const example = await NativeExample.open(teal, name, settings);
        const traffic = sendTraffic(example.url, REQUESTS_PER_SECOND, systemClock());
        try {
          const failed = await example.release(badForEcs);
          expect(failed.status).toBe('ROLLBACK_SUCCESSFUL');
          expect(failed.statusReason).toMatch(because);
          expect(versionsOf(traffic)).toEqual(['v1']);

          expect((await example.release(settings)).status).toBe('SUCCESSFUL');
          await onlyAnswers(traffic, 'v2');
          await grows(example.url, beside);
        } finally {
          await traffic.stop();
        }
        expect(failuresOf(traffic)).toEqual([]);
        expect(versionsOf(traffic)).toEqual(['v1', 'v2']);
      },
      LIMIT,
    );
  },
);

const failuresOf = ({ samples }: Traffic) => samples.flatMap(({ failure }) => failure ?? []);

/** In the order in which they were first seen. */
const versionsOf = ({ samples }: Traffic) => [...new Set(samples.flatMap(({ version }) => version ?? []))];

function onlyAnswers(traffic: Traffic, version: string): Promise<true> {
  return eventually(`fifty answers of ${version} in a row`, () => {
    const last = traffic.samples.slice(-50);
    return last.length === 50 && last.every((sample) => sample.version === version) ? true : undefined;
  });
}

/** Waits until a header says more than it said at first. */
async function grows(url: string, header: string): Promise<void> {
  const read = async (): Promise<number> => {
    const answer = await fetch(url, { headers: { connection: 'close' } });
    await answer.arrayBuffer();
    return Number(answer.headers.get(header));
  };
  const before = await read();
  await eventually(
    `${header} to grow beyond ${before}`,
    async () => ((await read()) > before ? true : undefined),
    PATIENT,
  );
}

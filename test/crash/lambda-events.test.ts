import { PutFunctionEventInvokeConfigCommand } from '@aws-sdk/client-lambda';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { awsClients, destroyClients } from '../support/aws.ts';
import { eventually } from '../support/eventually.ts';
import { createFunction, sendEvent } from '../support/functions.ts';
import { openHttpSink, type HttpSink } from '../support/http-sink.ts';
import { spawnTeal, type SpawnedTeal } from '../support/spawned-teal.ts';

const ACCOUNT = '000000000000';
const posting = (path: string, what: string) =>
  `exports.handler = (event) => fetch(process.env.SINK + '${path}', { method: 'POST', body: String(${what}) }).then(() => 1);`;

let data = '';
let sink: HttpSink;
let teal: SpawnedTeal;

const start = (...more: string[]): Promise<SpawnedTeal> =>
  spawnTeal(['--port', '0', '--data', data, '--runtime', 'process', '--time-scale', '1000', ...more]);

beforeAll(async () => {
  data = await mkdtemp(join(tmpdir(), 'teal-crash-events-'));
  sink = await openHttpSink();
});
afterAll(async () => {
  await teal.stop();
  await sink.close();
  await rm(data, { recursive: true, force: true });
});

async function withLambda<R>(work: (lambda: ReturnType<typeof awsClients>['lambda']) => Promise<R>): Promise<R> {
  const clients = awsClients(teal.url, ACCOUNT);
  try {
    return await work(clients.lambda);
  } finally {
    destroyClients(clients);
  }
}

/** A function that says which event it got, and one that is told how each ended. */
const build = () =>
  withLambda(async (lambda) => {
    const Environment = { Variables: { SINK: sink.url } };
    await createFunction(lambda, 'performs', posting('/performed', 'event.n'), { Environment });
    await createFunction(lambda, 'hears', posting('/told', 'event.requestPayload.n'), { Environment });
    const Destination = `arn:aws:lambda:us-east-1:${ACCOUNT}:function:hears`;
    const DestinationConfig = { OnSuccess: { Destination } };
    await lambda.send(new PutFunctionEventInvokeConfigCommand({ FunctionName: 'performs', DestinationConfig }));
  });

/** @returns whether Teal said that it has it */
const send = (n: number): Promise<boolean> =>
  withLambda((lambda) =>
    sendEvent(lambda, 'performs', { n }).then(
      () => true,
      () => false,
    ),
  );

const heard = (path: string) => new Set(sink.taken.filter((one) => one.path === path).map(({ body }) => Number(body)));

it(
  'performs every event that it took and tells how it ended, though Teal is killed at every step',
  { timeout: 180_000 },
  async () => {
    teal = await start();
    await build();
    await teal.stop();
    const ends = [];
    const taken: number[] = [];
    let n = 0;
    for (const checkpoint of ['lambda.event.stored', 'lambda.event.performed:2', 'lambda.event.ended:2']) {
      teal = await start('--kill-at', checkpoint);
      for (const next of [++n, ++n, ++n]) if (await send(next)) taken.push(next);
      ends.push(await teal.ended);
    }
    teal = await start();
    for (const next of [++n, ++n, ++n]) if (await send(next)) taken.push(next);
    teal.child.kill('SIGKILL');
    ends.push(await teal.ended);
    teal = await start();

    for (const path of ['/performed', '/told'])
      await eventually(`${path} of all`, () => taken.every((one) => heard(path).has(one)) || undefined, 60_000);

    expect(ends.map(({ signal }) => signal)).toEqual(Array(4).fill('SIGKILL'));
    expect(taken).toEqual(expect.arrayContaining([10, 11, 12]));
    // Stored before the answer: an event whose answer was lost is performed too.
    await eventually('the event without an answer', () => heard('/told').has(1) || undefined);
    expect(taken).not.toContain(1);
  },
);

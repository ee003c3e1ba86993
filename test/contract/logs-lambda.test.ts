import { CloudWatchLogsClient, FilterLogEventsCommand } from '@aws-sdk/client-cloudwatch-logs';
import { CreateFunctionCommand, InvokeCommand, waitUntilFunctionActiveV2 } from '@aws-sdk/client-lambda';
import { strToU8, zipSync } from 'fflate';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startTestTeal, type TestTeal } from '../support/teal.ts';

const PATIENT = { timeout: 60_000, interval: 20 };

let teal: TestTeal;
let logs: CloudWatchLogsClient;

beforeAll(async () => {
  teal = await startTestTeal();
  logs = new CloudWatchLogsClient({
    endpoint: teal.url,
    region: 'us-east-1',
    credentials: { accessKeyId: teal.account, secretAccessKey: 'secret' },
    maxAttempts: 1,
  });
});

afterAll(async () => {
  logs.destroy();
  await teal.close();
});

async function create(FunctionName: string, source: string, more: object = {}): Promise<void> {
  await teal.lambda.send(
    new CreateFunctionCommand({
      FunctionName,
      Role: `arn:aws:iam::${teal.account}:role/f`,
      Runtime: 'nodejs20.x',
      Handler: 'index.handler',
      Code: { ZipFile: zipSync({ 'index.js': strToU8(source) }) },
      ...more,
    }),
  );
  await waitUntilFunctionActiveV2({ client: teal.lambda, maxWaitTime: 60, minDelay: 0.05 }, { FunctionName });
}

const eventsOf = async (logGroupName: string) =>
  (await logs.send(new FilterLogEventsCommand({ logGroupName }))).events ?? [];

/** As a reader sees them, once the report of so many invocations is there. */
const lines = async (logGroupName: string, reports: number): Promise<string[]> => {
  let found: string[] = [];
  await expect
    .poll(async () => {
      found = (await eventsOf(logGroupName).catch(() => [])).map(({ message = '' }) => message);
      return found.filter((line) => line.startsWith('REPORT')).length;
    }, PATIENT)
    .toBe(reports);
  return found;
};

it('stores what a function prints between START and REPORT, in a stream for each sandbox', async () => {
  await create(
    'printing',
    `console.log('loading');
     exports.handler = async (event) => { console.log('hello', event.n); process.stdout.write('no newline'); };`,
  );

  for (const n of [1, 2])
    await teal.lambda.send(
      new InvokeCommand({
        FunctionName: 'printing',
        Payload: strToU8(JSON.stringify({ n })),
        InvocationType: 'RequestResponse',
      }),
    );

  const found = await lines('/aws/lambda/printing', 2);
  const shapes = found.map((line) => line.replace(/^\S+Z\t\S+\t/, '').replace(/^(START|END|REPORT) .*\n$/s, '$1'));
  expect(shapes.filter((line) => line !== 'INFO\tloading\n')).toEqual([
    'START',
    'INFO\thello 1\n',
    'no newline\n',
    'END',
    'REPORT',
    'START',
    'INFO\thello 2\n',
    'no newline\n',
    'END',
    'REPORT',
  ]);
  expect(shapes.filter((line) => line === 'INFO\tloading\n')).toHaveLength(1);
  const streams = new Set((await eventsOf('/aws/lambda/printing')).map(({ logStreamName }) => logStreamName));
  expect([...streams]).toEqual([expect.stringMatching(/^\d{4}\/\d\d\/\d\d\/\[\$LATEST\][0-9a-f]{32}$/)]);
});

it('stores every line of one that prints much', async () => {
  await create(
    'chatty',
    `exports.handler = async () => { for (let i = 0; i < 20000; i++) process.stdout.write('line ' + i + '\\n'); };`,
    {
      Timeout: 60,
    },
  );

  await teal.lambda.send(new InvokeCommand({ FunctionName: 'chatty' }));

  const numbers: string[] = [];
  await expect
    .poll(async () => {
      numbers.length = 0;
      for (let nextToken: string | undefined, first = true; first || nextToken; first = false) {
        const page = await logs.send(
          new FilterLogEventsCommand({ logGroupName: '/aws/lambda/chatty', filterPattern: 'line', nextToken }),
        );
        numbers.push(...(page.events ?? []).map(({ message = '' }) => message));
        nextToken = page.nextToken;
      }
      return numbers.length;
    }, PATIENT)
    .toBe(20_000);
  expect(numbers).toEqual(Array.from({ length: 20_000 }, (_, index) => `line ${index}\n`));
});

// Asks a CloudWatch endpoint in JSON, which both sides speak, over connections that stay open, for some time.
import { Agent, request } from 'node:http';

export interface Rates {
  /** Requests a second. */
  readonly put: number;
  readonly get: number;
}

const CONNECTIONS = 8;
/** Data in each PutMetricData. */
export const DATA = 20;
const SERIES = 200;
const AUTHORIZATION =
  'AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20260101/us-east-1/monitoring/aws4_request, SignedHeaders=host, Signature=0';

/** @param millis - of each of the two parts */
export async function measure(url: string, millis: number): Promise<Rates> {
  const agent = new Agent({ keepAlive: true, maxSockets: CONNECTIONS });
  try {
    // Written before the clock runs: the client is not what is measured.
    const [puts, gets] = [bodies(putBody), bodies(getBody)];
    // Both sides as they are when they have run for a moment.
    await rate(millis / 4, (n) => ask(agent, url, 'PutMetricData', puts[n % SERIES] ?? ''));
    const put = await rate(millis, (n) => ask(agent, url, 'PutMetricData', puts[n % SERIES] ?? ''));
    const get = await rate(millis, (n) => ask(agent, url, 'GetMetricData', gets[n % SERIES] ?? ''));
    return { put, get };
  } finally {
    agent.destroy();
  }
}

async function rate(millis: number, once: (n: number) => Promise<void>): Promise<number> {
  let done = 0;
  const startedAt = performance.now();
  const work = async (): Promise<void> => {
    while (performance.now() - startedAt < millis) await once((done += 1));
  };
  await Promise.all(Array.from({ length: CONNECTIONS }, work));
  return (done * 1000) / (performance.now() - startedAt);
}

const bodies = (write: (n: number) => string): readonly string[] => Array.from({ length: SERIES }, (_, n) => write(n));

const DIMENSIONS = [{ Name: 'Service', Value: 'shop' }];

const putBody = (n: number): string =>
  JSON.stringify({
    Namespace: 'Bench',
    MetricData: Array.from({ length: DATA }, (_, index) => ({
      MetricName: `m${(n * DATA + index) % SERIES}`,
      Value: n % 100,
      Dimensions: DIMENSIONS,
    })),
  });

function getBody(n: number): string {
  const seconds = Math.floor(Date.now() / 1000);
  const metric = { Namespace: 'Bench', MetricName: `m${n % SERIES}`, Dimensions: DIMENSIONS };
  return JSON.stringify({
    StartTime: seconds - 3600,
    EndTime: seconds + 60,
    MetricDataQueries: [{ Id: 'm', MetricStat: { Metric: metric, Period: 60, Stat: 'Sum' } }],
  });
}

function ask(agent: Agent, url: string, operation: string, body: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const asked = request(
      url,
      {
        agent,
        method: 'POST',
        headers: {
          'x-amz-target': `GraniteServiceVersion20100801.${operation}`,
          'content-type': 'application/x-amz-json-1.0',
          'content-length': Buffer.byteLength(body),
          authorization: AUTHORIZATION,
        },
      },
      (answer) => {
        answer.resume().on('error', reject);
        answer.on('end', () =>
          answer.statusCode === 200 ? resolve() : reject(new Error(`${url} answered ${answer.statusCode}`)),
        );
      },
    );
    asked.on('error', reject);
    asked.end(body);
  });
}

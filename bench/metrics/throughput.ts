// Asks a CloudWatch endpoint as query clients do, over connections that stay open, for some time.
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
    const put = await rate(millis, (n) => ask(agent, url, putBody(n)));
    const get = await rate(millis, (n) => ask(agent, url, getBody(n)));
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

function putBody(n: number): string {
  const form = new URLSearchParams({ Action: 'PutMetricData', Version: '2010-08-01', Namespace: 'Bench' });
  for (let index = 1; index <= DATA; index += 1) {
    const member = `MetricData.member.${index}`;
    form.set(`${member}.MetricName`, `m${(n * DATA + index) % SERIES}`);
    form.set(`${member}.Value`, String(n % 100));
    form.set(`${member}.Dimensions.member.1.Name`, 'Service');
    form.set(`${member}.Dimensions.member.1.Value`, 'shop');
  }
  return form.toString();
}

function getBody(n: number): string {
  const now = Date.now();
  const query = 'MetricDataQueries.member.1';
  return new URLSearchParams({
    Action: 'GetMetricData',
    Version: '2010-08-01',
    StartTime: new Date(now - 3_600_000).toISOString(),
    EndTime: new Date(now + 60_000).toISOString(),
    [`${query}.Id`]: 'm',
    [`${query}.MetricStat.Metric.Namespace`]: 'Bench',
    [`${query}.MetricStat.Metric.MetricName`]: `m${n % SERIES}`,
    [`${query}.MetricStat.Metric.Dimensions.member.1.Name`]: 'Service',
    [`${query}.MetricStat.Metric.Dimensions.member.1.Value`]: 'shop',
    [`${query}.MetricStat.Period`]: '60',
    [`${query}.MetricStat.Stat`]: 'Sum',
  }).toString();
}

function ask(agent: Agent, url: string, body: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const asked = request(
      url,
      {
        agent,
        method: 'POST',
        headers: {
          'content-type': 'application/x-www-form-urlencoded; charset=utf-8',
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

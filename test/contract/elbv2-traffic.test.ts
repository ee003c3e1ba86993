import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import {
  ModifyListenerCommand,
  ModifyLoadBalancerAttributesCommand,
  ModifyTargetGroupAttributesCommand,
  type ElasticLoadBalancingV2Client,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { startBackend, type Backend } from '../../src/drivers/balancers/testing/backend.ts';
import { ask, type Answer } from '../../src/drivers/balancers/testing/client.ts';
import { elbStack, forwardTo, type ElbStack } from '../support/elb-stack.ts';
import { startTestTeal, type TestTeal } from '../support/teal.ts';

let teal: TestTeal;
let elb: ElasticLoadBalancingV2Client;
let stack: ElbStack;
let backends: Backend[];

beforeEach(async () => {
  backends = [];
  teal = await startTestTeal();
  elb = teal.elbv2;
  stack = await elbStack(teal, 18_500);
});

afterEach(async () => {
  await teal.close();
  for (const backend of backends) await backend.close();
});

/** A group whose targets answer the headers they got, and healthy. */
async function groupOf(...names: string[]): Promise<string> {
  const group = await stack.group({
    HealthCheckPath: '/health',
    HealthCheckIntervalSeconds: 20,
    HealthCheckTimeoutSeconds: 15,
  });
  for (const name of names) {
    const backend = await startBackend(name, (request, response) => {
      response.setHeader('set-cookie', 'SESSION=1');
      response.setHeader('x-name', name);
      response.end(JSON.stringify(request.headers));
    });
    backends.push(backend);
    await stack.register(group, backend.port);
  }
  return group;
}

const healthy = (group: string, count: number) =>
  expect.poll(() => stack.states(group)).toEqual(Array.from({ length: count }, () => 'healthy'));

const setGroup = (TargetGroupArn: string, values: Record<string, string>) =>
  elb.send(
    new ModifyTargetGroupAttributesCommand({
      TargetGroupArn,
      Attributes: Object.entries(values).map(([Key, Value]) => ({ Key, Value })),
    }),
  );

const setBalancer = (LoadBalancerArn: string, values: Record<string, string>) =>
  elb.send(
    new ModifyLoadBalancerAttributesCommand({
      LoadBalancerArn,
      Attributes: Object.entries(values).map(([Key, Value]) => ({ Key, Value })),
    }),
  );

const cookiesOf = ({ headers }: Answer): string =>
  (headers['set-cookie'] ?? []).map((cookie) => cookie.split(';')[0]).join('; ');

const seen = ({ body }: Answer) => JSON.parse(body.toString()) as Record<string, string>;

/** Which targets answer twenty requests. */
async function names(port: number, headers: Record<string, string> = {}): Promise<Set<unknown>> {
  const found = new Set<unknown>();
  for (let turn = 0; turn < 20; turn++) found.add((await ask({ port, headers })).headers['x-name']);
  return found;
}

it.each([
  ['lb_cookie', {}, 'AWSALB='],
  ['app_cookie', { 'stickiness.app_cookie.cookie_name': 'SESSION' }, 'AWSALBAPP'],
])('keeps a client with one target by %s, and others with none', async (type, more, cookie) => {
  const group = await groupOf('one', 'two');
  const port = await stack.boundPort(await stack.listener(await stack.balancer(), forwardTo(group)));
  await healthy(group, 2);
  await setGroup(group, { 'stickiness.enabled': 'true', 'stickiness.type': type, ...more });

  const first = await ask({ port });

  expect(cookiesOf(first)).toContain(cookie);
  expect(await names(port, { cookie: cookiesOf(first) })).toEqual(new Set([first.headers['x-name']]));
  expect(await names(port)).toEqual(new Set(['one', 'two']));
});

it('keeps a client with its target group while the weights move', async () => {
  const [blue, green] = [await groupOf('blue'), await groupOf('green')];
  const listener = await stack.listener(await stack.balancer(), forwardTo(blue));
  const port = await stack.boundPort(listener);
  const shift = (blueWeight: number, greenWeight: number) =>
    elb.send(
      new ModifyListenerCommand({
        ListenerArn: listener,
        DefaultActions: [
          {
            Type: 'forward',
            ForwardConfig: {
              TargetGroups: [
                { TargetGroupArn: blue, Weight: blueWeight },
                { TargetGroupArn: green, Weight: greenWeight },
              ],
              TargetGroupStickinessConfig: { Enabled: true, DurationSeconds: 600 },
            },
          },
        ],
      }),
    );
  await shift(100, 0);
  await healthy(blue, 1);
  await healthy(green, 1);
  const cookie = cookiesOf(await ask({ port }));
  expect(cookie).toContain('AWSALBTG=');

  await shift(10, 90);

  expect(await names(port, { cookie })).toEqual(new Set(['blue']));
  expect(await names(port)).toContain('green');
});

it('tells targets about the client as the load balancer is told to', async () => {
  const group = await groupOf('one');
  const balancer = await stack.balancer();
  const port = await stack.boundPort(await stack.listener(balancer, forwardTo(group)));
  await healthy(group, 1);
  const forwarded = async (values: Record<string, string>) => {
    await setBalancer(balancer, values);
    return seen(await ask({ port, headers: { 'x-forwarded-for': '192.0.2.1', bad_name: 'x' } }));
  };

  expect(await forwarded({})).toMatchObject({ 'x-forwarded-for': '192.0.2.1, 127.0.0.1', bad_name: 'x' });
  expect(
    await forwarded({
      'routing.http.xff_header_processing.mode': 'preserve',
      'routing.http.drop_invalid_header_fields.enabled': 'true',
    }),
  ).toSatisfy(
    (headers: Record<string, string>) => headers['x-forwarded-for'] === '192.0.2.1' && !('bad_name' in headers),
  );
  expect(await forwarded({ 'routing.http.xff_header_processing.mode': 'remove' })).not.toHaveProperty(
    'x-forwarded-for',
  );
  expect(
    (
      await forwarded({
        'routing.http.xff_header_processing.mode': 'append',
        'routing.http.xff_client_port.enabled': 'true',
      })
    )['x-forwarded-for'],
  ).toMatch(/^192\.0\.2\.1, 127\.0\.0\.1:\d+$/);
});

it('writes access logs to the folder of the bucket', async () => {
  const group = await groupOf('one');
  const balancer = await stack.balancer();
  const port = await stack.boundPort(await stack.listener(balancer, forwardTo(group)));
  await healthy(group, 1);
  await setBalancer(balancer, {
    'access_logs.s3.enabled': 'true',
    'access_logs.s3.bucket': 'my-logs',
    'access_logs.s3.prefix': 'web',
  });

  await ask({ port, path: '/logged?a=b' });
  await setBalancer(balancer, { 'access_logs.s3.enabled': 'false' });

  const folder = join(teal.data, 'access-logs/my-logs/web/AWSLogs', teal.account, 'elasticloadbalancing/us-east-1');
  await expect.poll(() => logLines(folder)).toHaveLength(1);
  expect((await logLines(folder))[0]).toContain('/logged?a=b HTTP/1.1"');
});

async function logLines(folder: string): Promise<string[]> {
  const files = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  const texts = files
    .filter((file) => file.isFile())
    .map(async ({ parentPath, name }) => {
      const bytes = await readFile(join(parentPath, name));
      return name.endsWith('.gz') ? gunzipSync(bytes).toString() : bytes.toString();
    });
  return (await Promise.all(texts))
    .join('')
    .split('\n')
    .filter((line) => line !== '');
}

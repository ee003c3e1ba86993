import {
  CreateDeploymentCommand,
  GetDeploymentTargetCommand,
  PutLifecycleEventHookExecutionStatusCommand,
  StopDeploymentCommand,
  type LifecycleEvent,
} from '@aws-sdk/client-codedeploy';
import { createHmac } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { eventually } from '../support/eventually.ts';
import { freePort } from '../support/free-port.ts';
import { openHttpSink, type HttpSink, type Taken } from '../support/http-sink.ts';
import { Shop, type Stack } from '../support/shop.ts';

let shop: Shop;
let sink: HttpSink;
let stack: Stack;
/** What the endpoint answers at each path, one after the other; then 202. */
const answers: Record<string, number[]> = {};

beforeAll(async () => {
  shop = await Shop.open(47_400);
  sink = await openHttpSink(({ path }) => answers[path]?.shift() ?? 202);
  stack = await shop.build('hooked');
});

afterAll(async () => {
  await shop?.close();
  await sink?.close();
});

interface Told {
  readonly DeploymentId: string;
  readonly LifecycleEventHookExecutionId: string;
}

const at = (path: string): Taken[] => sink.taken.filter((taken) => taken.path === path);
const told = ({ body }: Taken): Told => JSON.parse(body) as Told;

const report = ({ DeploymentId, LifecycleEventHookExecutionId }: Told, status: 'Succeeded' | 'Failed') =>
  shop.teal.codedeploy.send(
    new PutLifecycleEventHookExecutionStatusCommand({
      deploymentId: DeploymentId,
      lifecycleEventHookExecutionId: LifecycleEventHookExecutionId,
      status,
    }),
  );

async function eventOf(deploymentId: string, name: string): Promise<LifecycleEvent | undefined> {
  const command = new GetDeploymentTargetCommand({ deploymentId, targetId: 'shop:hooked' });
  const { deploymentTarget } = await shop.teal.codedeploy.send(command);
  return deploymentTarget?.ecsTarget?.lifecycleEvents?.find((event) => event.lifecycleEventName === name);
}

const secretOf = async (query: string, init?: RequestInit): Promise<Response> =>
  fetch(`${shop.teal.url}/_teal/webhooks/secret?${query}`, init);

const HOOK_FAILED = {
  code: 'HOOK_EXECUTION_FAILURE',
  message: 'The deployment failed because one or more of the lifecycle event validation functions failed.',
};

it('tells an endpoint of two keys, signed with the secret of its account, and goes on when the result is reported', async () => {
  const id = await shop.deploy(stack, { BeforeInstall: `${sink.url}/good` });
  const taken = await eventually('the call', () => at('/good')[0]);
  expect(await eventOf(id, 'BeforeInstall')).toMatchObject({ status: 'InProgress' });
  await report(told(taken), 'Succeeded');
  await shop.reach(id, 'Ready');
  await shop.teal.codedeploy.send(new StopDeploymentCommand({ deploymentId: id }));
  await shop.reach(id, 'Stopped');

  expect(Object.keys(told(taken)).sort()).toEqual(['DeploymentId', 'LifecycleEventHookExecutionId']);
  expect(told(taken).DeploymentId).toBe(id);
  expect(at('/good')).toHaveLength(1);
  const { headers, body } = taken;
  const { secret } = (await (await secretOf(`account=${shop.teal.account}`)).json()) as { secret: string };
  const key = Buffer.from(secret.replace(/^whsec_/, ''), 'base64');
  const signed = `${String(headers['webhook-id'])}.${String(headers['webhook-timestamp'])}.${body}`;
  expect(key).toHaveLength(32);
  expect(headers['webhook-signature']).toBe(`v1,${createHmac('sha256', key).update(signed).digest('base64')}`);
  expect(Math.abs(Date.now() / 1000 - Number(headers['webhook-timestamp']))).toBeLessThan(120);
  expect(headers).toMatchObject({
    'content-type': 'application/json',
    'teal-endpoint': shop.teal.url,
    'teal-account': shop.teal.account,
    'teal-region': 'us-east-1',
  });
  expect(JSON.stringify(headers)).not.toContain(told(taken).LifecycleEventHookExecutionId);
});

it('tries again at 503, 429 and 408 with the same id, and takes one result for all attempts', async () => {
  answers['/busy'] = [503, 429, 408, 500];
  const id = await shop.deploy(stack, { BeforeInstall: `${sink.url}/busy` });
  await eventually('five attempts', () => at('/busy')[4]);
  const calls = at('/busy');
  await report(told(calls[0] as Taken), 'Failed');
  const { errorInformation, rollbackInfo } = await shop.reach(id, 'Failed');

  expect(calls).toHaveLength(5);
  expect(new Set(calls.map(({ headers }) => headers['webhook-id'])).size).toBe(1);
  expect(new Set(calls.map(({ body }) => body)).size).toBe(1);
  expect(errorInformation).toEqual(HOOK_FAILED);
  expect(rollbackInfo).toBeUndefined();
  expect(await eventOf(id, 'BeforeInstall')).toMatchObject({
    status: 'Failed',
    diagnostics: {
      errorCode: 'ScriptFailed',
      scriptName: `${sink.url}/busy`,
      message: `The endpoint ${sink.url}/busy reported Failed.`,
      logTail: 'HTTP 202',
    },
  });
  expect(await eventOf(id, 'Install')).toMatchObject({ status: 'Skipped' });
});

it('reaches an endpoint that comes up late', async () => {
  const port = await freePort();
  const id = await shop.deploy(stack, { BeforeInstall: `http://127.0.0.1:${port}/late` });
  await eventually('the first attempt', async () => {
    const page = await fetch(`${shop.teal.url}/_teal/deployments/${id}?account=${shop.teal.account}`);
    const { wait } = (await page.json()) as { wait?: { detail: string } };
    return wait?.detail.includes('could not be invoked yet') ? wait : undefined;
  });
  const bodies: string[] = [];
  const late = await listen(port, (body) => bodies.push(body));
  const body = await eventually('the call', () => bodies[0]);
  await report(JSON.parse(body) as Told, 'Failed');
  await shop.reach(id, 'Failed');
  await new Promise((resolve) => late.close(resolve));
});

it.each([
  [404, ''],
  [401, ''],
  [301, 'redirects are not followed'],
])('does not try again at %i, and shows it', async (status, words) => {
  const path = `/final-${status}`;
  answers[path] = [status];
  const id = await shop.deploy(stack, { BeforeInstall: `${sink.url}${path}` });
  const { errorInformation } = await shop.reach(id, 'Failed');

  expect(errorInformation).toEqual(HOOK_FAILED);
  expect(at(path)).toHaveLength(1);
  const { diagnostics } = (await eventOf(id, 'BeforeInstall')) ?? {};
  expect(diagnostics).toMatchObject({
    errorCode: 'UnknownError',
    scriptName: `${sink.url}${path}`,
    logTail: `HTTP ${status}`,
  });
  expect(diagnostics?.message).toContain(`answered ${status}`);
  expect(diagnostics?.message).toContain(words);
});

it.each([
  ['http://hooks.example.com/a', 'Hooks.AfterInstall: http:// is for endpoints on this machine'],
  ['https://me:hunter2@hooks.example.com/a', 'must not contain a user name or password'],
  ['what is this', 'Hooks.AfterInstall must be the name or ARN of one function, or the https:// address'],
])('refuses a deployment whose hook is %s', async (target, words) => {
  const content = JSON.stringify({
    version: 0.0,
    Resources: [
      {
        TargetService: {
          Type: 'AWS::ECS::Service',
          Properties: { TaskDefinition: 'web:1', LoadBalancerInfo: { ContainerName: 'web', ContainerPort: 8080 } },
        },
      },
    ],
    Hooks: [{ AfterInstall: target }],
  });
  const refused = shop.teal.codedeploy.send(
    new CreateDeploymentCommand({
      applicationName: 'shop',
      deploymentGroupName: 'hooked',
      revision: { revisionType: 'AppSpecContent', appSpecContent: { content } },
    }),
  );

  await expect(refused).rejects.toMatchObject({
    name: 'InvalidRevisionException',
    message: expect.stringContaining(words) as string,
  });
  await expect(refused).rejects.not.toMatchObject({ message: expect.stringContaining('hunter2') as string });
});

it('keeps one secret for each account and region, and shows it to no web page', async () => {
  const read = async (query: string) => ((await (await secretOf(query)).json()) as { secret: string }).secret;
  const query = `account=${shop.teal.account}&region=us-east-1`;

  expect(await read(query)).toBe(await read(query));
  expect(new Set([await read(query), await read(`${query}0`), await read('account=111122223333')]).size).toBe(3);
  expect((await secretOf(query, { headers: { origin: 'https://evil.example' } })).status).toBe(403);
  expect((await secretOf('account=me')).status).toBe(400);
});

async function listen(port: number, take: (body: string) => unknown): Promise<Server> {
  const server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk: Buffer) => (body += chunk.toString()));
    request.on('end', () => {
      take(body);
      response.writeHead(202).end();
    });
  });
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  return server;
}

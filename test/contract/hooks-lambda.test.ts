import {
  GetDeploymentTargetCommand,
  PutLifecycleEventHookExecutionStatusCommand,
  StopDeploymentCommand,
  type LifecycleEvent,
} from '@aws-sdk/client-codedeploy';
import { CreateFunctionCommand, waitUntilFunctionActiveV2 } from '@aws-sdk/client-lambda';
import { strToU8, zipSync } from 'fflate';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { eventually } from '../support/eventually.ts';
import { openHttpSink, type HttpSink } from '../support/http-sink.ts';
import { Shop, type Stack } from '../support/shop.ts';

let shop: Shop;
let sink: HttpSink;
let stack: Stack;

beforeAll(async () => {
  shop = await Shop.open(47_500);
  // Reports for the functions, which then need no SDK.
  sink = await openHttpSink(async ({ path, body }) => {
    const status = path === '/succeed' ? 'Succeeded' : 'Failed';
    if (path !== '/silent') await report(JSON.parse(body) as Told, status);
    return 200;
  });
  stack = await shop.build('hooked');
  const tell = (path: string) => `await fetch('${sink.url}${path}', { method: 'POST', body: JSON.stringify(event) });`;
  await create('good', tell('/succeed'));
  await create('bad', `console.log('checking', event.DeploymentId); console.log('cart is broken'); ${tell('/fail')}`);
  await create('talking', `console.log('é'.repeat(10_000)); console.log('the end'); ${tell('/fail')}`);
  await create('lingering', `${tell('/fail')} await new Promise((wake) => setTimeout(wake, 100_000));`);
  await create('silent', tell('/silent'));
});

afterAll(async () => {
  await shop?.close();
  await sink?.close();
});

async function create(FunctionName: string, body: string): Promise<void> {
  const source = `exports.handler = async (event) => { ${body} };`;
  await shop.teal.lambda.send(
    new CreateFunctionCommand({
      FunctionName,
      Role: `arn:aws:iam::${shop.teal.account}:role/f`,
      Runtime: 'nodejs20.x',
      Handler: 'index.handler',
      Timeout: 120,
      Code: { ZipFile: zipSync({ 'index.js': strToU8(source) }) },
    }),
  );
  await waitUntilFunctionActiveV2({ client: shop.teal.lambda, maxWaitTime: 60, minDelay: 0.05 }, { FunctionName });
}

interface Told {
  readonly DeploymentId: string;
  readonly LifecycleEventHookExecutionId: string;
}

const report = ({ DeploymentId, LifecycleEventHookExecutionId }: Told, status: string) =>
  shop.teal.codedeploy.send(
    new PutLifecycleEventHookExecutionStatusCommand({
      deploymentId: DeploymentId,
      lifecycleEventHookExecutionId: LifecycleEventHookExecutionId,
      status: status as 'Succeeded',
    }),
  );

async function beforeInstall(deploymentId: string): Promise<LifecycleEvent | undefined> {
  const command = new GetDeploymentTargetCommand({ deploymentId, targetId: 'shop:hooked' });
  const { deploymentTarget } = await shop.teal.codedeploy.send(command);
  return deploymentTarget?.ecsTarget?.lifecycleEvents?.[0];
}

const toldOf = (deploymentId: string): Promise<Told> =>
  eventually('what the function was told', () => {
    const found = sink.taken.find(({ body }) => body.includes(deploymentId));
    return found && (JSON.parse(found.body) as Told);
  });

async function stop(deploymentId: string): Promise<void> {
  await shop.teal.codedeploy.send(new StopDeploymentCommand({ deploymentId }));
  await shop.reach(deploymentId, 'Stopped');
}

const HOOK_FAILED = {
  code: 'HOOK_EXECUTION_FAILURE',
  message: 'The deployment failed because one or more of the lifecycle event validation functions failed.',
};

it('shows the log of a function that reported Failed', async () => {
  const id = await shop.deploy(stack, { BeforeInstall: 'bad' });
  const { errorInformation } = await shop.reach(id, 'Failed');

  expect(errorInformation).toEqual(HOOK_FAILED);
  const { diagnostics, status } = (await beforeInstall(id)) ?? {};
  expect(status).toBe('Failed');
  expect(diagnostics).toMatchObject({
    errorCode: 'ScriptFailed',
    scriptName: 'bad',
    message: 'The function bad reported Failed.',
  });
  expect(diagnostics?.logTail).toMatch(/^START RequestId: \S+ Version: \$LATEST\n/);
  expect(diagnostics?.logTail).toContain(`checking ${id}`);
  expect(diagnostics?.logTail).toContain('cart is broken');
});

it('shows the log of this invocation only, and of a long one the last 4 KiB', async () => {
  const first = await shop.deploy(stack, { BeforeInstall: 'bad' });
  await shop.reach(first, 'Failed');
  const second = await shop.deploy(stack, { BeforeInstall: 'talking' });
  await shop.reach(second, 'Failed');

  expect((await beforeInstall(first))?.diagnostics?.logTail?.match(/START/g)).toHaveLength(1);
  const tail = (await beforeInstall(second))?.diagnostics?.logTail ?? '';
  expect(Buffer.byteLength(tail)).toBeLessThanOrEqual(4096);
  expect(Buffer.byteLength(tail)).toBeGreaterThan(4000);
  expect(tail).toContain('the end');
  expect(tail).not.toContain('\ufffd');
});

it('does not wait for the end of a function that reported Failed and lingers', async () => {
  const id = await shop.deploy(stack, { BeforeInstall: 'lingering' });
  const { completeTime, startTime } = await shop.reach(id, 'Failed');

  expect((completeTime?.getTime() ?? Infinity) - (startTime?.getTime() ?? 0)).toBeLessThan(100_000);
  expect((await beforeInstall(id))?.diagnostics?.logTail).toMatch(/^START/);
});

it.each([
  ['missing', 'Function not found: arn:aws:lambda:us-east-1:ACCOUNT:function:missing'],
  ['good:live', 'Function not found: arn:aws:lambda:us-east-1:ACCOUNT:function:good:live'],
  ['arn:aws:lambda:us-east-1:ACCOUNT:function:good:1', 'Function not found: '],
  ['arn:aws:lambda:us-east-1:999988887777:function:good', 'Function not found: arn:aws:lambda:us-east-1:999988887777'],
  ['arn:aws:lambda:eu-west-1:ACCOUNT:function:good', "Functions from 'eu-west-1' are not reachable in this region"],
])('fails the event when its function is %s, which cannot be invoked', async (name, words) => {
  const target = name.replace('ACCOUNT', shop.teal.account);
  const id = await shop.deploy(stack, { BeforeInstall: target });
  const { errorInformation } = await shop.reach(id, 'Failed');

  expect(errorInformation).toEqual(HOOK_FAILED);
  expect((await beforeInstall(id))?.diagnostics).toMatchObject({
    errorCode: 'UnknownError',
    scriptName: target,
    message: expect.stringContaining(words.replace('ACCOUNT', shop.teal.account)) as string,
  });
});

it.each(['good', 'good:$LATEST', 'ACCOUNT:function:good', 'arn:aws:lambda:us-east-1:ACCOUNT:function:good'])(
  'invokes a function that is named %s',
  async (name) => {
    const id = await shop.deploy(stack, { BeforeInstall: name.replace('ACCOUNT', shop.teal.account) });
    await shop.reach(id, 'Ready');
    await stop(id);

    expect(await beforeInstall(id)).toMatchObject({ status: 'Succeeded' });
    expect((await beforeInstall(id))?.diagnostics).toBeUndefined();
  },
);

it('takes one result, for an execution it knows, while its event runs', async () => {
  const id = await shop.deploy(stack, { BeforeInstall: 'silent' });
  const told = await toldOf(id);
  const other = { ...told, LifecycleEventHookExecutionId: 'nobody' };

  await expect(report(other, 'Succeeded')).rejects.toThrow(
    `The lifecycleEventHookExecutionId 'nobody' is not one of the deployment ${id}.`,
  );
  await expect(report(other, 'Succeeded')).rejects.toMatchObject({
    name: 'InvalidLifecycleEventHookExecutionIdException',
  });
  for (const status of ['InProgress', 'Pending', 'Skipped', 'Unknown', 'Done'])
    await expect(report(told, status)).rejects.toMatchObject({
      name: 'InvalidLifecycleEventHookExecutionStatusException',
    });
  await expect(report({ ...told, DeploymentId: 'd-NOBODY000' }, 'Failed')).rejects.toMatchObject({
    name: 'DeploymentDoesNotExistException',
  });
  expect(await report(told, 'Succeeded')).toMatchObject({
    lifecycleEventHookExecutionId: told.LifecycleEventHookExecutionId,
  });
  for (const status of ['Succeeded', 'Failed'])
    await expect(report(told, status)).rejects.toMatchObject({ name: 'LifecycleEventAlreadyCompletedException' });
  await shop.reach(id, 'Ready');
  await expect(report(told, 'Failed')).rejects.toMatchObject({ name: 'LifecycleEventAlreadyCompletedException' });
  await stop(id);
  await expect(report(told, 'Failed')).rejects.toMatchObject({ name: 'LifecycleEventAlreadyCompletedException' });
});

it('takes no result for a deployment that was stopped while its hook ran', async () => {
  const id = await shop.deploy(stack, { BeforeInstall: 'silent' });
  const told = await toldOf(id);
  await stop(id);

  await expect(report(told, 'Succeeded')).rejects.toMatchObject({ name: 'LifecycleEventAlreadyCompletedException' });
  expect(await beforeInstall(id)).toMatchObject({
    status: 'Failed',
    diagnostics: { errorCode: 'UnknownError', message: 'The deployment was stopped by a StopDeployment request.' },
  });
});

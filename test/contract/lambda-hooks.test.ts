import { CreateAliasCommand } from '@aws-sdk/client-lambda';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createFunction, updateCode } from '../support/functions.ts';
import { Shop } from '../support/shop.ts';

/** A hook that always reports the same. */
const reports = (status: 'Succeeded' | 'Failed') => `
const { CodeDeployClient, PutLifecycleEventHookExecutionStatusCommand } = require('@aws-sdk/client-codedeploy');
exports.handler = ({ DeploymentId: deploymentId, LifecycleEventHookExecutionId: lifecycleEventHookExecutionId }) =>
  new CodeDeployClient({}).send(
    new PutLifecycleEventHookExecutionStatusCommand({ deploymentId, lifecycleEventHookExecutionId, status: '${status}' }),
  );`;

let shop: Shop;
beforeAll(async () => {
  shop = await Shop.open(47_700);
  const { lambda } = shop.teal;
  await createFunction(lambda, 'check', reports('Failed'), { Publish: true });
  await updateCode(lambda, 'check', reports('Succeeded'), { Publish: true });
  await updateCode(lambda, 'check', reports('Failed'));
  await lambda.send(new CreateAliasCommand({ FunctionName: 'check', Name: 'live', FunctionVersion: '2' }));
});
afterAll(() => shop.close());

const arnOf = (name: string) => `arn:aws:lambda:us-east-1:${shop.teal.account}:function:${name}`;

it.each([
  ['alias', 'live', 'Ready'],
  ['version', '1', 'Failed'],
])('runs the %s that a hook of a deployment names', async (kind, qualifier, status) => {
  const stack = await shop.build(kind);

  const id = await shop.deploy(stack, { BeforeInstall: `${arnOf('check')}:${qualifier}` });

  const ended = await shop.reach(id, 'Ready', 'Failed');
  expect(ended.status).toBe(status);
  expect(ended.errorInformation?.code).toBe(status === 'Failed' ? 'HOOK_EXECUTION_FAILURE' : undefined);
});

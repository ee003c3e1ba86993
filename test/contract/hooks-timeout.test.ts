import { GetDeploymentTargetCommand, type Diagnostics } from '@aws-sdk/client-codedeploy';
import { CreateFunctionCommand, waitUntilFunctionActiveV2 } from '@aws-sdk/client-lambda';
import { strToU8, zipSync } from 'fflate';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openHttpSink, type HttpSink } from '../support/http-sink.ts';
import { Shop } from '../support/shop.ts';

/** The hour of a hook is 20 seconds then: enough for a function to start three times on a busy machine. */
const TIME_SCALE = 180;

let shop: Shop;
let sink: HttpSink;

beforeAll(async () => {
  shop = await Shop.open(47_600, TIME_SCALE);
  sink = await openHttpSink(({ path }) => (path === '/busy' ? 503 : 202));
});

afterAll(async () => {
  await shop?.close();
  await sink?.close();
});

const SILENT =
  'The deployment timed out while waiting for a status callback. CodeDeploy expects a status callback within one hour after a deployment hook is invoked.';

/** Deploys to a service of its own with this hook, to the end. */
async function fail(name: string, hook: string): Promise<{ message: string; code: string; diagnostics: Diagnostics }> {
  const stack = await shop.build(name);
  const id = await shop.deploy(stack, { BeforeInstall: hook });
  const { errorInformation } = await shop.reach(id, 'Failed');
  const command = new GetDeploymentTargetCommand({ deploymentId: id, targetId: `shop:${name}` });
  const { deploymentTarget } = await shop.teal.codedeploy.send(command);
  const diagnostics = deploymentTarget?.ecsTarget?.lifecycleEvents?.[0]?.diagnostics ?? {};
  return { message: errorInformation?.message ?? '', code: errorInformation?.code ?? '', diagnostics };
}

describe.concurrent('the hour of a hook', () => {
  it('ends at a function that throws, and shows what it threw', async () => {
    const source = `exports.handler = async () => { throw new Error('the database is away'); };`;
    await shop.teal.lambda.send(
      new CreateFunctionCommand({
        FunctionName: 'throwing',
        Role: `arn:aws:iam::${shop.teal.account}:role/f`,
        Runtime: 'nodejs20.x',
        Handler: 'index.handler',
        Code: { ZipFile: zipSync({ 'index.js': strToU8(source) }) },
      }),
    );
    await waitUntilFunctionActiveV2(
      { client: shop.teal.lambda, maxWaitTime: 60, minDelay: 0.05 },
      { FunctionName: 'throwing' },
    );

    const { code, message, diagnostics } = await fail('throws', 'throwing');

    expect({ code, message }).toEqual({ code: 'HOOK_EXECUTION_FAILURE', message: SILENT });
    expect(diagnostics).toMatchObject({ errorCode: 'ScriptTimedOut', scriptName: 'throwing', message: SILENT });
    expect(diagnostics.logTail).toContain('the database is away');
  });

  it('ends at an endpoint that took the call and reports nothing', async () => {
    const { code, message, diagnostics } = await fail('forgets', `${sink.url}/forgets`);

    expect({ code, message }).toEqual({ code: 'HOOK_EXECUTION_FAILURE', message: SILENT });
    expect(diagnostics).toMatchObject({ errorCode: 'ScriptTimedOut', message: SILENT, logTail: 'HTTP 202' });
    expect(sink.taken.filter(({ path }) => path === '/forgets')).toHaveLength(1);
  });

  it('ends at an endpoint that is always busy, and says how often it was tried', async () => {
    const { code, diagnostics } = await fail('busy', `${sink.url}/busy`);

    expect(code).toBe('HOOK_EXECUTION_FAILURE');
    expect(diagnostics).toMatchObject({ errorCode: 'ScriptTimedOut', logTail: 'HTTP 503' });
    const attempts = sink.taken.filter(({ path }) => path === '/busy').length;
    expect(diagnostics.message).toBe(
      `The endpoint ${sink.url}/busy could not be invoked within one hour, in ${attempts} attempts. The last one: The endpoint ${sink.url}/busy answered 503.`,
    );
    expect(attempts).toBeGreaterThan(5);
  });
});

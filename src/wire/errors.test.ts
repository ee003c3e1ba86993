import { ClusterNotFoundException } from '@aws-sdk/client-ecs';
import { TargetGroupNotFoundException } from '@aws-sdk/client-elastic-load-balancing-v2';
import { NoSuchEntityException } from '@aws-sdk/client-iam';
import { ResourceNotFoundException, TooManyRequestsException } from '@aws-sdk/client-lambda';
import { expect, it } from 'vitest';
import { form, json, serve, service, signedFor, type Answer } from '../../test/wire/serve.ts';
import { silentLogger, type LogFields } from '../kernel/logger.ts';
import { ApiError, fault } from './api-error.ts';
import type { AnyActions, Service } from './types.ts';

const throwing = (error: unknown) => () => {
  throw error;
};
const done = () => ({});

const ecs = (operation: string, body: unknown) => json(`AmazonEC2ContainerServiceV20141113.${operation}`, body);
const elb = (body: string) => form(`${body}&Version=2015-12-01`, signedFor('elasticloadbalancing'));
const ec2 = (body: string) => form(`${body}&Version=2016-11-15`, signedFor('ec2'));
const iam = (body: string) => form(`${body}&Version=2010-05-08`, signedFor('iam'));

async function ask(served: Service, path: string, init: RequestInit): Promise<Answer> {
  await using wire = await serve([served]);
  return await wire.ask(path, init);
}

const askEcs = (actions: AnyActions, operation: string, body: unknown) =>
  ask(service('ecs', actions), '/', ecs(operation, body));
const askElb = (actions: AnyActions, body: string) => ask(service('elbv2', actions), '/', elb(body));
const askEc2 = (actions: AnyActions, body: string) => ask(service('ec2', actions), '/', ec2(body));
const askLambda = (actions: AnyActions, path: string, init: RequestInit = {}) =>
  ask(service('lambda', actions), path, init);

it('names the action that Teal lacks, with a status that no SDK retries', async () => {
  const answers = [
    await askEcs({}, 'ExecuteCommand', {}),
    await askElb({}, 'Action=DescribeRules'),
    await askEc2({}, 'Action=RunInstances'),
    await askLambda({}, '/2015-03-31/functions/'),
  ];

  expect(answers.map(({ status }) => status)).toEqual([400, 400, 400, 400]);
  expect(answers[0]?.text).toBe(
    '{"__type":"UnsupportedOperationException","message":"Teal does not serve ecs:ExecuteCommand yet."}',
  );
  expect(answers[1]?.text).toContain('<Code>InvalidAction</Code><Message>Teal does not serve elbv2:DescribeRules yet.');
  expect(answers[2]?.text).toContain(
    '<Code>UnsupportedOperation</Code><Message>Teal does not serve ec2:RunInstances yet.',
  );
  expect(answers[3]?.headers.get('x-amzn-errortype')).toBe('UnsupportedOperationException');
});

it('answers an operation that AWS does not have in the way of each protocol', async () => {
  const answers = [
    await askEcs({}, 'Nope', {}),
    await askElb({}, 'Action=Nope'),
    await askEc2({}, 'Action=Nope'),
    await askLambda({}, '/2015-03-31/nope'),
  ];

  expect(answers.map(({ status }) => status)).toEqual([400, 400, 400, 404]);
  expect(answers[0]?.text).toBe('{"__type":"UnknownOperationException"}');
  expect(answers[1]?.text).toContain(
    '<Code>InvalidAction</Code><Message>Could not find operation Nope for version 2015-12-01',
  );
  expect(answers[2]?.text).toContain('<Errors><Error><Code>InvalidAction</Code>');
  expect(answers[3]?.headers.get('x-amzn-errortype')).toBe('UnknownOperationException');
});

it('does not take what every object has for an operation', async () => {
  const answer = await askEcs({}, 'constructor', {});

  expect(answer.text).toContain('UnknownOperationException');
});

it('refuses a wrong type and names the path', async () => {
  const answers = [
    await askEcs({ CreateService: done }, 'CreateService', { serviceName: 5 }),
    await askEcs({ CreateService: done }, 'CreateService', { serviceName: 'a', desiredCount: 1.5 }),
    await askElb({ DescribeTargetGroups: done }, 'Action=DescribeTargetGroups&PageSize=ten'),
    await askEc2({ DescribeVpcs: done }, 'Action=DescribeVpcs&DryRun=maybe'),
    await askLambda({ ListFunctions: done }, '/2015-03-31/functions/?MaxItems=x'),
  ];

  expect(answers.map(({ status }) => status)).toEqual([400, 400, 400, 400, 400]);
  expect(answers[0]?.text).toBe(
    '{"__type":"SerializationException","message":"serviceName: NUMBER_VALUE can not be converted to String"}',
  );
  expect(answers[1]?.text).toContain('desiredCount: NUMBER_VALUE can not be converted to an Integer');
  expect(answers[2]?.text).toContain('<Code>MalformedInput</Code>');
  expect(answers[3]?.text).toContain('<Code>InvalidParameterValue</Code><Message>The value of DryRun');
  expect(answers[4]?.headers.get('x-amzn-errortype')).toBe('InvalidParameterValueException');
});

it('words a missing member and a broken constraint as AWS does', async () => {
  const missing = await askElb({ CreateTargetGroup: done }, 'Action=CreateTargetGroup');
  const broken = await askElb({ CreateTargetGroup: done }, 'Action=CreateTargetGroup&Name=t&Port=70000&Protocol=FTP');

  expect(missing.text).toContain('<Code>ValidationError</Code>');
  expect(missing.text).toContain(
    "1 validation error detected: Value null at 'name' failed to satisfy constraint: Member must not be null",
  );
  expect(broken.text).toContain("2 validation errors detected: Value 'FTP' at 'protocol'");
  expect(broken.text).toContain('Member must satisfy enum value set: [');
  expect(broken.text).toContain(
    "Value '70000' at 'port' failed to satisfy constraint: Member must have value less than or equal to 65535",
  );
});

it('has the codes of EC2 and of Lambda for the same', async () => {
  const ec2Answer = await askEc2({ CreateTags: done }, 'Action=CreateTags');
  const lambdaAnswer = await askLambda({ GetFunction: done }, '/2015-03-31/functions/no%20name!');

  expect(ec2Answer.text).toContain('<Code>MissingParameter</Code>');
  expect(lambdaAnswer.headers.get('x-amzn-errortype')).toBe('ValidationException');
  expect(lambdaAnswer.text).toContain("Value 'no name!' at 'functionName' failed to satisfy constraint");
});

it('lets a service word its own errors, and lets the request through when it has none', async () => {
  const seen: unknown[] = [];
  const actions: AnyActions = { CreateService: (input: unknown) => void seen.push(input) };
  const own = service('ecs', actions, {
    onInvalidInput: (_operation, [first]) =>
      first?.kind === 'missing' ? undefined : new ApiError('InvalidParameterException', `no: ${first?.path}`),
  });

  const through = await ask(own, '/', ecs('CreateService', { cluster: 'c' }));
  const refused = await ask(own, '/', ecs('CreateService', { serviceName: 's', launchType: 'MOON' }));

  expect(through.status).toBe(200);
  expect(seen).toEqual([{ cluster: 'c' }]);
  expect(refused.text).toBe('{"__type":"InvalidParameterException","message":"no: launchType"}');
});

it("sends the SDK's modelled exceptions with their own status, code and members", async () => {
  const cluster = fault(ClusterNotFoundException, 'Cluster not found.', { resourceIds: ['c'] });
  const group = fault(TargetGroupNotFoundException, 'One or more target groups not found');
  const busy = fault(TooManyRequestsException, 'Rate exceeded', {
    retryAfterSeconds: '7',
    Reason: 'CallerRateLimitExceeded',
  });
  const gone = fault(ResourceNotFoundException, 'Function not found: f');

  const json = await askEcs({ ListTasks: throwing(cluster) }, 'ListTasks', {});
  const query = await askElb({ DescribeTargetGroups: throwing(group) }, 'Action=DescribeTargetGroups');
  const throttled = await askLambda({ ListFunctions: throwing(busy) }, '/2015-03-31/functions/');
  const missing = await askLambda({ ListFunctions: throwing(gone) }, '/2015-03-31/functions/');

  expect(JSON.parse(json.text)).toMatchObject({ __type: 'ClusterNotFoundException', message: 'Cluster not found.' });
  expect(query.text).toContain('<Type>Sender</Type><Code>TargetGroupNotFound</Code><Message>One or more');
  expect([throttled.status, throttled.headers.get('retry-after')]).toEqual([429, '7']);
  expect(JSON.parse(throttled.text)).toMatchObject({ Reason: 'CallerRateLimitExceeded', message: 'Rate exceeded' });
  expect([missing.status, missing.text]).toEqual([404, '{"Type":"User","Message":"Function not found: f"}']);
});

it('keeps the status that a query error has apart from its JSON one', async () => {
  const gone = fault(NoSuchEntityException, 'The role with name r cannot be found.');

  const answer = await ask(service('iam', { GetRole: throwing(gone) }), '/', iam('Action=GetRole&RoleName=r'));

  expect(answer.status).toBe(404);
  expect(answer.text).toContain('<Code>NoSuchEntity</Code>');
});

it('escapes what an error message quotes, and drops what XML cannot hold', async () => {
  const answer = await askElb(
    { DescribeRules: throwing(new ApiError('Odd', 'a <b> & \u0001')) },
    'Action=DescribeRules',
  );

  expect(answer.text).toContain('<Message>a &lt;b&gt; &amp; \ufffd</Message>');
});

it('hides any other exception behind an opaque 500 and logs it once', async () => {
  const logged: [string, LogFields | undefined][] = [];
  const logger = { ...silentLogger(), error: (event: string, fields?: LogFields) => void logged.push([event, fields]) };
  const failing = service('ecs', { ListTasks: throwing(new TypeError('secret detail')) });

  await using wire = await serve([failing], { logger: { ...logger, with: () => logger } });
  const answer = await wire.ask('/', ecs('ListTasks', {}));

  expect(answer.status).toBe(500);
  expect(answer.text).toContain('"__type":"InternalFailure"');
  expect(answer.text).not.toContain('secret detail');
  expect(logged.map(([event, fields]) => [event, fields?.['operation']])).toEqual([['action failed', 'ListTasks']]);
});

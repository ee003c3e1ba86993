import {
  AddPermissionCommand,
  CreateAliasCommand,
  GetAliasCommand,
  GetPolicyCommand,
  RemovePermissionCommand,
  type AddPermissionCommandInput,
} from '@aws-sdk/client-lambda';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createFunction } from '../support/functions.ts';
import { startTestTeal, type TestTeal } from '../support/teal.ts';

let teal: TestTeal;
beforeAll(async () => {
  teal = await startTestTeal();
  await createFunction(teal.lambda, 'open', 'exports.handler = async () => 1;', { Publish: true });
  await teal.lambda.send(new CreateAliasCommand({ FunctionName: 'open', Name: 'live', FunctionVersion: '1' }));
});
afterAll(() => teal.close());

const arn = () => `arn:aws:lambda:us-east-1:${teal.account}:function:open`;
const add = (more: Partial<AddPermissionCommandInput> = {}) =>
  teal.lambda.send(
    new AddPermissionCommand({
      FunctionName: 'open',
      StatementId: 'events',
      Action: 'lambda:InvokeFunction',
      Principal: 'events.amazonaws.com',
      ...more,
    }),
  );
const remove = (StatementId: string, Qualifier?: string) =>
  teal.lambda.send(new RemovePermissionCommand({ FunctionName: 'open', StatementId, Qualifier }));
const policyOf = async (Qualifier?: string) => {
  const { Policy = '', RevisionId } = await teal.lambda.send(new GetPolicyCommand({ FunctionName: 'open', Qualifier }));
  return { policy: JSON.parse(Policy) as unknown, RevisionId };
};

it('adds, shows and removes a permission of a function', async () => {
  const SourceArn = 'arn:aws:events:us-east-1:123456789012:rule/nightly';
  const statement = {
    Sid: 'events',
    Effect: 'Allow',
    Principal: { Service: 'events.amazonaws.com' },
    Action: 'lambda:InvokeFunction',
    Resource: arn(),
    Condition: { ArnLike: { 'AWS:SourceArn': SourceArn } },
  };

  const added = await add({ SourceArn });
  const { policy } = await policyOf();
  const removed = await remove('events');

  expect(added.$metadata.httpStatusCode).toBe(201);
  expect(added.Statement).toBe(JSON.stringify(statement));
  expect(policy).toEqual({ Version: '2012-10-17', Id: 'default', Statement: [statement] });
  expect(removed.$metadata.httpStatusCode).toBe(204);
  await expect(policyOf()).rejects.toMatchObject({
    name: 'ResourceNotFoundException',
    message: 'The resource you requested does not exist.',
  });
});

it('keeps a policy for each qualifier, whose revision is that of what it belongs to', async () => {
  await add({ Qualifier: 'live', Principal: '123456789012', SourceAccount: '123456789012' });
  await add({ Qualifier: '1', Principal: '*', PrincipalOrgID: 'o-abcdef0123' });
  const alias = await teal.lambda.send(new GetAliasCommand({ FunctionName: 'open', Name: 'live' }));
  const { policy, RevisionId } = await policyOf('live');

  expect(policy).toMatchObject({
    Statement: [
      {
        Principal: { AWS: 'arn:aws:iam::123456789012:root' },
        Resource: `${arn()}:live`,
        Condition: { StringEquals: { 'AWS:SourceAccount': '123456789012' } },
      },
    ],
  });
  expect(RevisionId).toBe(alias.RevisionId);
  expect((await policyOf('1')).policy).toMatchObject({
    Statement: [{ Principal: '*', Condition: { StringEquals: { 'aws:PrincipalOrgID': 'o-abcdef0123' } } }],
  });
  await expect(policyOf()).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
  await expect(add({ Qualifier: 'live', StatementId: 'more', RevisionId: 'stale' })).rejects.toMatchObject({
    name: 'PreconditionFailedException',
  });
  await remove('events', 'live');
  await remove('events', '1');
});

it('refuses in AWS words what cannot be added or removed', async () => {
  await add({ StatementId: 'twice' });

  await expect(add({ StatementId: 'twice' })).rejects.toMatchObject({
    name: 'ResourceConflictException',
    message:
      'The statement id (twice) provided already exists. Please provide a new statement id, or remove the existing statement.',
  });
  await expect(add({ Qualifier: '$LATEST' })).rejects.toMatchObject({
    message: 'We currently do not support adding policies for $LATEST.',
  });
  await expect(add({ Principal: 'nobody' })).rejects.toMatchObject({
    name: 'InvalidParameterValueException',
    message: 'The provided principal was invalid. Please check the principal and try again.',
  });
  await expect(add({ Qualifier: '9' })).rejects.toMatchObject({ message: `Function not found: ${arn()}:9` });
  await expect(remove('unknown')).rejects.toMatchObject({
    message: 'Statement unknown is not found in resource policy.',
  });
  await expect(remove('twice', 'live')).rejects.toMatchObject({
    message: 'No policy is associated with the given resource.',
  });
  await expect(
    teal.lambda.send(new RemovePermissionCommand({ FunctionName: 'nobody', StatementId: 'a' })),
  ).rejects.toMatchObject({ message: `No policy found for: ${arn().replace('open', 'nobody')}` });
  const long = Array.from({ length: 60 }, (_, n) =>
    add({ StatementId: `s${n}`, SourceArn: `arn:aws:s3:::${'b'.repeat(300)}` }),
  );
  const refused = (await Promise.allSettled(long)).filter(({ status }) => status === 'rejected');
  expect(refused.length).toBeGreaterThan(0);
  expect(refused[0]).toMatchObject({ reason: { name: 'PolicyLengthExceededException' } });
});

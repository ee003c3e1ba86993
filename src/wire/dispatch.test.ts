import { gzipSync } from 'node:zlib';
import { expect, it } from 'vitest';
import { form, json, serve, service, signedFor } from '../../test/wire/serve.ts';
import type { AnyActions, CallContext } from './types.ts';

const CODEDEPLOY = 'CodeDeploy_20141006';

/** Answers STS's GetCallerIdentity with what the wire made of the caller. */
const whoAmI: AnyActions = {
  GetCallerIdentity: (_input, { account, region, accessKeyId }: CallContext) => ({
    Account: account,
    Arn: region,
    UserId: accessKeyId ?? 'nobody',
  }),
};
const applications: AnyActions = { ListApplications: () => ({ applications: ['a'] }) };

it('finds a JSON service by its target and answers in the version of JSON it was asked in', async () => {
  await using wire = await serve([service('codedeploy', applications)]);

  const answer = await wire.ask(
    '/',
    json(`${CODEDEPLOY}.ListApplications`, {}, { 'content-type': 'application/x-amz-json-1.0' }),
  );

  expect(answer.status).toBe(200);
  expect(answer.headers.get('content-type')).toBe('application/x-amz-json-1.0');
  expect(answer.headers.get('x-amzn-requestid')).toMatch(/^[0-9a-f-]{36}$/);
  expect(JSON.parse(answer.text)).toEqual({ applications: ['a'] });
});

it('takes account and region from the credential scope', async () => {
  await using wire = await serve([service('sts', whoAmI)]);

  const { text } = await wire.ask(
    '/',
    form('Action=GetCallerIdentity&Version=2011-06-15', signedFor('sts', '123456789012')),
  );

  expect(text).toContain('<Account>123456789012</Account>');
  expect(text).toContain('<Arn>eu-west-1</Arn>');
});

it('gives a caller whose key is no account number the account of zeros', async () => {
  await using wire = await serve([service('sts', whoAmI)]);

  const { text } = await wire.ask(
    '/',
    form('Action=GetCallerIdentity&Version=2011-06-15', signedFor('sts', 'AKIDEXAMPLE')),
  );

  expect(text).toContain('<Account>000000000000</Account>');
  expect(text).toContain('<UserId>AKIDEXAMPLE</UserId>');
});

it('serves a presigned GET of a query service', async () => {
  await using wire = await serve([service('sts', whoAmI)]);

  const credential = encodeURIComponent('123456789012/20260101/eu-north-1/sts/aws4_request');
  const { text } = await wire.ask(`/?Action=GetCallerIdentity&Version=2011-06-15&X-Amz-Credential=${credential}`, {});

  expect(text).toContain('<Account>123456789012</Account>');
  expect(text).toContain('<Arn>eu-north-1</Arn>');
});

it('finds the service of an unsigned form by its version, in the default region', async () => {
  await using wire = await serve([service('iam', {}), service('sts', whoAmI)]);

  const { text } = await wire.ask('/', form('Action=GetCallerIdentity&Version=2011-06-15'));

  expect(text).toContain('<Arn>us-east-1</Arn>');
});

it('finds Lambda by its path when nothing is signed', async () => {
  await using wire = await serve([service('lambda', { ListFunctions: () => ({ Functions: [] }) })]);

  const answer = await wire.ask('/2015-03-31/functions/', {});

  expect(answer.text).toBe('{"Functions":[]}');
});

it('undoes gzip', async () => {
  const echoed = {
    GetApplication: ({ applicationName }: { applicationName: string }) => ({ application: { applicationName } }),
  };
  await using wire = await serve([service('codedeploy', echoed)]);

  const body = gzipSync(JSON.stringify({ applicationName: 'packed' }));
  const answer = await wire.ask('/', {
    ...json(`${CODEDEPLOY}.GetApplication`, '', { 'content-encoding': 'gzip' }),
    body,
  });

  expect(answer.text).toContain('packed');
});

it('refuses a body beyond the limit, sent or inflated, with 413', async () => {
  await using wire = await serve([service('codedeploy', applications)], { maxBodyBytes: 1000 });
  const long = JSON.stringify({ nextToken: 'x'.repeat(2000) });

  const sent = await wire.ask('/', json(`${CODEDEPLOY}.ListApplications`, long));
  const packed = await wire.ask('/', {
    ...json(`${CODEDEPLOY}.ListApplications`, '', { 'content-encoding': 'gzip' }),
    body: gzipSync(long),
  });

  expect([sent.status, packed.status]).toEqual([413, 413]);
  expect(JSON.parse(sent.text)).toMatchObject({ __type: 'RequestEntityTooLargeException' });
});

it('says in CBOR that CBOR is not served', async () => {
  await using wire = await serve([service('codedeploy', applications)]);

  const answer = await wire.ask('/service/GraniteServiceVersion20100801/operation/PutMetricData', {
    method: 'POST',
    headers: { 'smithy-protocol': 'rpc-v2-cbor' },
  });

  expect(answer.status).toBe(400);
  expect(answer.headers.get('smithy-protocol')).toBe('rpc-v2-cbor');
  expect(answer.text).toContain('Teal does not serve the CBOR protocol');
});

it.each([
  ['S3', '/bucket/key', { headers: signedFor('s3') }, '<Error><Code>UnsupportedOperationException</Code>'],
  ['an unsigned path', '/bucket/key', {}, '<Error><Code>UnsupportedOperationException</Code>'],
  ['a query service', '/', form('Action=Publish', signedFor('sns')), '<Code>InvalidAction</Code>'],
  ['an unknown version', '/', form('Action=Publish&Version=2010-03-31'), '<Code>InvalidAction</Code>'],
  ['a JSON service', '/', json('Logs_20140328.PutLogEvents', {}), '"__type":"UnknownOperationException"'],
  ['a REST service', '/v1/apis', { headers: signedFor('appsync') }, 'does not serve the service'],
])('refuses %s in words that its client can read', async (_name, path, init, words) => {
  await using wire = await serve([service('codedeploy', applications)]);

  const answer = await wire.ask(path, init);

  expect(answer.status).toBe(400);
  expect(answer.text).toContain(words);
  expect(answer.text).toContain('Teal does not serve');
});

it('refuses what a web page sends through a browser unless it is signed', async () => {
  await using wire = await serve([service('sts', whoAmI)]);
  const body = 'Action=GetCallerIdentity&Version=2011-06-15';

  const posted = await wire.ask('/', form(body, { origin: 'https://page.example' }));
  const signed = await wire.ask('/', form(body, { origin: 'https://page.example', ...signedFor('sts') }));

  expect(posted.status).toBe(403);
  expect(posted.text).toContain('<Code>MissingAuthenticationToken</Code>');
  expect(signed.status).toBe(200);
});

import { gzipSync } from 'node:zlib';
import { expect, it } from 'vitest';
import { form, json, serve, service, signedFor } from '../../test/wire/serve.ts';
import { catalogue } from './catalogue.ts';
import type { AnyActions, ServiceName } from './types.ts';

/** Answers nothing to anything, so that only the wire can fail. */
const everything = new Proxy(
  {},
  {
    get: () => () => ({}),
    getOwnPropertyDescriptor: () => ({ configurable: true, enumerable: true, value: () => ({}) }),
  },
) as AnyActions;

const services = (Object.keys(catalogue) as ServiceName[]).map((name) => service(name, everything));

const codedeploy = (operation: string, body: string, headers: Record<string, string> = {}) =>
  ['/', json(`CodeDeploy_20141006.${operation}`, body, headers)] as const;
const elb = (body: string) => ['/', form(body, signedFor('elasticloadbalancing'))] as const;
const lambda = (method: string, path: string, body?: string) =>
  [
    path,
    { method, headers: { ...signedFor('lambda'), 'content-type': 'application/json' }, ...(body ? { body } : {}) },
  ] as const;
const bytes = (init: RequestInit, body: Uint8Array) => ['/', { ...init, body }] as const;
const aimedAt = (target: string) => json(target, '');

const deploy = json('CodeDeploy_20141006.CreateDeployment', '');
const describe = 'Action=DescribeTargetGroups&Version=2015-12-01';

const s3 = (body: string, headers: Record<string, string> = {}): [string, RequestInit] => [
  '/bucket?versioning',
  { method: 'PUT', headers: { ...signedFor('s3'), ...headers }, body },
];

const cases: Readonly<Record<string, readonly [path: string, init: RequestInit]>> = {
  'JSON cut off': codedeploy('GetDeployment', '{"deploymentId":'),
  'a list for a structure': codedeploy('GetDeployment', '[]'),
  'a number for a structure': codedeploy('GetDeployment', '5'),
  'null for a structure': codedeploy('GetDeployment', 'null'),
  'a number for text': codedeploy('GetDeployment', '{"deploymentId":5}'),
  'text for a list': codedeploy('BatchGetDeployments', '{"deploymentIds":"a"}'),
  'an object for a list': codedeploy('BatchGetDeployments', '{"deploymentIds":{"length":1000000000}}'),
  'a structure in a list of text': codedeploy('BatchGetDeployments', '{"deploymentIds":[{}]}'),
  'text for a structure': codedeploy('CreateDeployment', '{"applicationName":"a","revision":"x"}'),
  'a bad instant': codedeploy('ListDeployments', '{"createTimeRange":{"start":"yesterday"}}'),
  'an instant beyond dates': codedeploy('ListDeployments', '{"createTimeRange":{"start":1e300}}'),
  'text for a boolean': codedeploy(
    'CreateDeployment',
    '{"applicationName":"a","ignoreApplicationStopFailures":"true"}',
  ),
  'bytes that are no UTF-8': bytes(deploy, Buffer.from([0x7b, 0x22, 0xff, 0xfe])),
  'nesting 200,000 deep': codedeploy('CreateDeployment', `{"revision":${'['.repeat(200_000)}${']'.repeat(200_000)}}`),
  'a body that is not gzip': codedeploy('GetDeployment', 'no', { 'content-encoding': 'gzip' }),
  'a gzip bomb': bytes(
    json('CodeDeploy_20141006.GetDeployment', '', { 'content-encoding': 'gzip' }),
    gzipSync(Buffer.alloc(100_000_000)),
  ),
  'a body beyond the limit of JSON': codedeploy('GetDeployment', `"${'x'.repeat(5_000_000)}"`),
  'an operation named constructor': codedeploy('constructor', '{}'),
  'an operation named __proto__': codedeploy('__proto__', '{}'),
  'a target without a dot': ['/', aimedAt('garbage')],
  'a target of dots': ['/', aimedAt('...')],
  'an unknown service': ['/', aimedAt('Foo_1.Bar')],
  'no action': elb('Version=2015-12-01'),
  'an empty form': elb(''),
  'an empty form of nobody': ['/', form('')],
  'a bad percent sign': elb(`${describe}&Names.member.1=%zz`),
  'a percent sign that is no UTF-8': elb(`${describe}&Names.member.1=%ff`),
  'a number that is none': elb(`${describe}&PageSize=ten`),
  'a boolean that is none': elb(
    'Action=CreateLoadBalancer&Version=2015-12-01&EnablePrefixForIpv6SourceNat.a=1&Name=%00',
  ),
  'an index that is none': elb(`${describe}&Names.member.x=a`),
  'a structure for text': elb(`${describe}&Marker.a.b=a`),
  'a name of 100,000 steps': elb(`${describe}&${'a.'.repeat(100_000)}b=1`),
  'a form beyond the limit': elb(`${describe}&Marker=${'x'.repeat(1_100_000)}`),
  'an unknown version': ['/', form('Action=Foo&Version=1999-01-01')],
  'an action of EC2 without its input': ['/', form('Action=CreateTags&Version=2016-11-15', signedFor('ec2'))],
  'an unknown path': lambda('GET', '/2015-03-31/nothing'),
  'a wrong method': lambda('PATCH', '/2015-03-31/functions/f'),
  'a bad percent sign in a path': lambda('GET', '/2015-03-31/functions/%zz'),
  'bad JSON to Lambda': lambda('PUT', '/2015-03-31/functions/f/aliases/live', '{'),
  'a wrong type to Lambda': lambda('PUT', '/2015-03-31/functions/f/aliases/live', '{"RoutingConfig":[]}'),
  'bad base64': lambda('POST', '/2015-03-31/functions', '{"FunctionName":"f","Role":"r","Code":{"ZipFile":"***"}}'),
  'millions of values': lambda('POST', '/2015-03-31/functions', `[${'[],'.repeat(2_000_000)}[]]`),
  'a bad percent sign in a key': ['/bucket/%zz', {}],
  'a method that no object has': ['/bucket/key', { method: 'PATCH' }],
  'XML that ends early': s3('<VersioningConfiguration><Status>'),
  'XML of another kind': s3('<Other><Status>Enabled</Status></Other>'),
  'a structure for text in XML': s3('<VersioningConfiguration><Status><a>b</a></Status></VersioningConfiguration>'),
  'XML that declares a type': s3('<!DOCTYPE a [<!ENTITY b "c">]><VersioningConfiguration/>'),
  'XML that is nested deep': s3(`<VersioningConfiguration>${'<a>'.repeat(200_000)}`),
  'XML with another digest': s3('<VersioningConfiguration/>', { 'content-md5': 'AAAAAAAAAAAAAAAAAAAAAA==' }),
  'XML in frames that are none': s3('zz\r\n', { 'content-encoding': 'aws-chunked' }),
  'a signature that is garbage': [
    '/',
    form(describe, { authorization: `AWS4-HMAC-SHA256 Credential=${'/'.repeat(5000)}` }),
  ],
  'an encoding nobody knows': ['/', { method: 'DELETE' }],
};

it('answers every hostile request with a 4xx and goes on serving', async () => {
  await using wire = await serve(services);
  const answered: Record<string, number> = {};

  for (const [name, [path, init]] of Object.entries(cases)) {
    const { status } = await wire.ask(path, init);
    if (status < 400 || status > 499) answered[name] = status;
  }
  const after = await wire.ask(...codedeploy('ListApplications', '{}'));

  expect(answered).toEqual({});
  expect(after.status).toBe(200);
});

it('takes an index of a billion as the only one', async () => {
  const seen: unknown[] = [];
  const listing: AnyActions = { DescribeTargetGroups: (input: unknown) => void seen.push(input) };
  await using wire = await serve([service('elbv2', listing)]);

  await wire.ask(...elb(`${describe}&Names.member.999999999=b&Names.member.3=a`));

  expect(seen).toEqual([{ Names: ['a', 'b'] }]);
});

it.each([
  [
    'JSON',
    codedeploy(
      'CreateApplication',
      '{"applicationName":"a","__proto__":{"polluted":1},"tags":[{"__proto__":{"polluted":1}}]}',
    ),
  ],
  ['a form', elb(`${describe}&__proto__.polluted=1&Names.member.1=a&constructor.prototype.polluted=1`)],
  [
    'a map',
    lambda(
      'POST',
      '/2017-03-31/tags/arn%3Aaws%3Alambda%3Aus-east-1%3A000000000000%3Afunction%3Af',
      '{"Tags":{"__proto__":"x","polluted":"y"}}',
    ),
  ],
])('lets %s change no prototype', async (_name, [path, init]) => {
  await using wire = await serve(services);

  const { status } = await wire.ask(path, init);

  expect(status).toBeLessThan(300);
  expect(Object.hasOwn(Object.prototype, 'polluted')).toBe(false);
});

it('drops members that the model lacks, __type among them', async () => {
  const seen: unknown[] = [];
  const creating: AnyActions = { CreateApplication: (input: unknown) => void seen.push(input) };
  await using wire = await serve([service('codedeploy', creating)]);

  await wire.ask(...codedeploy('CreateApplication', '{"applicationName":"a","__type":"x#Y","evil":1,"tags":null}'));

  expect(seen).toEqual([{ applicationName: 'a' }]);
});

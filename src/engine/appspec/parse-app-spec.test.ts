import { expect, it } from 'vitest';
import { AppSpecError } from './app-spec-error.ts';
import { parseAppSpec } from './parse-app-spec.ts';

const DEFINITION = 'arn:aws:ecs:us-east-1:111122223333:task-definition/family:7';
const MINIMAL = { taskDefinition: DEFINITION, containerName: 'web', containerPort: 80, hooks: {} };

interface Changes {
  readonly root?: object;
  readonly target?: object;
  readonly properties?: object;
}
const json = ({ root = {}, target = {}, properties = {} }: Changes = {}): string =>
  JSON.stringify({
    version: 0.0,
    Resources: [
      {
        TargetService: {
          Type: 'AWS::ECS::Service',
          Properties: {
            TaskDefinition: DEFINITION,
            LoadBalancerInfo: { ContainerName: 'web', ContainerPort: 80 },
            ...properties,
          },
          ...target,
        },
      },
    ],
    ...root,
  });

const FULL_YAML = `
version: 0.0
Resources:
  - TargetService:
      Type: AWS::ECS::Service
      Properties:
        TaskDefinition: "${DEFINITION}"
        LoadBalancerInfo:
          ContainerName: "web"
          ContainerPort: 80
        PlatformVersion: "LATEST"
        NetworkConfiguration:
          AwsvpcConfiguration:
            Subnets: ["subnet-a","subnet-b"]
            SecurityGroups: ["sg-1"]
            AssignPublicIp: "ENABLED"
        CapacityProviderStrategy:
          - {Base: 1, CapacityProvider: "FARGATE_SPOT", Weight: 2}
          - {Base: 0, CapacityProvider: "FARGATE", Weight: 1}
Hooks:
  - BeforeInstall: "fn-1"
  - AfterInstall: "fn-2"
  - AfterAllowTestTraffic: "fn-3"
  - BeforeAllowTraffic: "fn-4"
  - AfterAllowTraffic: "fn-5"
`;

it('reads every part of the documented YAML file', () => {
  expect(parseAppSpec(FULL_YAML)).toEqual({
    taskDefinition: DEFINITION,
    containerName: 'web',
    containerPort: 80,
    platformVersion: 'LATEST',
    network: { subnets: ['subnet-a', 'subnet-b'], securityGroups: ['sg-1'], assignPublicIp: 'ENABLED' },
    capacityProviders: [
      { name: 'FARGATE_SPOT', base: 1, weight: 2 },
      { name: 'FARGATE', base: 0, weight: 1 },
    ],
    hooks: {
      BeforeInstall: 'fn-1',
      AfterInstall: 'fn-2',
      AfterAllowTestTraffic: 'fn-3',
      BeforeAllowTraffic: 'fn-4',
      AfterAllowTraffic: 'fn-5',
    },
  });
});

it.each([
  ['JSON', json()],
  ['keys in any case', json().replace(/"([A-Z]\w+)":/g, (_all, key: string) => `"${key.toLowerCase()}":`)],
  ['the version as text', json({ root: { version: '0.0' } })],
  ['the version 1 that AWS has been seen to deploy', json({ root: { version: 1 } })],
  ['any label of the resource', json().replace('TargetService', 'MyService')],
  ['a port written as text', json({ properties: { LoadBalancerInfo: { ContainerName: 'web', ContainerPort: '80' } } })],
  ['unknown keys', json({ root: { Outputs: {} }, properties: { Colour: 'green' } })],
  ['no hooks at all', json({ root: { Hooks: [] } })],
  ['hooks left empty', json({ root: { Hooks: null } })],
  ['an empty network configuration', json({ properties: { NetworkConfiguration: {} } })],
])('accepts %s', (_what, content) => {
  expect(parseAppSpec(content)).toEqual(MINIMAL);
});

it('accepts a family with a revision, as ECS does', () => {
  expect(parseAppSpec(json({ properties: { TaskDefinition: 'family:7' } })).taskDefinition).toBe('family:7');
});

it('tolerates hooks as one plain mapping', () => {
  expect(parseAppSpec(json({ root: { Hooks: { BeforeInstall: 'fn' } } })).hooks).toEqual({ BeforeInstall: 'fn' });
});

it.each([
  'fn',
  'fn:live',
  'fn:$LATEST',
  '123456789012:function:fn',
  'arn:aws:lambda:us-east-1:123456789012:function:fn',
  'arn:aws:lambda:us-east-1:123456789012:function:fn:7',
  'https://hooks.test/release?stage=green',
  'HTTPS://hooks.test:8443/',
  'http://localhost:3000/a',
  'http://127.0.0.1:3000',
  'http://[::1]:3000/a',
])('takes %s as a hook', (target) => {
  expect(parseAppSpec(json({ root: { Hooks: [{ BeforeInstall: target }] } })).hooks).toEqual({ BeforeInstall: target });
});

const awsvpc = (AwsvpcConfiguration: unknown): string =>
  json({ properties: { NetworkConfiguration: { AwsvpcConfiguration } } });
const providers = (CapacityProviderStrategy: unknown): string => json({ properties: { CapacityProviderStrategy } });
const hooks = (Hooks: unknown): string => json({ root: { Hooks } });

const REFUSED: readonly (readonly [content: string, words: string])[] = [
  ['', 'empty'],
  ['   \n', 'empty'],
  ['{"version": 0.0,', 'neither valid YAML nor valid JSON'],
  ['a: b: c', 'neither valid YAML nor valid JSON'],
  ['just text', 'The AppSpec file must be a mapping'],
  ['---\na: 1\n---\nb: 2', 'neither valid YAML nor valid JSON'],
  [json({ root: { version: undefined } }), 'must have version'],
  [json({ root: { version: 'one' } }), 'version must be 0.0'],
  [json({ root: { version: [] } }), 'version must be 0.0'],
  [json({ root: { Resources: undefined } }), 'must have Resources'],
  [json({ root: { Resources: {} } }), 'Resources must be a list'],
  [json({ root: { Resources: [] } }), 'Only 1 ECS resource (TargetService) supported'],
  [json({ root: { Resources: [{}, {}] } }), 'Only 1 ECS resource (TargetService) supported'],
  [json({ root: { Resources: [{ A: {}, B: {} }] } }), 'must be one named resource'],
  [json({ root: { Resources: [null] } }), 'must be a mapping'],
  [json({ root: { resources: [] } }), "has the key 'resources' more than once"],
  [json({ target: { Type: 'AWS::Lambda::Function' } }), 'must be AWS::ECS::Service'],
  [json({ target: { Type: undefined } }), 'must have Type'],
  [json({ target: { Properties: undefined } }), 'must have Properties'],
  [json({ properties: { TaskDefinition: undefined } }), 'must have TaskDefinition'],
  [json({ properties: { TaskDefinition: 7 } }), 'must be a string'],
  [json({ properties: { TaskDefinition: '<TASK_DEFINITION>' } }), 'replace the placeholder'],
  [json({ properties: { TaskDefinition: 'arn:aws:ecs:eu-west-1:1:service/x' } }), 'is not a task definition ARN'],
  [json({ properties: { LoadBalancerInfo: undefined } }), 'must have LoadBalancerInfo'],
  [json({ properties: { LoadBalancerInfo: { ContainerPort: 80 } } }), 'must have ContainerName'],
  [json({ properties: { LoadBalancerInfo: { ContainerName: 'web' } } }), 'must have ContainerPort'],
  [json({ properties: { LoadBalancerInfo: { ContainerName: 'web', ContainerPort: 65536 } } }), 'from 0 to 65535'],
  [json({ properties: { LoadBalancerInfo: { ContainerName: 'web', ContainerPort: 'http' } } }), 'whole number'],
  [awsvpc({ Subnets: ['a'] }), 'all of Subnets, SecurityGroups and AssignPublicIp'],
  [awsvpc({ Subnets: ['a'], SecurityGroups: ['b'], AssignPublicIp: true }), 'ENABLED or DISABLED'],
  [awsvpc({ Subnets: 'a', SecurityGroups: ['b'], AssignPublicIp: 'ENABLED' }), 'Subnets must be a list of strings'],
  [awsvpc('x'), 'AwsvpcConfiguration must be a mapping'],
  [providers({}), 'must be a list'],
  [providers([{ CapacityProvider: 'a', Weight: 0 }]), 'a Weight above 0'],
  [
    providers([
      { CapacityProvider: 'a', Base: 1, Weight: 1 },
      { CapacityProvider: 'b', Base: 1 },
    ]),
    'Base in one item only',
  ],
  [hooks([{ Install: 'fn' }]), 'one of the ECS supported hooks'],
  [hooks([{ BeforeInstall: 'a' }, { BeforeInstall: 'b' }]), 'BeforeInstall more than once'],
  [hooks([{ BeforeInstall: '' }]), 'must be the name or ARN of one function'],
  [hooks([{ BeforeInstall: ['fn'] }]), 'must be the name or ARN of one function'],
  [hooks([{ BeforeInstall: 'not a name' }]), 'must be the name or ARN of one function, or the https:// address'],
  [hooks([{ BeforeInstall: 'fn:' }]), 'must be the name or ARN of one function'],
  [hooks([{ BeforeInstall: 'n'.repeat(65) }]), 'must be the name or ARN of one function'],
  [hooks([{ BeforeInstall: 'arn:aws:sns:us-east-1:123456789012:t' }]), 'must be the name or ARN of one function'],
  [hooks([{ BeforeInstall: 'http://hooks.test/a' }]), 'others need https://'],
  [hooks([{ BeforeInstall: 'http://127.0.0.1.hooks.test/a' }]), 'others need https://'],
  [hooks([{ BeforeInstall: 'ftp://hooks.test/a' }]), 'begins with https://'],
  [hooks([{ BeforeInstall: 'https://' }]), 'is malformed'],
  [hooks([{ BeforeInstall: 'https://hooks.test/a b' }]), 'is malformed'],
  [hooks([{ BeforeInstall: 'https://me:pass@hooks.test/' }]), 'must not contain a user name or password'],
  [hooks([{ BeforeInstall: 'https://hooks.test/#a' }]), 'must not have a fragment'],
  [hooks([{ BeforeInstall: `https://hooks.test/${'a'.repeat(2048)}` }]), 'at most 2048 characters'],
  [hooks(['BeforeInstall']), 'Hooks must be a mapping'],
];

it.each(REFUSED.map(([content, words]) => [words, content] as const))(
  'refuses a file and says: %s',
  (words, content) => {
    expect(() => parseAppSpec(content)).toThrow(AppSpecError);
    expect(() => parseAppSpec(content)).toThrow(words);
  },
);

it('refuses a file whose aliases multiply', () => {
  const bomb = ['a: &a [x,x,x,x,x,x,x,x,x]', 'b: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a]', 'c: [*b,*b,*b,*b,*b,*b,*b,*b,*b]'];

  expect(() => parseAppSpec(bomb.join('\n'))).toThrow(AppSpecError);
});

it.each([
  ['lists', '['.repeat(20_000)],
  ['mappings', '{"a":'.repeat(10_000)],
  ['items', '- '.repeat(20_000)],
])('refuses %s nested beyond all measure', (_what, content) => {
  expect(() => parseAppSpec(content)).toThrow(AppSpecError);
});

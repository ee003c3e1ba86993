import type { RegisterTaskDefinitionRequest } from '@aws-sdk/client-ecs';
import { expect, it } from 'vitest';
import { normalise } from './normalise.ts';
import { secretSource } from './secret-source.ts';

const SCOPE = { account: '111122223333', region: 'eu-west-1' };
const web = { name: 'web', image: 'web:1', memory: 128 };
const base: RegisterTaskDefinitionRequest = { family: 'web', containerDefinitions: [web] };
const fargate: RegisterTaskDefinitionRequest = {
  ...base,
  requiresCompatibilities: ['FARGATE'],
  networkMode: 'awsvpc',
  cpu: '256',
  memory: '512',
};

it('fills in what ECS shows of a container', () => {
  const portMappings = [{ containerPort: 80 }, { containerPortRange: '8000-8002' }];
  const [container] =
    normalise({ ...base, containerDefinitions: [{ ...web, portMappings }] }, SCOPE).containerDefinitions ?? [];

  expect(container).toEqual({
    ...web,
    cpu: 0,
    essential: true,
    portMappings: [
      { containerPort: 80, hostPort: 0, protocol: 'tcp' },
      { containerPortRange: '8000-8002', protocol: 'tcp' },
    ],
    environment: [],
    mountPoints: [],
    volumesFrom: [],
    systemControls: [],
  });
});

it.each([
  ['.25 vCPU', '0.5GB', '256', '512'],
  ['1 vcpu', '2 GB', '1024', '2048'],
  ['512', '1024', '512', '1024'],
])('takes %s and %s and gives plain numbers', (cpu, memory, units, mib) => {
  expect(normalise({ ...fargate, cpu, memory }, SCOPE)).toMatchObject({ cpu: units, memory: mib });
});

it('takes a role that is an empty text for none', () => {
  const shown = normalise({ ...base, taskRoleArn: '', executionRoleArn: '' }, SCOPE);

  expect(Object.keys(shown)).not.toContain('taskRoleArn');
  expect(Object.keys(shown)).not.toContain('executionRoleArn');
  expect(shown.requiresAttributes).toEqual(normalise(base, SCOPE).requiresAttributes);
});

it('counts a definition as fit for Fargate only when nothing in it is refused there', () => {
  const compatibilities = (more: object) =>
    normalise({ ...fargate, requiresCompatibilities: undefined, ...more }, SCOPE).compatibilities;

  expect(compatibilities({})).toEqual(['EC2', 'FARGATE', 'MANAGED_INSTANCES']);
  expect(compatibilities({ cpu: undefined })).toEqual(['EC2', 'MANAGED_INSTANCES']);
  expect(compatibilities({ containerDefinitions: [{ ...web, privileged: true }] })).toEqual([
    'EC2',
    'MANAGED_INSTANCES',
  ]);
  expect(compatibilities({ networkMode: 'bridge' })).toEqual(['EXTERNAL', 'EC2']);
});

const SECRET = 'arn:aws:secretsmanager:eu-west-1:111122223333:secret:db-AbCdEf';

it.each([
  ['/app/key', { from: 'ssm', name: '/app/key' }],
  ['arn:aws:ssm:eu-west-1:111122223333:parameter/app/key', { from: 'ssm', name: 'app/key' }],
  [SECRET, { from: 'secrets-manager', arn: SECRET }],
  [`${SECRET}:username::`, { from: 'secrets-manager', arn: SECRET, jsonKey: 'username' }],
  [`${SECRET}::AWSPREVIOUS:`, { from: 'secrets-manager', arn: SECRET, versionStage: 'AWSPREVIOUS' }],
  [`${SECRET}:::9d4cb84b`, { from: 'secrets-manager', arn: SECRET, versionId: '9d4cb84b' }],
  [`${SECRET}:username`, undefined],
  [`${SECRET}:k:AWSCURRENT:9d4cb84b`, undefined],
  ['arn:aws:s3:::bucket/key', undefined],
])('reads the secret %s', (valueFrom, source) => {
  expect(secretSource(valueFrom)).toEqual(source);
});

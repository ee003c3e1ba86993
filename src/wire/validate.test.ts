import * as ecs from '@aws-sdk/client-ecs';
import * as elbv2 from '@aws-sdk/client-elastic-load-balancing-v2';
import { expect, it } from 'vitest';
import { catalogue } from './catalogue.ts';
import { constraintTable } from './constraint-table.ts';
import { buildModel } from './model.ts';
import { validate } from './validate.ts';

const models = { ecs: buildModel(ecs), elbv2: buildModel(elbv2) };

async function messages(service: 'ecs' | 'elbv2', operation: string, input: Record<string, unknown>) {
  const shape = models[service].operations.get(operation)?.input;
  if (!shape) throw new Error(`there is no ${operation}`);
  const table = constraintTable(await catalogue[service].loadConstraints());
  return validate(shape, input, table).map(({ kind, path, message }) => `${kind} ${path}: ${message}`);
}

it('finds nothing wrong with a sound input', async () => {
  const input = { Name: 'web', Subnets: ['subnet-1'], Scheme: 'internal', Tags: [{ Key: 'k', Value: 'v' }] };

  expect(await messages('elbv2', 'CreateLoadBalancer', input)).toEqual([]);
});

it('numbers the elements of a list from 1', async () => {
  const input = { TargetGroupArn: 'arn', Targets: [{ Id: 'a' }, {}, { Id: 'b', Port: 0 }] };

  expect(await messages('elbv2', 'RegisterTargets', input)).toEqual([
    "missing targets.2.member.id: Value null at 'targets.2.member.id' failed to satisfy constraint: Member must not be null",
    "constraint targets.3.member.port: Value '0' at 'targets.3.member.port' failed to satisfy constraint: Member must have value greater than or equal to 1",
  ]);
});

it('tells the limits of plain list elements beside the whole list', async () => {
  const input = { capabilities: [], requiresCompatibilities: ['MOON'], family: 'f', containerDefinitions: [] };

  const found = await messages('ecs', 'RegisterTaskDefinition', input);

  expect(found).toHaveLength(1);
  expect(found[0]).toContain(
    "Value '[MOON]' at 'requiresCompatibilities' failed to satisfy constraint: Member must satisfy constraint: [Member must satisfy enum value set: [",
  );
});

it('counts characters, not UTF-16 units', async () => {
  const tags = (value: string) => ({ ResourceArns: ['arn'], Tags: [{ Key: 'k', Value: value }] });

  const fits = await messages('elbv2', 'AddTags', tags('\u{1d49c}'.repeat(256)));
  const tooLong = await messages('elbv2', 'AddTags', tags('\u{1d49c}'.repeat(257)));

  expect(fits).toEqual([]);
  expect(tooLong[0]).toContain('Member must have length less than or equal to 256');
});

it('stops at a hundred violations', async () => {
  const input = { TargetGroupArn: 'arn', Targets: Array.from({ length: 5000 }, () => ({})) };

  expect(await messages('elbv2', 'RegisterTargets', input)).toHaveLength(100);
});

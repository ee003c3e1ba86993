import { ListApplicationsCommand } from '@aws-sdk/client-codedeploy';
import { ClusterNotFoundException, ListTasksCommand } from '@aws-sdk/client-ecs';
import { DescribeTargetGroupsCommand } from '@aws-sdk/client-elastic-load-balancing-v2';
import { InvokeCommand } from '@aws-sdk/client-lambda';
import { expect, it } from 'vitest';
import { serve, service } from '../../test/wire/serve.ts';
import { silentLogger } from '../kernel/logger.ts';
import { fault } from '../wire/api-error.ts';
import { createWire } from '../wire/dispatch.ts';
import { inProcessHandler } from '../wire/in-process.ts';
import type { AnyActions, CallContext } from '../wire/types.ts';
import { createAwsClients } from './create-clients.ts';

const scope = { account: '123456789012', region: 'eu-west-1' };

function recording() {
  const seen: CallContext[] = [];
  const note = (answer: object) => (_input: never, ctx: CallContext) => {
    seen.push(ctx);
    return answer;
  };
  const services = [
    service('codedeploy', { ListApplications: note({ applications: ['a'] }) }),
    service('ecs', { ListTasks: note({ taskArns: ['t'] }) }),
    service('elbv2', { DescribeTargetGroups: note({ TargetGroups: [] }) }),
    service('lambda', { Invoke: note({ StatusCode: 200, Payload: '{"ok":true}' }) }),
  ];
  return { seen, services };
}

it('reaches all four services in process, with the account and region of the scope and the principal', async () => {
  const { seen, services } = recording();
  const wire = createWire({ services, logger: silentLogger() });
  const requestHandler = inProcessHandler(wire, { principal: 'codedeploy.amazonaws.com' });
  const clients = createAwsClients({ requestHandler });

  const listed = await clients.codedeploy(scope).send(new ListApplicationsCommand({}));
  const tasks = await clients.ecs(scope).send(new ListTasksCommand({}));
  const groups = await clients.elbv2(scope).send(new DescribeTargetGroupsCommand({}));
  const invoked = await clients.lambda(scope).send(new InvokeCommand({ FunctionName: 'f', Payload: '{}' }));
  clients.close();

  expect([listed.applications, tasks.taskArns, groups.TargetGroups]).toEqual([['a'], ['t'], []]);
  expect(invoked.Payload?.transformToString()).toBe('{"ok":true}');
  expect(seen.map(({ service: name }) => name)).toEqual(['codedeploy', 'ecs', 'elbv2', 'lambda']);
  for (const ctx of seen) expect(ctx).toMatchObject({ ...scope, principal: 'codedeploy.amazonaws.com' });
});

it('reaches the same over HTTP, where no client can name a principal', async () => {
  const { seen, services } = recording();
  await using served = await serve(services);
  const clients = createAwsClients({ endpoint: served.url });

  await clients.ecs(scope).send(new ListTasksCommand({}));
  await clients.elbv2(scope).send(new DescribeTargetGroupsCommand({}));
  clients.close();

  for (const ctx of seen) expect(ctx).toMatchObject({ ...scope, principal: undefined });
});

it("raises the service's own exceptions", async () => {
  const failing: AnyActions = {
    ListTasks: () => {
      throw fault(ClusterNotFoundException, 'Cluster not found.');
    },
  };
  const wire = createWire({ services: [service('ecs', failing)], logger: silentLogger() });
  const clients = createAwsClients({ requestHandler: inProcessHandler(wire) });

  const asked = clients.ecs(scope).send(new ListTasksCommand({}));

  await expect(asked).rejects.toBeInstanceOf(ClusterNotFoundException);
  clients.close();
});

it('keeps one client per account and region', () => {
  const clients = createAwsClients({ endpoint: 'http://teal.invalid' });

  expect(clients.ecs(scope)).toBe(clients.ecs({ ...scope }));
  expect(clients.ecs(scope)).not.toBe(clients.ecs({ ...scope, region: 'eu-west-2' }));
  clients.close();
});

it('ends a call in process when its signal aborts', async () => {
  const stop = new AbortController();
  const waiting = (_input: never, { signal }: CallContext) =>
    new Promise<void>((resolve) => {
      signal.addEventListener('abort', () => resolve());
      stop.abort();
    });
  const wire = createWire({ services: [service('ecs', { ListTasks: waiting })], logger: silentLogger() });
  const clients = createAwsClients({ requestHandler: inProcessHandler(wire) });

  const asked = clients.ecs(scope).send(new ListTasksCommand({}), { abortSignal: stop.signal });

  await expect(asked).rejects.toMatchObject({ name: 'AbortError' });
  clients.close();
});

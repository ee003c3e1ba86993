import {
  CreateClusterCommand,
  CreateServiceCommand,
  DescribeServiceDeploymentsCommand,
  DescribeServiceRevisionsCommand,
  DescribeServicesCommand,
  ListServiceDeploymentsCommand,
  RegisterTaskDefinitionCommand,
  StopServiceDeploymentCommand,
  UpdateServiceCommand,
} from '@aws-sdk/client-ecs';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { eventually } from '../support/eventually.ts';
import { startTestTeal, type TestTeal } from '../support/teal.ts';

let teal: TestTeal;
beforeAll(async () => {
  teal = await startTestTeal();
  await teal.ecs.send(new CreateClusterCommand({ clusterName: 'shop' }));
  for (const family of ['plain', 'plain'])
    await teal.ecs.send(
      new RegisterTaskDefinitionCommand({
        family,
        containerDefinitions: [
          { name: 'app', image: 'app:1', memory: 64, command: [process.execPath, '-e', 'setInterval(() => {}, 1000)'] },
        ],
      }),
    );
  await teal.ecs.send(
    new RegisterTaskDefinitionCommand({
      family: 'broken',
      containerDefinitions: [{ name: 'app', image: 'app:1', memory: 64, command: ['/nowhere/to/be/found'] }],
    }),
  );
});
afterAll(() => teal.close());

const create = (serviceName: string, taskDefinition = 'plain:1') =>
  teal.ecs.send(new CreateServiceCommand({ cluster: 'shop', serviceName, taskDefinition, desiredCount: 1 }));
const describe = async (name: string) =>
  (await teal.ecs.send(new DescribeServicesCommand({ cluster: 'shop', services: [name] }))).services?.[0];
const list = async (service: string, members = {}) =>
  teal.ecs.send(new ListServiceDeploymentsCommand({ cluster: 'shop', service, ...members }));
const deployment = async (arn: string | undefined) =>
  (await teal.ecs.send(new DescribeServiceDeploymentsCommand({ serviceDeploymentArns: [arn ?? ''] })))
    .serviceDeployments?.[0];
const ended = (arn: string | undefined, status: string) =>
  eventually(`${status} of ${arn}`, async () => {
    const found = await deployment(arn);
    return found?.status === status ? found : undefined;
  });

it('records a service deployment and the revision that it leads to', async () => {
  const { service } = await create('first');
  const arn = service?.currentServiceDeployment;
  const digits = service?.deployments?.[0]?.id?.replace('ecs-svc/', '') ?? '';
  const revision = `arn:aws:ecs:us-east-1:${teal.account}:service-revision/shop/first/${digits}`;

  expect(arn).toMatch(/:service-deployment\/shop\/first\/[\w-]{21}$/);
  const done = await ended(arn, 'SUCCESSFUL');

  expect(done).toMatchObject({
    serviceArn: service?.serviceArn,
    sourceServiceRevisions: [],
    targetServiceRevision: { arn: revision, requestedTaskCount: 1, runningTaskCount: 1, pendingTaskCount: 0 },
    deploymentConfiguration: { strategy: 'ROLLING', maximumPercent: 200, minimumHealthyPercent: 100 },
    deploymentCircuitBreaker: { status: 'DISABLED', failureCount: 0, threshold: 3 },
    alarms: { status: 'DISABLED', alarmNames: [], triggeredAlarmNames: [] },
  });
  expect(done.finishedAt?.getTime()).toBeGreaterThanOrEqual(done.startedAt?.getTime() ?? Infinity);
  const { serviceRevisions } = await teal.ecs.send(
    new DescribeServiceRevisionsCommand({ serviceRevisionArns: [revision] }),
  );
  expect(serviceRevisions).toMatchObject([
    {
      serviceRevisionArn: revision,
      taskDefinition: expect.stringMatching(/plain:1$/) as unknown,
      launchType: 'EC2',
      containerImages: [{ containerName: 'app', image: 'app:1' }],
      guardDutyEnabled: false,
    },
  ]);
  expect((await describe('first'))?.currentServiceRevisions).toEqual([
    { arn: revision, requestedTaskCount: 1, runningTaskCount: 1, pendingTaskCount: 0 },
  ]);
});

it('supersedes a deployment that has not ended, and lists the newest first', async () => {
  const { service } = await create('twice', 'broken');
  const first = service?.currentServiceDeployment;
  const updated = await teal.ecs.send(
    new UpdateServiceCommand({ cluster: 'shop', service: 'twice', taskDefinition: 'plain:2' }),
  );
  const second = updated.service?.currentServiceDeployment;

  await ended(second, 'SUCCESSFUL');
  expect((await deployment(first))?.status).toBe('STOPPED');
  const { serviceDeployments = [] } = await list('twice');
  expect(serviceDeployments.map((one) => one.serviceDeploymentArn)).toEqual([second, first]);
  const page = await list('twice', { maxResults: 1 });
  expect(page.serviceDeployments).toHaveLength(1);
  const rest = await list('twice', { maxResults: 1, nextToken: page.nextToken });
  expect(rest.serviceDeployments?.[0]?.serviceDeploymentArn).toBe(first);
  expect(rest.nextToken).toBeUndefined();
  const stopped = await list('twice', { status: ['STOPPED'] });
  expect(stopped.serviceDeployments).toHaveLength(1);
});

it('answers what is unknown as AWS does', async () => {
  const unknown = `arn:aws:ecs:us-east-1:${teal.account}:service-deployment/shop/first/AAAAAAAAAAAAAAAAAAAAA`;
  const { failures } = await teal.ecs.send(new DescribeServiceDeploymentsCommand({ serviceDeploymentArns: [unknown] }));

  expect(failures).toEqual([{ arn: unknown, reason: 'MISSING' }]);
  await expect(
    teal.ecs.send(new StopServiceDeploymentCommand({ serviceDeploymentArn: unknown })),
  ).rejects.toMatchObject({ name: 'ServiceDeploymentNotFoundException' });
  await expect(list('nothing')).rejects.toMatchObject({ name: 'ServiceNotFoundException' });
  await expect(
    teal.ecs.send(new DescribeServiceDeploymentsCommand({ serviceDeploymentArns: [] })),
  ).rejects.toMatchObject({ name: 'InvalidParameterException' });
});

it('refuses to stop a deployment that has ended', async () => {
  const { service } = await create('ended');
  await ended(service?.currentServiceDeployment, 'SUCCESSFUL');

  await expect(
    teal.ecs.send(new StopServiceDeploymentCommand({ serviceDeploymentArn: service?.currentServiceDeployment })),
  ).rejects.toMatchObject({ name: 'ConflictException' });
});

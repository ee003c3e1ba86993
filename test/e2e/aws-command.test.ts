import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { SAMPLE_APP } from '../../src/cli/demo/sample-app.ts';
import { awsCommand, awsCommandUnavailable } from '../support/aws-command.ts';
import { eventually } from '../support/eventually.ts';
import { spawnTeal } from '../support/spawned-teal.ts';

const missing = awsCommandUnavailable();
// Debian 12 has one that is too old for `aws ecs deploy`; nothing that CI could install would mend that.
const skip = missing !== undefined && (!process.env['CI'] || missing.includes('does not read'));

const taskDefinition = (version: string) => ({
  family: 'tutorial-task-def',
  networkMode: 'awsvpc',
  containerDefinitions: [
    {
      name: 'sample-app',
      image: 'sample/app',
      memory: 128,
      command: [process.execPath, '-e', SAMPLE_APP],
      portMappings: [{ containerPort: 8080, protocol: 'tcp' }],
      environment: [{ name: 'VERSION', value: version }],
    },
  ],
});

const TRUST =
  '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"codedeploy.amazonaws.com"},"Action":"sts:AssumeRole"}]}';

const appSpec = `version: 0.0
Resources:
  - TargetService:
      Type: AWS::ECS::Service
      Properties:
        TaskDefinition: "<TASK_DEFINITION>"
        LoadBalancerInfo:
          ContainerName: "sample-app"
          ContainerPort: 8080
`;

it.skipIf(skip)(
  `goes through AWS's own ECS blue/green tutorial with the aws command${skip ? ` (skipped: ${missing})` : ''}`,
  { timeout: 400_000 },
  async () => {
    const data = await mkdtemp(join(tmpdir(), 'teal-cli-'));
    const file = async (name: string, content: unknown): Promise<string> => {
      const path = join(data, name);
      await writeFile(path, typeof content === 'string' ? content : JSON.stringify(content));
      return path;
    };
    const teal = await spawnTeal([
      '--port',
      '0',
      '--data',
      join(data, 'teal'),
      '--runtime',
      'process',
      '--time-scale',
      '60',
    ]);
    const aws = awsCommand(teal.url);
    try {
      expect(await aws.value('Account', 'sts', 'get-caller-identity')).toBe('000000000000');
      const vpc = await aws.value('Vpcs[0].VpcId', 'ec2', 'describe-vpcs', '--filters', 'Name=isDefault,Values=true');
      const subnets = (await aws.value('Subnets[].SubnetId', 'ec2', 'describe-subnets')).split(/\s+/);
      const balancer = await aws.value(
        'LoadBalancers[0].LoadBalancerArn',
        'elbv2',
        'create-load-balancer',
        '--name',
        'bluegreen-alb',
        '--subnets',
        ...subnets.slice(0, 2),
      );
      await aws.text('elbv2', 'wait', 'load-balancer-available', '--load-balancer-arns', balancer);
      const group = (name: string) =>
        aws.value(
          'TargetGroups[0].TargetGroupArn',
          'elbv2',
          'create-target-group',
          '--name',
          name,
          '--protocol',
          'HTTP',
          '--port',
          '8080',
          '--target-type',
          'ip',
          '--vpc-id',
          vpc,
        );
      const [blue] = [await group('bluegreentarget1'), await group('bluegreentarget2')];
      const listener = await aws.value(
        'Listeners[0].ListenerArn',
        'elbv2',
        'create-listener',
        '--load-balancer-arn',
        balancer,
        '--protocol',
        'HTTP',
        '--port',
        '80',
        '--default-actions',
        `Type=forward,TargetGroupArn=${blue}`,
      );
      const bound = await aws.value(
        "TagDescriptions[0].Tags[?Key=='teal:bound-port'].Value | [0]",
        'elbv2',
        'describe-tags',
        '--resource-arns',
        listener,
      );
      const url = `http://127.0.0.1:${bound === 'None' ? 80 : bound}`;

      await aws.text('ecs', 'create-cluster', '--cluster-name', 'tutorial-bluegreen-cluster');
      await aws.text(
        'ecs',
        'register-task-definition',
        '--cli-input-json',
        `file://${await file('task-v1.json', taskDefinition('v1'))}`,
      );
      await aws.text(
        'ecs',
        'create-service',
        '--cli-input-json',
        `file://${await file('service.json', {
          cluster: 'tutorial-bluegreen-cluster',
          serviceName: 'service-bluegreen',
          taskDefinition: 'tutorial-task-def',
          loadBalancers: [{ targetGroupArn: blue, containerName: 'sample-app', containerPort: 8080 }],
          deploymentController: { type: 'CODE_DEPLOY' },
          networkConfiguration: { awsvpcConfiguration: { subnets: subnets.slice(0, 2), assignPublicIp: 'DISABLED' } },
          desiredCount: 1,
        })}`,
      );
      await eventually('v1 behind the listener', async () => ((await version(url)) === 'v1' ? true : undefined));

      const role = await aws.value(
        'Role.Arn',
        'iam',
        'create-role',
        '--role-name',
        'ecsCodeDeployRole',
        '--assume-role-policy-document',
        TRUST,
      );
      await aws.text(
        'deploy',
        'create-application',
        '--application-name',
        'tutorial-bluegreen-app',
        '--compute-platform',
        'ECS',
      );
      await aws.text(
        'deploy',
        'create-deployment-group',
        '--cli-input-json',
        `file://${await file('group.json', {
          applicationName: 'tutorial-bluegreen-app',
          autoRollbackConfiguration: { enabled: true, events: ['DEPLOYMENT_FAILURE'] },
          blueGreenDeploymentConfiguration: {
            deploymentReadyOption: { actionOnTimeout: 'CONTINUE_DEPLOYMENT', waitTimeInMinutes: 0 },
            terminateBlueInstancesOnDeploymentSuccess: { action: 'TERMINATE', terminationWaitTimeInMinutes: 5 },
          },
          deploymentGroupName: 'tutorial-bluegreen-dg',
          deploymentStyle: { deploymentOption: 'WITH_TRAFFIC_CONTROL', deploymentType: 'BLUE_GREEN' },
          loadBalancerInfo: {
            targetGroupPairInfoList: [
              {
                targetGroups: [{ name: 'bluegreentarget1' }, { name: 'bluegreentarget2' }],
                prodTrafficRoute: { listenerArns: [listener] },
              },
            ],
          },
          serviceRoleArn: role,
          ecsServices: [{ serviceName: 'service-bluegreen', clusterName: 'tutorial-bluegreen-cluster' }],
        })}`,
      );

      const said = await aws.text(
        ...['ecs', 'deploy', '--cluster', 'tutorial-bluegreen-cluster', '--service', 'service-bluegreen'],
        ...[
          '--codedeploy-application',
          'tutorial-bluegreen-app',
          '--codedeploy-deployment-group',
          'tutorial-bluegreen-dg',
        ],
        ...[
          '--task-definition',
          await file('task-v2.json', taskDefinition('v2')),
          '--codedeploy-appspec',
          await file('appspec.yaml', appSpec),
        ],
      );
      expect(said).toMatch(
        /Successfully deployed arn:aws:ecs:us-east-1:000000000000:task-definition\/tutorial-task-def:2 to service 'service-bluegreen'/,
      );
      expect(await version(url)).toBe('v2');

      const definition = await aws.value(
        'taskDefinition.taskDefinitionArn',
        'ecs',
        'register-task-definition',
        '--cli-input-json',
        `file://${await file('task-v3.json', taskDefinition('v3'))}`,
      );
      const content = appSpec.replace('<TASK_DEFINITION>', definition);
      const id = await aws.value(
        'deploymentId',
        ...[
          'deploy',
          'create-deployment',
          '--application-name',
          'tutorial-bluegreen-app',
          '--deployment-group-name',
          'tutorial-bluegreen-dg',
        ],
        ...['--revision', JSON.stringify({ revisionType: 'String', string: { content } })],
      );
      expect(id).toMatch(/^d-[A-Z0-9]{9}$/);
      await aws.text('deploy', 'wait', 'deployment-successful', '--deployment-id', id);
      expect(await version(url)).toBe('v3');

      await expect(aws.text('deploy', 'stop-deployment', '--deployment-id', id)).rejects.toThrow(
        /DeploymentAlreadyCompletedException/,
      );
      await expect(aws.text('deploy', 'get-deployment', '--deployment-id', 'd-NOSUCHONE')).rejects.toThrow(
        /DeploymentDoesNotExistException/,
      );
    } finally {
      await teal.stop();
      await rm(data, { recursive: true, force: true });
    }
  },
);

async function version(url: string): Promise<string | null> {
  const answer = await fetch(url, { headers: { connection: 'close' } });
  await answer.arrayBuffer();
  return answer.headers.get('x-version');
}

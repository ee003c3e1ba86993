import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { startBackend } from '../../src/drivers/balancers/testing/backend.ts';
import { ask } from '../../src/drivers/balancers/testing/client.ts';
import { awsCommand, awsCommandUnavailable } from '../support/aws-command.ts';
import { spawnTeal } from '../support/spawned-teal.ts';

const missing = awsCommandUnavailable();
// As in aws-command.test.ts: nothing that CI could install would mend Debian's own.
const skip = missing !== undefined && (!process.env['CI'] || missing.includes('does not read'));

/** Gives the first value of an answer, as a shell script would have it. */
type Value = (query: string, ...args: string[]) => Promise<string>;

it.skipIf(skip)(
  `balances load as the aws command says${skip ? ` (skipped: ${missing})` : ''}`,
  { timeout: 400_000 },
  async () => {
    const data = await mkdtemp(join(tmpdir(), 'teal-cli-'));
    const teal = await spawnTeal(['--port', '0', '--data', data, '--runtime', 'process', '--time-scale', '60']);
    const backend = await startBackend('blue');
    const aws = awsCommand(teal.url);
    const elb: Value = (query, ...args) => aws.value(query, 'elbv2', ...args);
    try {
      const { balancer, group, listener, port } = await build(aws.value, backend.port);
      await aws.text('elbv2', 'wait', 'target-in-service', '--target-group-arn', group);
      expect((await ask({ port })).body.toString()).toBe('blue');

      const rule = await elb(
        'Rules[0].RuleArn',
        ...['create-rule', '--listener-arn', listener, '--priority', '5'],
        ...['--conditions', 'Field=http-header,HttpHeaderConfig={HttpHeaderName=X-Canary,Values=[yes]}'],
        'Field=query-string,QueryStringConfig={Values=[{Key=v,Value=2}]}',
        ...['--actions', 'Type=fixed-response,FixedResponseConfig={StatusCode=418,MessageBody=teapot}'],
      );
      const matching = { port, path: '/?v=2', headers: { 'x-canary': 'YES' } };
      expect((await ask(matching)).status).toBe(418);
      await elb(
        'Rules[0].RuleArn',
        ...['modify-rule', '--rule-arn', rule, '--actions'],
        'Type=redirect,RedirectConfig={Protocol=HTTPS,Port=443,StatusCode=HTTP_301}',
      );
      expect((await ask(matching)).status).toBe(301);

      await aws.text(
        ...['elbv2', 'modify-target-group-attributes', '--target-group-arn', group, '--attributes'],
        ...['Key=stickiness.enabled,Value=true', 'Key=deregistration_delay.timeout_seconds,Value=3600'],
      );
      expect((await ask({ port })).headers['set-cookie']?.join()).toContain('AWSALB=');
      const timeout = await elb(
        "Attributes[?Key=='idle_timeout.timeout_seconds'].Value | [0]",
        ...['modify-load-balancer-attributes', '--load-balancer-arn', balancer],
        ...['--attributes', 'Key=idle_timeout.timeout_seconds,Value=90'],
      );
      expect(timeout).toBe('90');
      // The command follows pages by itself only where it was not told their size.
      const rules = ['describe-rules', '--listener-arn', listener];
      const marker = await elb('NextMarker', ...rules, '--page-size', '1');
      expect(await elb('Rules[].Priority', ...rules, '--marker', marker)).toBe('default');
      expect((await elb('Rules[].Priority', ...rules)).split(/\s+/)).toEqual(['5', 'default']);

      const refused = aws.text(
        ...['elbv2', 'create-rule', '--listener-arn', listener, '--priority', '5', '--conditions'],
        ...['Field=path-pattern,Values=/a', '--actions', `Type=forward,TargetGroupArn=${group}`],
      );
      await expect(refused).rejects.toThrow(/\(PriorityInUse\).*Priority '5' is currently in use/);

      const target = `Id=127.0.0.1,Port=${backend.port}`;
      await aws.text('elbv2', 'deregister-targets', '--target-group-arn', group, '--targets', target);
      const health = ['describe-target-health', '--target-group-arn', group, '--targets', target];
      expect(await elb('TargetHealthDescriptions[0].TargetHealth.State', ...health)).toBe('draining');
      await aws.text('elbv2', 'register-targets', '--target-group-arn', group, '--targets', target);
      await aws.text('elbv2', 'wait', 'target-in-service', '--target-group-arn', group);
    } finally {
      await backend.close();
      await teal.stop();
      await rm(data, { recursive: true, force: true });
    }
  },
);

async function build(value: Value, targetPort: number) {
  const vpc = await value('Vpcs[0].VpcId', 'ec2', 'describe-vpcs');
  const subnets = (await value('Subnets[].SubnetId', 'ec2', 'describe-subnets')).split(/\s+/).slice(0, 2);
  const balancer = await value(
    'LoadBalancers[0].LoadBalancerArn',
    ...['elbv2', 'create-load-balancer', '--name', 'web', '--subnets', ...subnets],
  );
  const group = await value(
    'TargetGroups[0].TargetGroupArn',
    ...['elbv2', 'create-target-group', '--name', 'blue', '--protocol', 'HTTP', '--port', '80', '--vpc-id', vpc],
    ...['--target-type', 'ip', '--health-check-path', '/health', '--matcher', 'HttpCode=200-204'],
  );
  const listener = await value(
    'Listeners[0].ListenerArn',
    ...['elbv2', 'create-listener', '--load-balancer-arn', balancer, '--protocol', 'HTTP', '--port', '18650'],
    ...['--default-actions', `Type=forward,TargetGroupArn=${group}`],
  );
  await value(
    'none',
    ...['elbv2', 'register-targets', '--target-group-arn', group, '--targets', `Id=127.0.0.1,Port=${targetPort}`],
  );
  const bound = await value(
    "TagDescriptions[0].Tags[?Key=='teal:bound-port'].Value | [0]",
    ...['elbv2', 'describe-tags', '--resource-arns', listener],
  );
  return { balancer, group, listener, port: Number(bound === 'None' ? 18_650 : bound) };
}

import {
  ApplicationAutoScalingClient,
  DescribeScalingActivitiesCommand,
  PutScalingPolicyCommand,
  RegisterScalableTargetCommand,
  type RegisterScalableTargetRequest,
  type ScalingActivity,
  type TargetTrackingScalingPolicyConfiguration,
} from '@aws-sdk/client-application-auto-scaling';
import { CloudWatchClient, DescribeAlarmsCommand } from '@aws-sdk/client-cloudwatch';
import { eventually } from './eventually.ts';
import type { TestTeal } from './teal.ts';

/** Scales services of the cluster `shop`, as a user does. */
export class ScalingYard {
  readonly scaling: ApplicationAutoScalingClient;
  readonly cloudwatch: CloudWatchClient;

  constructor({ url, account }: Pick<TestTeal, 'url' | 'account'>) {
    const credentials = { accessKeyId: account, secretAccessKey: 'secret' };
    const config = { endpoint: url, region: 'us-east-1', credentials, maxAttempts: 1 };
    this.scaling = new ApplicationAutoScalingClient(config);
    this.cloudwatch = new CloudWatchClient(config);
  }

  close(): void {
    this.scaling.destroy();
    this.cloudwatch.destroy();
  }

  place(service: string) {
    return {
      ServiceNamespace: 'ecs',
      ResourceId: `service/shop/${service}`,
      ScalableDimension: 'ecs:service:DesiredCount',
    } as const;
  }

  register(service: string, members: Partial<RegisterScalableTargetRequest> = {}) {
    const input = { ...this.place(service), MinCapacity: 1, MaxCapacity: 3, ...members };
    return this.scaling.send(new RegisterScalableTargetCommand(input));
  }

  track(service: string, configuration: TargetTrackingScalingPolicyConfiguration) {
    return this.scaling.send(
      new PutScalingPolicyCommand({
        ...this.place(service),
        PolicyName: 'keep',
        PolicyType: 'TargetTrackingScaling',
        TargetTrackingScalingPolicyConfiguration: configuration,
      }),
    );
  }

  /** The newest first. */
  async activities(service: string, members = {}): Promise<ScalingActivity[]> {
    const command = new DescribeScalingActivitiesCommand({ ...this.place(service), ...members });
    return (await this.scaling.send(command)).ScalingActivities ?? [];
  }

  alarmIs(name: string, state: 'ALARM' | 'OK'): Promise<true> {
    const command = new DescribeAlarmsCommand({ AlarmNames: [name] });
    return eventually(
      `${name} in ${state}`,
      async () => ((await this.cloudwatch.send(command)).MetricAlarms?.[0]?.StateValue === state ? true : undefined),
      60_000,
    );
  }
}

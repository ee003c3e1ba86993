import type { BalancerName } from '../drivers/balancers/balancer.ts';
import type { RuntimeName } from '../drivers/runtimes/runtime.ts';
import type { Checkpoint } from '../kernel/checkpoint.ts';
import type { Clock } from '../kernel/clock.ts';
import type { Logger } from '../kernel/logger.ts';

/** What the platform does as it is told to when Teal is started. */
export interface PlatformOptions {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly runtime: RuntimeName;
  readonly balancer: BalancerName;
  /** A folder of certificates for HTTPS listeners, `NAME.pem` and `NAME.key`. */
  readonly certificates?: string;
  /** Files with networks that are there too, as `aws ec2 describe-subnets` and its like print them. */
  readonly network?: readonly string[];
  /** The URL of a service that speaks SQS, for subscriptions and targets that are queues. */
  readonly sqsEndpoint?: string;
  readonly checkpoint: Checkpoint;
}

export interface TealOptions extends PlatformOptions {
  readonly host: string;
  /** 0 takes a free port. */
  readonly port: number;
  /** The data folder. */
  readonly data: string;
  readonly allowReset: boolean;
}

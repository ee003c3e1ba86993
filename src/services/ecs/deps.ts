import type { DeploymentAlarms } from '../../aws/deployment-alarms.ts';
import type { Network } from '../../aws/network.ts';
import type { Objects } from '../../aws/objects.ts';
import type { Targets } from '../../aws/targets.ts';
import type { Runtime } from '../../drivers/runtimes/runtime.ts';
import type { Bell } from '../../kernel/bell.ts';
import type { Checkpoint } from '../../kernel/checkpoint.ts';
import type { Clock } from '../../kernel/clock.ts';
import type { Logger } from '../../kernel/logger.ts';
import type { PublishMetrics } from '../../kernel/metrics.ts';
import type { EmitEvent } from '../../kernel/platform-event.ts';
import type { AppendWith } from '../../store/append-with.ts';
import type { Store } from '../../store/store.ts';

export interface EcsDeps {
  readonly store: Store;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Heard by the loop, and rung when something that a deployment watches changes. */
  readonly bell: Bell;
  readonly runtime: Runtime;
  readonly targets: Targets;
  /** Knows subnets and security groups; without it every id is taken. */
  readonly network?: Network;
  /** Judge rolling deployments. */
  readonly alarms: DeploymentAlarms;
  /** Hold environment files. */
  readonly objects: Objects;
  /** Takes lines that containers print. */
  readonly append: AppendWith;
  /** Hears of changes of tasks, services and deployments. */
  readonly emit: EmitEvent;
  readonly checkpoint: Checkpoint;
  /** Takes the metrics of `AWS/ECS` and `ECS/ContainerInsights`; without it there are none. */
  readonly publish?: PublishMetrics;
}

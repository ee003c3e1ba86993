import {
  ModifyLoadBalancerAttributesCommand,
  ModifyTargetGroupAttributesCommand,
  type TargetGroupAttribute,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import type { RequestListener } from 'node:http';
import { startBackend, type Backend } from '../../src/drivers/balancers/testing/backend.ts';
import type { ElbStack } from './elb-stack.ts';
import { eventually } from './eventually.ts';
import type { TestTeal } from './teal.ts';

/** Real targets behind the target groups of a stack, and what a user sets on the way to them. */
export interface ElbTargets {
  /** A new group whose health checks are as frequent as can be. */
  group(): Promise<string>;
  /** Registers a new target; by default it answers its name. */
  add(group: string, name: string, answer?: RequestListener): Promise<Backend>;
  /** Resolves once the group has so many targets, all healthy. */
  healthy(group: string, count: number): Promise<void>;
  setGroup(group: string, values: Readonly<Record<string, string>>): Promise<void>;
  setBalancer(balancer: string, values: Readonly<Record<string, string>>): Promise<void>;
  close(): Promise<void>;
}

export function elbTargets({ elbv2: elb }: TestTeal, stack: ElbStack): ElbTargets {
  const backends: Backend[] = [];
  return {
    group: () =>
      stack.group({ HealthCheckPath: '/health', HealthCheckIntervalSeconds: 20, HealthCheckTimeoutSeconds: 15 }),
    async add(group, name, answer) {
      const backend = await startBackend(name, answer);
      backends.push(backend);
      await stack.register(group, backend.port);
      return backend;
    },
    async healthy(group, count) {
      await eventually(`${count} healthy targets of ${group}`, async () => {
        const states = await stack.states(group);
        return states.length === count && states.every((state) => state === 'healthy') ? states : undefined;
      });
    },
    async setGroup(TargetGroupArn, values) {
      const Attributes = attributes(values);
      await elb.send(new ModifyTargetGroupAttributesCommand({ TargetGroupArn, Attributes }));
    },
    async setBalancer(LoadBalancerArn, values) {
      const Attributes = attributes(values);
      await elb.send(new ModifyLoadBalancerAttributesCommand({ LoadBalancerArn, Attributes }));
    },
    async close() {
      for (const backend of backends) await backend.close();
    },
  };
}

const attributes = (values: Readonly<Record<string, string>>): TargetGroupAttribute[] =>
  Object.entries(values).map(([Key, Value]) => ({ Key, Value }));

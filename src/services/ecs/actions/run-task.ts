import { ConflictException, type RunTaskCommand, type TaskOverride } from '@aws-sdk/client-ecs';
import { fault } from '../../../wire/api-error.ts';
import type { Action } from '../../../wire/types.ts';
import { checkPlacement } from '../checks/placement.ts';
import type { EcsDeps } from '../deps.ts';
import { invalidParameter, notServed } from '../faults.ts';
import { makeTask } from '../loop/make-task.ts';
import { requireCluster } from '../records/cluster.ts';
import { requireTaskDefinition, type TaskDefinitionRecord } from '../records/task-definition.ts';
import { tasks } from '../records/task.ts';
import { showTask } from '../views/show-task.ts';
import { checkEnvironmentFiles } from '../task-definition/check-environment.ts';

/** Records tasks outside of any service; the loop starts them, and does not replace them. */
export const runTask =
  ({ store, clock, bell }: EcsDeps): Action<typeof RunTaskCommand> =>
  async (input, ctx) => {
    const { count = 1, overrides, clientToken } = input;
    const cluster = await requireCluster(store, ctx, input.cluster);
    const definition = await requireTaskDefinition(store, ctx, input.taskDefinition);
    if (count < 1 || count > 10) throw invalidParameter('Task count must be between 1 and 10.');
    if (input.volumeConfigurations?.length) throw notServed('volumeConfigurations');
    checkPlacement(input, definition.definition);
    checkOverrides(overrides, definition);
    const wish = {
      cluster: cluster.name,
      definition,
      launchType: input.launchType ?? (input.capacityProviderStrategy?.length ? 'FARGATE' : 'EC2'),
      platformVersion: input.platformVersion,
      networkConfiguration: input.networkConfiguration,
      group: input.group ?? `family:${definition.family}`,
      startedBy: input.startedBy,
      overrides,
      enableExecuteCommand: input.enableExecuteCommand,
      tags: [...(input.propagateTags === 'TASK_DEFINITION' ? definition.tags : []), ...(input.tags ?? [])],
      clientToken,
    } as const;
    const now = clock.now().getTime();
    const made = await store.transaction(async (tx) => {
      const earlier =
        clientToken === undefined
          ? []
          : (await tasks(tx).list(ctx, cluster.name)).filter((task) => task.clientToken === clientToken);
      if (earlier.some((task) => task.taskDefinition !== definition.arn))
        throw fault(ConflictException, 'The clientToken was used with other input.', {
          resourceIds: earlier.map(({ arn }) => arn),
        });
      if (earlier.length > 0) return earlier;
      const fresh = Array.from({ length: count }, () => makeTask(ctx, wish, now));
      for (const task of fresh) await tasks(tx).insert(ctx, task.id, task, { parent: cluster.name });
      return fresh;
    });
    bell.ring();
    return { tasks: made.map((task) => showTask(ctx, task)), failures: [] };
  };

function checkOverrides(overrides: TaskOverride | undefined, { definition }: TaskDefinitionRecord): void {
  for (const override of overrides?.containerOverrides ?? []) {
    const { name } = override;
    if (!definition.containerDefinitions?.some((container) => container.name === name))
      throw invalidParameter(`Override for container named ${name} is not a container in the TaskDefinition.`);
    checkEnvironmentFiles(override);
  }
}

import type { RegisterTaskDefinitionCommand } from '@aws-sdk/client-ecs';
import type { Action } from '../../../wire/types.ts';
import { arns } from '../arns.ts';
import { checkTags } from '../checks/tags.ts';
import type { EcsDeps } from '../deps.ts';
import { clientError } from '../faults.ts';
import { families, taskDefinitions, type TaskDefinitionRecord } from '../records/task-definition.ts';
import { normalise } from '../task-definition/normalise.ts';
import { showTaskDefinition } from '../views/show-task-definition.ts';

/** Revisions count up per family and are never given twice, even after deletion. */
export const registerTaskDefinition =
  ({ store, clock }: EcsDeps): Action<typeof RegisterTaskDefinitionCommand> =>
  async (input, ctx) => {
    if (input.tags?.length === 0) throw clientError('Tags can not be empty.');
    checkTags(input.tags);
    const definition = normalise(input, ctx);
    const { family, tags = [] } = input;
    const now = clock.now().getTime();
    const record = await store.transaction(async (tx): Promise<TaskDefinitionRecord> => {
      const revision = ((await families(tx).get(ctx, family))?.lastRevision ?? 0) + 1;
      await families(tx).put(ctx, family, { family, lastRevision: revision });
      const arn = arns.taskDefinition(ctx, family, revision);
      const made: TaskDefinitionRecord = {
        family,
        revision,
        arn,
        status: 'ACTIVE',
        definition: {
          ...definition,
          taskDefinitionArn: arn,
          revision,
          registeredBy: `arn:aws:iam::${ctx.account}:root`,
        },
        tags,
        registeredAt: now,
      };
      await taskDefinitions(tx).insert(ctx, `${family}:${revision}`, made, { parent: family });
      return made;
    });
    return { taskDefinition: showTaskDefinition(record), ...(tags.length > 0 && { tags }) };
  };

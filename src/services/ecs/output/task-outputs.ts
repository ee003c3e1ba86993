import type { Definition } from '../records/task-definition.ts';
import type { TaskOutput } from '../records/task-output.ts';

/**
 * Where the `awslogs` driver sends the lines of each container; others send nothing anywhere here.
 *
 * @param containerIds - by name: what a stream is called without a prefix
 */
export const taskOutputs = (
  { containerDefinitions = [] }: Definition,
  taskId: string,
  containerIds: Readonly<Record<string, string>>,
): TaskOutput[] =>
  containerDefinitions.flatMap(({ name: container = '', logConfiguration }) => {
    const { logDriver, options = {} } = logConfiguration ?? {};
    if (logDriver !== 'awslogs') return [];
    const prefix = options['awslogs-stream-prefix'];
    return [
      {
        container,
        region: options['awslogs-region'] ?? '',
        group: options['awslogs-group'] ?? '',
        stream: prefix ? `${prefix}/${container}/${taskId}` : (containerIds[container] ?? ''),
        mayCreateGroup: options['awslogs-create-group']?.toLowerCase() === 'true',
        ...eventStartOf(options),
      },
    ];
  });

function eventStartOf(options: Readonly<Record<string, string>>): Pick<TaskOutput, 'eventStart'> {
  const pattern = options['awslogs-multiline-pattern'];
  const datetimeFormat = options['awslogs-datetime-format'];
  if (pattern !== undefined) return { eventStart: { pattern } };
  return datetimeFormat === undefined ? {} : { eventStart: { datetimeFormat } };
}

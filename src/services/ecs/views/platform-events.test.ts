import { expect, it } from 'vitest';
import { arns } from '../arns.ts';
import { eventText } from '../events.ts';
import type { ServiceRecord } from '../records/service.ts';
import { serviceEvents } from './platform-events.ts';

const scope = { account: '111122223333', region: 'eu-west-1' };

it('tells the event bus which resource the tasks of a service lack, and on which instance', () => {
  const set = { id: 'ecs-svc/1', kind: 'task-set' } as const;
  const service = {
    arn: arns.service(scope, 'shop', 'web'),
    cluster: 'shop',
    name: 'web',
    events: [
      { id: '3', at: 3, message: eventText.unplaced({ service: 'web', set }, 'x', 'MEMORY') },
      { id: '2', at: 2, message: eventText.unplaced({ service: 'web' }, 'x', 'PORTS') },
      { id: '1', at: 1, message: eventText.unplaced({ service: 'web' }, 'x', 'CPU') },
    ],
  } as unknown as ServiceRecord;
  const told = serviceEvents(scope, service, '1');

  expect(told.map(({ detail }) => detail['reason'])).toEqual(['RESOURCE:PORTS', 'RESOURCE:MEMORY']);
  expect(told[0]).toMatchObject({
    detailType: 'ECS Service Action',
    resources: [service.arn],
    detail: {
      eventType: 'ERROR',
      eventName: 'SERVICE_TASK_PLACEMENT_FAILURE',
      clusterArn: arns.cluster(scope, 'shop'),
      containerInstanceArns: [arns.containerInstance(scope, 'shop')],
    },
  });
});

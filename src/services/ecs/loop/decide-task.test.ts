import { expect, it } from 'vitest';
import type { TargetHealth } from '../../../aws/targets.ts';
import type { TaskObservation } from '../../../drivers/runtimes/runtime.ts';
import type { TaskRecord, TaskTarget } from '../records/task.ts';
import type { TaskDefinitionRecord } from '../records/task-definition.ts';
import { decideTask, type Sight } from './decide-task.ts';
import { makeTask } from './make-task.ts';

const SCOPE = { account: '111122223333', region: 'eu-west-1' };
const GROUP = 'arn:group';
const DEFINITION: TaskDefinitionRecord = {
  family: 'web',
  revision: 1,
  arn: 'arn:web:1',
  status: 'ACTIVE',
  definition: {
    family: 'web',
    networkMode: 'awsvpc',
    containerDefinitions: [{ name: 'web', image: 'web', portMappings: [{ containerPort: 80 }] }],
  },
  tags: [],
  registeredAt: 0,
};
const BINDING = { targetGroupArn: GROUP, targetType: 'ip', instanceId: 'i-1', containerName: 'web', containerPort: 80 };

const task = (members: Partial<TaskRecord> = {}): TaskRecord => ({
  ...makeTask(SCOPE, { cluster: 'c', definition: DEFINITION, launchType: 'EC2', group: 'g', bindings: [BINDING] }, 0),
  ...members,
});
const target = (state: TaskTarget['state']): TaskTarget => ({ targetGroupArn: GROUP, id: '10.0.0.1', port: 80, state });
const seen = (state: TaskObservation['state'], members: Partial<TaskObservation> = {}): TaskObservation => ({
  taskId: 't',
  state,
  containers: [
    {
      name: 'web',
      state: state === 'running' ? 'running' : 'stopped',
      endpoints: [{ containerPort: 80, host: '10.0.0.1', port: 80, protocol: 'tcp' }],
    },
  ],
  ...members,
});
const sight = (members: Partial<Sight> = {}): Sight => ({
  observation: undefined,
  isStarting: false,
  health: new Map(),
  graceUntil: 0,
  now: 100,
  ...members,
});
const health = (...states: TargetHealth['state'][]) =>
  new Map([[GROUP, states.map((state) => ({ id: '10.0.0.1', port: 80, state }))]]);
const running = (state: TaskTarget['state'], members: Partial<TaskRecord> = {}): TaskRecord => {
  const observation = seen('running');
  return task({ lastStatus: 'RUNNING', containers: observation.containers, targets: [target(state)], ...members });
};

it('starts a recorded task that the runtime does not know', () => {
  expect(decideTask(task(), sight()).do).toBe('start');
});

it('does nothing while a start has not been answered', () => {
  expect(decideTask(task({ desiredStatus: 'STOPPED' }), sight({ isStarting: true })).do).toBe('wait');
});

it('ends a task that failed to start, with the reason of the runtime', () => {
  const observation = seen('stopped', { startFailure: 'CannotStartContainerError: no' });

  expect(decideTask(task(), sight({ observation }))).toEqual({
    do: 'end',
    stopCode: 'TaskFailedToStart',
    reason: 'CannotStartContainerError: no',
  });
});

it('registers the endpoint of a running task', () => {
  const decision = decideTask(running('registered', { targets: [] }), sight({ observation: seen('running') }));

  expect(decision).toEqual({ do: 'register', targets: [target('registering')] });
});

it('repeats a registration that was recorded and perhaps not performed', () => {
  expect(decideTask(running('registering'), sight({ observation: seen('running') })).do).toBe('register');
});

it('forgives bad health during the grace period, and not after it', () => {
  const around = { observation: seen('running'), health: health('unhealthy') };

  expect(decideTask(running('registered'), sight({ ...around, graceUntil: 101 })).do).toBe('wait');
  expect(decideTask(running('registered'), sight({ ...around, graceUntil: 100 }))).toMatchObject({
    do: 'end',
    stopCode: 'ServiceSchedulerInitiated',
    reason: `Task failed ELB health checks in (target-group ${GROUP})`,
  });
});

const stopping = (state: TaskTarget['state']): TaskRecord => running(state, { desiredStatus: 'STOPPED' });

it('takes a task out of the load balancer before anything else', () => {
  expect(decideTask(stopping('registered'), sight({ observation: seen('running') })).do).toBe('deregister');
  expect(decideTask(stopping('registering'), sight({ observation: seen('running') })).do).toBe('deregister');
});

it('does not signal a task while its target drains, or while nobody can tell', () => {
  const observation = seen('running');

  expect(decideTask(stopping('draining'), sight({ observation, health: health('draining') })).do).toBe('wait');
  expect(decideTask(stopping('draining'), sight({ observation })).do).toBe('wait');
});

it('tells the load balancer again when it still sends requests to a target recorded as draining', () => {
  const decision = decideTask(stopping('draining'), sight({ observation: seen('running'), health: health('healthy') }));

  expect(decision.do).toBe('deregister');
});

it('signals a task once its target is gone, and forgets it once it has stopped', () => {
  const gone = sight({ observation: seen('running'), health: health() });

  expect(decideTask(stopping('draining'), gone).do).toBe('mark-drained');
  expect(decideTask(stopping('drained'), gone).do).toBe('signal');
  expect(decideTask(stopping('drained'), sight({ observation: seen('stopping') })).do).toBe('wait');
  expect(decideTask(stopping('drained'), sight({ observation: seen('stopped') })).do).toBe('finish');
});

it('ends a running task that the runtime no longer knows', () => {
  expect(decideTask(running('registered'), sight())).toMatchObject({ do: 'end', stopCode: 'TerminationNotice' });
});

import { expect, it } from 'vitest';
import { startBalancing, ownStore } from './testing/balancing.ts';
import { recordingBalancer } from './testing/recording-balancer.ts';
import {
  buildStack,
  descriptions,
  createBalancer,
  createGroup,
  createListenerTo,
  forward,
  states,
  weighted,
} from './testing/stack.ts';

const address = { Id: '127.0.0.1', Port: 9001 };
const other = { Id: '127.0.0.1', Port: 9002 };

it('answers ModifyListener only after the balancer has acknowledged the new weights', async () => {
  const teal = await startBalancing();
  const { listener, blue, green } = await buildStack(teal);
  const release = teal.balancer.hold();
  let isAnswered = false;

  const answer = teal
    .call('ModifyListener', { ListenerArn: listener, DefaultActions: [weighted([green, 10], [blue, 90])] })
    .finally(() => (isAnswered = true));
  while (teal.balancer.latest().epoch === teal.balancer.applied.at(-1)?.epoch) await new Promise(setImmediate);
  expect(isAnswered).toBe(false);
  release();
  await answer;

  expect(teal.balancer.latest().listeners[0]?.rules.at(-1)?.action).toEqual({
    type: 'forward',
    groups: [
      { targetGroupArn: green, weight: 10 },
      { targetGroupArn: blue, weight: 90 },
    ],
  });
});

it('brings changes that come together to the balancer with one apply after the one that runs', async () => {
  const teal = await startBalancing();
  const { blue } = await buildStack(teal);
  const release = teal.balancer.hold();
  const before = teal.balancer.applied.length;
  const ports = [1, 2, 3, 4, 5, 6, 7, 8];

  const answers = ports.map((Port) =>
    teal.call('RegisterTargets', { TargetGroupArn: blue, Targets: [{ Id: '127.0.0.1', Port }] }),
  );
  while (teal.balancer.applied.length === before) await new Promise(setImmediate);
  await teal.call('DescribeTargetHealth', { TargetGroupArn: blue });
  release();
  await Promise.all(answers);

  expect(teal.balancer.latest().targetGroups[0]?.targets).toHaveLength(ports.length);
  expect(teal.balancer.applied.length - before).toBeLessThan(ports.length);
});

it('says that the change is recorded when the balancer does not take it, and brings it there later', async () => {
  const teal = await startBalancing();
  const { blue } = await buildStack(teal);
  teal.balancer.failWith(new Error('gone'));

  const refused = teal.call('RegisterTargets', { TargetGroupArn: blue, Targets: [address] });
  await expect(refused).rejects.toMatchObject({ code: 'ServiceUnavailable', status: 503 });
  teal.balancer.failWith(undefined);
  teal.bell.ring();

  await expect.poll(() => teal.balancer.latest().targetGroups[0]?.targets.length).toBe(1);
});

it('applies what the store holds when it starts', async () => {
  const store = await ownStore();
  const first = await startBalancing({ store });
  const { blue } = await buildStack(first);
  await first.call('RegisterTargets', { TargetGroupArn: blue, Targets: [address] });

  const second = await startBalancing({ store });

  expect(second.balancer.latest()).toEqual(first.balancer.latest());
});

it('goes past the epoch of a balancer that outlived its store', async () => {
  const balancer = recordingBalancer({ epoch: 40, listeners: [], targetGroups: [] });
  const teal = await startBalancing({ balancer });

  const group = await createGroup(teal, 'blue');

  expect(balancer.latest().epoch).toBeGreaterThan(40);
  expect(balancer.latest().targetGroups.map(({ arn }) => arn)).toEqual([group]);
});

it('shows a target as unused until a listener names its group, at weight 0 too', async () => {
  const teal = await startBalancing();
  const { listener, blue, green } = await buildStack(teal);
  await teal.call('RegisterTargets', { TargetGroupArn: green, Targets: [address] });

  expect(await states(teal, green)).toEqual({ '127.0.0.1:9001': 'unused Target.NotInUse' });
  await teal.call('ModifyListener', { ListenerArn: listener, DefaultActions: [weighted([blue, 1], [green, 0])] });

  expect(await states(teal, green)).toEqual({ '127.0.0.1:9001': 'initial Elb.InitialHealthChecking' });
});

it('registers at the port of the group when none is given, and twice as once', async () => {
  const teal = await startBalancing();
  const { blue } = await buildStack(teal);

  await teal.call('RegisterTargets', { TargetGroupArn: blue, Targets: [{ Id: '127.0.0.1' }] });
  const { epoch } = teal.balancer.latest();
  await teal.call('RegisterTargets', { TargetGroupArn: blue, Targets: [{ Id: '127.0.0.1', Port: 80 }] });

  expect(Object.keys(await states(teal, blue))).toEqual(['127.0.0.1:80']);
  expect(teal.balancer.latest().epoch).toBe(epoch);
});

const DRAINING = 'Target deregistration is in progress';

it('shows a target as draining until its delay has ended, and says as soon as nothing is in flight', async () => {
  const teal = await startBalancing();
  const { blue } = await buildStack(teal);
  await teal.call('RegisterTargets', { TargetGroupArn: blue, Targets: [address, other] });
  teal.balancer.see('127.0.0.1:9001', { inFlight: 1 });

  await teal.call('DeregisterTargets', { TargetGroupArn: blue, Targets: [address, other] });
  await expect
    .poll(() => descriptions(teal, blue))
    .toEqual([DRAINING, `${DRAINING}; no request is in flight any more`]);
  await expect
    .poll(() => teal.balancer.latest().targetGroups[0]?.targets.map(({ key }) => key))
    .toEqual(['127.0.0.1:9001']);
  teal.balancer.see('127.0.0.1:9001', { inFlight: 0 });
  teal.bell.ring();
  await expect
    .poll(() => descriptions(teal, blue))
    .toEqual([1, 2].map(() => `${DRAINING}; no request is in flight any more`));
  expect(await states(teal, blue)).toEqual({
    '127.0.0.1:9001': 'draining Target.DeregistrationInProgress',
    '127.0.0.1:9002': 'draining Target.DeregistrationInProgress',
  });
  teal.advance(300_000 / 10);
  teal.bell.ring();

  await expect.poll(() => states(teal, blue)).toEqual({});
  expect(await states(teal, blue, [address])).toEqual({ '127.0.0.1:9001': 'unused Target.NotRegistered' });
});

it('forgets a target with a request in flight when the deregistration delay has ended', async () => {
  const teal = await startBalancing();
  const { blue } = await buildStack(teal);
  await teal.call('RegisterTargets', { TargetGroupArn: blue, Targets: [address] });
  teal.balancer.see('127.0.0.1:9001', { inFlight: 1 });

  await teal.call('DeregisterTargets', { TargetGroupArn: blue, Targets: [address] });
  expect(Object.keys(await states(teal, blue))).toEqual(['127.0.0.1:9001']);
  teal.advance(300_000 / 10);
  teal.bell.ring();

  await expect.poll(() => states(teal, blue)).toEqual({});
});

it('drops a target of an unused group at once, but not while a request from before is in flight', async () => {
  const teal = await startBalancing();
  const { green } = await buildStack(teal);
  await teal.call('RegisterTargets', { TargetGroupArn: green, Targets: [address, other] });
  teal.balancer.see('127.0.0.1:9002', { inFlight: 1 });

  await teal.call('DeregisterTargets', { TargetGroupArn: green, Targets: [address, other] });

  expect(await states(teal, green)).toEqual({ '127.0.0.1:9002': 'draining Target.DeregistrationInProgress' });
});

it('goes on with a drain that an earlier Teal began and listed nowhere', async () => {
  const store = await ownStore();
  const first = await startBalancing({ store });
  const { blue } = await buildStack(first);
  await first.call('RegisterTargets', { TargetGroupArn: blue, Targets: [address] });
  await first.call('DeregisterTargets', { TargetGroupArn: blue, Targets: [address] });
  const list = store.records('teal_settings');
  for (const { scope, id } of await list.everywhere()) if (id.startsWith('elbv2/drains')) await list.remove(scope, id);

  const second = await startBalancing({ store });
  second.advance(300_000 / 10);
  second.bell.ring();

  await expect.poll(() => states(second, blue)).toEqual({});
});

it('takes a draining target back when it is registered again', async () => {
  const teal = await startBalancing();
  const { blue } = await buildStack(teal);
  await teal.call('RegisterTargets', { TargetGroupArn: blue, Targets: [address] });
  teal.balancer.see('127.0.0.1:9001', { inFlight: 1, health: 'initial' });
  await teal.call('DeregisterTargets', { TargetGroupArn: blue, Targets: [address] });

  await teal.call('RegisterTargets', { TargetGroupArn: blue, Targets: [address] });

  expect(await states(teal, blue)).toEqual({ '127.0.0.1:9001': 'initial Elb.InitialHealthChecking' });
});

it('rings the bell when something changed and never otherwise', async () => {
  const teal = await startBalancing();
  const { blue } = await buildStack(teal);
  await teal.call('RegisterTargets', { TargetGroupArn: blue, Targets: [address] });
  let rings = 0;
  const stop = teal.bell.listen(() => rings++);

  await teal.call('RegisterTargets', { TargetGroupArn: blue, Targets: [address] });
  await teal.call('DeregisterTargets', { TargetGroupArn: blue, Targets: [other] });
  expect(rings).toBe(0);
  await teal.call('RegisterTargets', { TargetGroupArn: blue, Targets: [other] });
  stop();

  expect(rings).toBe(1);
});

it('deletes a load balancer with its listeners and rules, and keeps its groups', async () => {
  const teal = await startBalancing();
  const { loadBalancer, listener, blue } = await buildStack(teal);
  await teal.call('CreateRule', {
    ListenerArn: listener,
    Priority: 1,
    Conditions: [{ Field: 'path-pattern', Values: ['/a'] }],
    Actions: [forward(blue)],
  });
  await expect(teal.call('DeleteTargetGroup', { TargetGroupArn: blue })).rejects.toThrow(
    `Target group '${blue}' is currently in use by a listener or a rule`,
  );

  await teal.call('DeleteLoadBalancer', { LoadBalancerArn: loadBalancer });

  expect(teal.balancer.latest()).toMatchObject({ listeners: [], targetGroups: [{ inUse: false }, { inUse: false }] });
  await teal.call('DeleteTargetGroup', { TargetGroupArn: blue });
  expect(teal.balancer.latest().targetGroups).toHaveLength(1);
});

it('lets a target group serve one load balancer only', async () => {
  const teal = await startBalancing();
  const { blue } = await buildStack(teal);
  const second = await createBalancer(teal, 'second');

  await expect(createListenerTo(teal, second, blue)).rejects.toThrow(
    `The following target groups cannot be associated with more than one load balancer: ${blue}`,
  );
});

it('lets two rules change places, and refuses a priority that a third has', async () => {
  const teal = await startBalancing();
  const { listener, blue } = await buildStack(teal);
  const create = async (Priority: number) => {
    const Conditions = [{ Field: 'path-pattern', Values: [`/${Priority}`] }];
    const answer = await teal.call('CreateRule', {
      ListenerArn: listener,
      Priority,
      Conditions,
      Actions: [forward(blue)],
    });
    return (answer['Rules'] as { RuleArn: string }[])[0]?.RuleArn ?? '';
  };
  const [one, two] = [await create(1), await create(2)];
  await create(3);

  const change = (RulePriorities: object[]) => teal.call('SetRulePriorities', { RulePriorities });
  await change([
    { RuleArn: one, Priority: 2 },
    { RuleArn: two, Priority: 1 },
  ]);

  expect(
    teal.balancer
      .latest()
      .listeners[0]?.rules.slice(0, 2)
      .map(({ arn }) => arn),
  ).toEqual([two, one]);
  await expect(change([{ RuleArn: one, Priority: 3 }])).rejects.toThrow("Priority '3' is currently in use");
});

it('tags a listener with the port it got, where that is another than asked for', async () => {
  const teal = await startBalancing();
  const { loadBalancer, green } = await buildStack(teal);
  teal.balancer.bind(80, 30080);
  const listener = await createListenerTo(teal, loadBalancer, green, 80);
  await teal.call('AddTags', { ResourceArns: [listener], Tags: [{ Key: 'team', Value: 'web' }] });

  expect(await teal.call('DescribeTags', { ResourceArns: [listener] })).toEqual({
    TagDescriptions: [
      {
        ResourceArn: listener,
        Tags: [
          { Key: 'team', Value: 'web' },
          { Key: 'teal:bound-port', Value: '30080' },
        ],
      },
    ],
  });
  expect((await teal.service.describeHealth()).listeners).toMatchObject([
    { port: 8080, boundPort: 8080 },
    { port: 80, boundPort: 30080, note: 'permission denied' },
  ]);
});

it('pages by the last item shown', async () => {
  const teal = await startBalancing();
  for (const name of ['a', 'b', 'c']) await createGroup(teal, name);

  const first = await teal.call('DescribeTargetGroups', { PageSize: 2 });
  const second = await teal.call('DescribeTargetGroups', { PageSize: 2, Marker: first['NextMarker'] });

  expect(first['TargetGroups']).toHaveLength(2);
  expect(second).toMatchObject({ TargetGroups: [{ TargetGroupName: 'c' }] });
  expect(second).not.toHaveProperty('NextMarker');
});

it('keeps accounts apart, and serves both with one balancer', async () => {
  const teal = await startBalancing();
  const group = await createGroup(teal, 'blue');

  const theirs = teal.call('DescribeTargetGroups', { TargetGroupArns: [group] }, '999999999999');

  await expect(theirs).rejects.toThrow('One or more target groups not found');
});

it('does not take a name where an ARN is asked for', async () => {
  const teal = await startBalancing();
  await buildStack(teal);

  const groups = teal.call('DescribeTargetGroups', { TargetGroupArns: ['blue'] });
  const balancers = teal.call('DescribeLoadBalancers', { LoadBalancerArns: ['web'] });

  await expect(groups).rejects.toThrow('One or more target groups not found');
  await expect(balancers).rejects.toThrow('One or more load balancers not found');
});

import { DeleteServiceCommand, DescribeServicesCommand } from '@aws-sdk/client-ecs';
import {
  DeleteListenerCommand,
  DeleteLoadBalancerCommand,
  DeleteTargetGroupCommand,
  ModifyListenerCommand,
  ModifyRuleCommand,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { eventually } from '../support/eventually.ts';
import { forward, Shop, type Stack } from '../support/shop.ts';

let shop: Shop;
beforeAll(async () => {
  shop = await Shop.open(47_000);
});
afterAll(() => shop?.close());

async function removeService(service: string): Promise<void> {
  await shop.teal.ecs.send(new DeleteServiceCommand({ cluster: 'shop', service, force: true }));
  await eventually('the old service to be gone', async () => {
    const { services } = await shop.teal.ecs.send(
      new DescribeServicesCommand({ cluster: 'shop', services: [service] }),
    );
    return services?.[0]?.status === 'INACTIVE' || services?.length === 0 || undefined;
  });
}

const ELB = 'ELASTIC_LOAD_BALANCING_INVALID';
const ECS = 'INVALID_ECS_SERVICE';
type Spoil = (stack: Stack) => Promise<unknown>;

/** Makes the world what it must not be; then the error's code and what of its message a user needs. */
const REFUSED: readonly (readonly [
  what: string,
  code: string,
  says: (stack: Stack) => readonly string[],
  spoil: Spoil,
])[] = [
  [
    'production that points at the empty group',
    ELB,
    ({ production, name }) => [
      `Primary taskset target group must be behind listener ${production}`,
      `no task set of the service is in ${name}-green`,
    ],
    ({ production, green }) =>
      shop.teal.elbv2.send(
        new ModifyListenerCommand({ ListenerArn: production, DefaultActions: forward({ [green]: 1 }) }),
      ),
  ],
  [
    'a rule that points at the empty group',
    ELB,
    ({ rule }) => [`Primary taskset target group must be behind listener ${rule}`],
    ({ rule, green }) =>
      shop.teal.elbv2.send(new ModifyRuleCommand({ RuleArn: rule, Actions: forward({ [green]: 1 }) })),
  ],
  [
    'production that gives the PRIMARY group no weight',
    ELB,
    ({ production }) => [`Primary taskset target group must be behind listener ${production}`],
    ({ production, blue, green }) =>
      shop.teal.elbv2.send(
        new ModifyListenerCommand({ ListenerArn: production, DefaultActions: forward({ [blue]: 0, [green]: 0 }) }),
      ),
  ],
  [
    'weight on the idle group',
    ELB,
    ({ production }) => [
      'Green taskset target group cannot have non-zero weight prior to traffic shifting',
      production,
    ],
    ({ production, blue, green }) =>
      shop.teal.elbv2.send(
        new ModifyListenerCommand({ ListenerArn: production, DefaultActions: forward({ [blue]: 90, [green]: 10 }) }),
      ),
  ],
  [
    'a third target group on production',
    ELB,
    ({ production }) => ['Only target group in ECS deployment group', `can be set on listener ${production}`],
    async ({ production, blue, name }) => {
      const DefaultActions = forward({ [blue]: 1, [await shop.createGroup(`${name}-third`)]: 0 });
      await shop.teal.elbv2.send(new ModifyListenerCommand({ ListenerArn: production, DefaultActions }));
    },
  ],
  [
    'a production listener that is gone',
    ELB,
    ({ production }) => [production, 'was not found'],
    ({ production }) => shop.teal.elbv2.send(new DeleteListenerCommand({ ListenerArn: production })),
  ],
  [
    'a test listener that is gone',
    ELB,
    ({ test }) => [test, 'was not found'],
    ({ test }) => shop.teal.elbv2.send(new DeleteListenerCommand({ ListenerArn: test })),
  ],
  [
    'a load balancer that is gone',
    ELB,
    ({ production }) => [production, 'was not found'],
    ({ balancer }) => shop.teal.elbv2.send(new DeleteLoadBalancerCommand({ LoadBalancerArn: balancer })),
  ],
  [
    'a target group that is gone',
    ELB,
    ({ name }) => [`The target group ${name}-green was not found`],
    async ({ production, rule, blue, green }) => {
      await shop.teal.elbv2.send(
        new ModifyListenerCommand({ ListenerArn: production, DefaultActions: forward({ [blue]: 1 }) }),
      );
      await shop.teal.elbv2.send(new ModifyRuleCommand({ RuleArn: rule, Actions: forward({ [blue]: 1 }) }));
      await shop.teal.elbv2.send(new DeleteTargetGroupCommand({ TargetGroupArn: green }));
    },
  ],
  [
    'a target group of another load balancer',
    ELB,
    ({ green }) => [`The target group ${green} belongs to the load balancer`],
    async ({ production, rule, blue, green, name }) => {
      await shop.teal.elbv2.send(
        new ModifyListenerCommand({ ListenerArn: production, DefaultActions: forward({ [blue]: 1 }) }),
      );
      await shop.teal.elbv2.send(new ModifyRuleCommand({ RuleArn: rule, Actions: forward({ [blue]: 1 }) }));
      await shop.listen(await shop.createBalancer(`${name}-2`), green);
    },
  ],
  ['a service that is gone', ECS, ({ name }) => [name], ({ name }) => removeService(name)],
  [
    'a service that another controller deploys to',
    ECS,
    ({ name }) => [`The ECS service ${name} must be configured for a CODE_DEPLOY deployment controller, found ECS`],
    async ({ name, blue }) => {
      await removeService(name);
      await shop.createService(name, blue, 'ECS');
    },
  ],
  [
    'a PRIMARY task set in another target group',
    ECS,
    ({ name }) => [`The PRIMARY task set of ${name} uses the target group ${name}-else`],
    async ({ name, balancer }) => {
      const elsewhere = await shop.createGroup(`${name}-else`);
      await shop.listen(balancer, elsewhere);
      await removeService(name);
      await shop.createService(name, elsewhere);
    },
  ],
];

it.each(REFUSED.map((each, index) => [...each, index] as const))(
  'refuses %s before anything is created',
  async (_what, code, says, spoil, index) => {
    const stack = await shop.build(`refused-${index}`);
    await spoil(stack);
    const before = await shop.picture(stack);

    const { status, errorInformation, rollbackInfo } = await shop.reach(
      await shop.deploy(stack),
      'Failed',
      'Ready',
      'Succeeded',
    );

    expect({ status, code: errorInformation?.code }).toEqual({ status: 'Failed', code });
    for (const words of says(stack)) expect(errorInformation?.message).toContain(words);
    expect(rollbackInfo).toBeUndefined();
    expect(await shop.picture(stack)).toEqual(before);
  },
);

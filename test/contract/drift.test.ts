import { ImportCertificateCommand } from '@aws-sdk/client-acm';
import {
  type Action,
  DeleteListenerCommand,
  DeleteLoadBalancerCommand,
  DeleteRuleCommand,
  DescribeListenersCommand,
  DescribeRulesCommand,
  ModifyListenerCommand,
  ModifyRuleCommand,
  SetRulePrioritiesCommand,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CERTIFICATES } from '../support/certificates.ts';
import { forward, Shop, type Stack } from '../support/shop.ts';

let shop: Shop;
beforeAll(async () => {
  shop = await Shop.open(47_100);
});
afterAll(() => shop?.close());

type Change = (stack: Stack) => Promise<unknown>;

/** The same forwards, under which a client stays with its group for so many seconds. */
const sticky = (actions: readonly Action[], DurationSeconds: number): Action[] =>
  actions.map(({ TargetGroupArn: _single, ForwardConfig, ...rest }) => ({
    ...rest,
    ForwardConfig: { ...ForwardConfig, TargetGroupStickinessConfig: { Enabled: true, DurationSeconds } },
  }));

/** Made while the deployment is Ready: an hour in which no timer would look for it. */
const DRIFT: readonly (readonly [what: string, names: (stack: Stack) => string, change: Change])[] = [
  [
    'weights of production',
    ({ production }) => production,
    ({ production, blue, green }) =>
      shop.teal.elbv2.send(
        new ModifyListenerCommand({ ListenerArn: production, DefaultActions: forward({ [blue]: 50, [green]: 50 }) }),
      ),
  ],
  [
    'weights of the test listener',
    ({ test }) => test,
    ({ test, blue, green }) =>
      shop.teal.elbv2.send(
        new ModifyListenerCommand({ ListenerArn: test, DefaultActions: forward({ [blue]: 50, [green]: 50 }) }),
      ),
  ],
  [
    'conditions of a rule',
    ({ rule }) => rule,
    ({ rule }) =>
      shop.teal.elbv2.send(
        new ModifyRuleCommand({ RuleArn: rule, Conditions: [{ Field: 'path-pattern', Values: ['/v2/*'] }] }),
      ),
  ],
  [
    'priority of a rule',
    ({ rule }) => rule,
    ({ rule }) =>
      shop.teal.elbv2.send(new SetRulePrioritiesCommand({ RulePriorities: [{ RuleArn: rule, Priority: 77 }] })),
  ],
  [
    'group stickiness of a rule',
    ({ rule }) => rule,
    async ({ rule }) => {
      const { Rules = [] } = await shop.teal.elbv2.send(new DescribeRulesCommand({ RuleArns: [rule] }));
      const Actions = sticky(Rules[0]?.Actions ?? [], 600);
      return shop.teal.elbv2.send(new ModifyRuleCommand({ RuleArn: rule, Actions }));
    },
  ],
  [
    'a forward into a redirect',
    ({ rule }) => rule,
    ({ rule }) =>
      shop.teal.elbv2.send(
        new ModifyRuleCommand({
          RuleArn: rule,
          Actions: [{ Type: 'redirect', RedirectConfig: { Host: 'elsewhere.test', StatusCode: 'HTTP_302' } }],
        }),
      ),
  ],
  [
    'port of the production listener',
    ({ production }) => production,
    ({ production }) => shop.teal.elbv2.send(new ModifyListenerCommand({ ListenerArn: production, Port: 47_299 })),
  ],
  [
    'protocol of the test listener',
    ({ test }) => test,
    async ({ test }) => {
      const { CertificateArn } = await shop.teal.acm.send(new ImportCertificateCommand(CERTIFICATES.web));
      return shop.teal.elbv2.send(
        new ModifyListenerCommand({ ListenerArn: test, Protocol: 'HTTPS', Certificates: [{ CertificateArn }] }),
      );
    },
  ],
  [
    'a rule by deleting it',
    ({ rule }) => rule,
    ({ rule }) => shop.teal.elbv2.send(new DeleteRuleCommand({ RuleArn: rule })),
  ],
  [
    'the production listener by deleting it',
    ({ production }) => production,
    ({ production }) => shop.teal.elbv2.send(new DeleteListenerCommand({ ListenerArn: production })),
  ],
  [
    'the load balancer by deleting it',
    ({ production }) => production,
    ({ balancer }) => shop.teal.elbv2.send(new DeleteLoadBalancerCommand({ LoadBalancerArn: balancer })),
  ],
];

describe('while a deployment runs', () => {
  it.each(DRIFT.map((each, index) => [...each, index] as const))(
    'somebody who changes %s stops it, is named, and finds the original primary again',
    async (_what, names, change, index) => {
      const stack = await shop.build(`drift-${index}`);
      const id = await shop.deploy(stack);
      await shop.reach(id, 'Ready');

      await change(stack);
      const { errorInformation, rollbackInfo } = await shop.reach(id, 'Failed');
      const rollbackId = rollbackInfo?.rollbackDeploymentId ?? '';
      const rollback = await shop.reach(rollbackId, 'Succeeded', 'Failed');

      expect(errorInformation?.code).toBe('ELASTIC_LOAD_BALANCING_INVALID');
      expect(errorInformation?.message).toContain(names(stack));
      expect(rollback.errorInformation).toBeUndefined();
      const left = (await shop.taskSets(stack)).filter((set) => set.status !== 'DRAINING');
      expect(left.map((set) => set.loadBalancers?.[0]?.targetGroupArn)).toEqual([stack.blue]);
      const forwards = (await shop.listeners(stack)).flatMap(({ DefaultActions = [] }) => DefaultActions);
      const groups = forwards.flatMap((action) => action.ForwardConfig?.TargetGroups ?? []);
      for (const { TargetGroupArn, Weight } of groups) expect(TargetGroupArn === stack.green && Weight).toBeFalsy();
    },
  );

  it('keeps group stickiness where it moves traffic itself', async () => {
    const stack = await shop.build('sticky');
    const { production, test, rule, blue } = stack;
    for (const ListenerArn of [production, test])
      await shop.teal.elbv2.send(
        new ModifyListenerCommand({ ListenerArn, DefaultActions: sticky(forward({ [blue]: 1 }), 600) }),
      );
    await shop.teal.elbv2.send(new ModifyRuleCommand({ RuleArn: rule, Actions: sticky(forward({ [blue]: 1 }), 900) }));
    const id = await shop.deploy(stack);
    await shop.reach(id, 'Ready');

    const { Rules = [] } = await shop.teal.elbv2.send(new DescribeRulesCommand({ RuleArns: [rule] }));
    const actions = [...(await shop.listeners(stack)).map(({ DefaultActions }) => DefaultActions), Rules[0]?.Actions];
    expect(actions.map((each) => each?.[0]?.ForwardConfig?.TargetGroups?.length)).toEqual([2, 2, 2]);
    expect(actions.map((each) => each?.[0]?.ForwardConfig?.TargetGroupStickinessConfig)).toEqual(
      [600, 600, 900].map((DurationSeconds) => ({ Enabled: true, DurationSeconds })),
    );
  });

  it('takes a change for none that sets what is there already', async () => {
    const stack = await shop.build('no-drift');
    const id = await shop.deploy(stack);
    await shop.reach(id, 'Ready');
    const { production, test, rule } = stack;
    for (const ListenerArn of [production, test]) {
      const { Listeners } = await shop.teal.elbv2.send(new DescribeListenersCommand({ ListenerArns: [ListenerArn] }));
      await shop.teal.elbv2.send(
        new ModifyListenerCommand({ ListenerArn, DefaultActions: Listeners?.[0]?.DefaultActions }),
      );
    }
    await shop.teal.elbv2.send(new SetRulePrioritiesCommand({ RulePriorities: [{ RuleArn: rule, Priority: 10 }] }));
    // What is drift for certain is noticed after all this has been looked at.
    await shop.teal.elbv2.send(new DeleteListenerCommand({ ListenerArn: test }));

    expect((await shop.reach(id, 'Failed')).errorInformation?.message).toContain(
      `The test listener was deleted while this deployment needs it. The listener ${test}`,
    );
  });
});

import type { AdvancedConfiguration, LoadBalancer } from '@aws-sdk/client-ecs';
import type { Targets } from '../../../aws/targets.ts';
import type { Scope } from '../../../kernel/scope.ts';
import { invalidParameter, notServed } from '../faults.ts';
import type { ServiceRecord } from '../records/service.ts';

// The words of all refusals here are assumed. Source of the rules: spec, §9.1.

type Wish = Pick<ServiceRecord, 'deploymentConfiguration' | 'loadBalancers'>;

/**
 * What a strategy that shifts traffic needs of the service's load balancer: two target groups, and rules that forward
 * to them.
 *
 * @throws {InvalidParameterException} @throws {UnsupportedFeatureException}
 */
export async function checkShiftedTraffic(
  targets: Targets,
  scope: Scope,
  { deploymentConfiguration: { strategy = 'ROLLING' }, loadBalancers }: Wish,
  isNew: boolean,
): Promise<void> {
  if (strategy === 'ROLLING') return;
  const [entry, ...others] = loadBalancers;
  if (!entry) {
    if (strategy === 'BLUE_GREEN') return;
    throw invalidParameter(`The ${strategy} deployment strategy requires a load balancer or Service Connect.`);
  }
  if (others.length > 0) throw notServed(`Deployment strategy ${strategy} with more than one load balancer entry`);
  const { advancedConfiguration } = entry;
  if (!advancedConfiguration)
    throw invalidParameter(
      `advancedConfiguration must be specified in loadBalancers with the ${strategy} deployment strategy.`,
    );
  const pair = await checkGroups(targets, scope, entry, advancedConfiguration);
  await checkRules(targets, scope, advancedConfiguration, pair, isNew);
}

type Pair = readonly [primary: string, alternate: string];

async function checkGroups(
  targets: Targets,
  scope: Scope,
  { targetGroupArn = '' }: LoadBalancer,
  { alternateTargetGroupArn, roleArn }: AdvancedConfiguration,
): Promise<Pair> {
  if (!alternateTargetGroupArn) throw required('alternateTargetGroupArn');
  if (!roleArn) throw required('roleArn');
  if (!roleArn.startsWith('arn:')) throw invalidParameter('roleArn of advancedConfiguration must be an ARN.');
  if (alternateTargetGroupArn === targetGroupArn)
    throw invalidParameter('alternateTargetGroupArn must be different from targetGroupArn.');
  const [primary, alternate] = [
    await targets.describe(scope, targetGroupArn),
    await targets.describe(scope, alternateTargetGroupArn),
  ];
  if (!alternate) throw invalidParameter(`The target group ${alternateTargetGroupArn} was not found.`);
  if (alternate.targetType !== primary?.targetType)
    throw invalidParameter(
      `The target groups ${targetGroupArn} and ${alternateTargetGroupArn} must have the same target type.`,
    );
  return [targetGroupArn, alternateTargetGroupArn];
}

async function checkRules(
  targets: Targets,
  scope: Scope,
  { productionListenerRule, testListenerRule }: AdvancedConfiguration,
  pair: Pair,
  isNew: boolean,
): Promise<void> {
  if (!productionListenerRule) throw required('productionListenerRule');
  const weights = await checkRule(targets, scope, 'productionListenerRule', productionListenerRule, pair);
  const [primary, alternate] = pair;
  if (isNew && ((weights[primary] ?? 0) === 0 || (weights[alternate] ?? 0) > 0))
    throw invalidParameter(
      `productionListenerRule ${productionListenerRule} must forward all requests to the target group ${primary}.`,
    );
  if (testListenerRule === undefined) return;
  if (testListenerRule === productionListenerRule)
    throw invalidParameter('testListenerRule must be different from productionListenerRule.');
  await checkRule(targets, scope, 'testListenerRule', testListenerRule, pair);
}

/** @returns the weights of its forward */
async function checkRule(
  targets: Targets,
  scope: Scope,
  name: string,
  arn: string,
  pair: Pair,
): Promise<Readonly<Record<string, number>>> {
  if (arn.includes('/net/')) throw notServed('A deployment strategy with a Network Load Balancer');
  if (!arn.includes(':listener-rule/app/'))
    throw invalidParameter(`${name} must be the ARN of a listener rule of an Application Load Balancer, found ${arn}.`);
  const weights = await targets.weights(scope, arn);
  if (!weights) throw invalidParameter(`${name} ${arn} was not found.`);
  const groups = Object.keys(weights);
  if (groups.length === 0 || groups.some((group) => !pair.includes(group)))
    throw invalidParameter(`${name} ${arn} must forward to the target groups ${pair.join(' and ')} only.`);
  return weights;
}

const required = (member: string): Error => invalidParameter(`${member} must be specified in advancedConfiguration.`);

import type { Deployment, ErrorInformation, Release } from '../deployment.ts';
import type { Route } from '../ports.ts';
import type { Sides } from '../plan/step.ts';
import { elbInvalid, error } from './endings.ts';
import type { Clear } from './observed.ts';
import { describeWeights, managed, nameOfGroup, shareOf } from './shares.ts';

/**
 * Checks, before anything is created, that the service and the listeners are what a deployment assumes, and says who is
 * original and who is replacement. Source: spec/codedeploy-ecs §9.2 and §7.2.
 */
export function preflight(deployment: Deployment, clear: Clear): Sides | ErrorInformation {
  const { unreadable } = deployment.release;
  if (unreadable) return unreadable;
  const sides = findSides(deployment, clear);
  if ('code' in sides) return sides;
  return findWrongGroup(deployment, clear) ?? findWrongRoute(deployment, clear, sides) ?? sides;
}

export const isError = (found: Sides | ErrorInformation): found is ErrorInformation => 'code' in found;

function findSides({ release }: Deployment, { service, targetGroups }: Clear): Sides | ErrorInformation {
  const invalid = (reason: string) => error('INVALID_ECS_SERVICE', reason);
  if (service.status !== 'ACTIVE') return invalid(`The ECS service ${release.serviceName} is ${service.status}.`);
  const controller = release.native ? 'ECS' : 'CODE_DEPLOY';
  if (service.controller !== controller)
    return invalid(
      `The ECS service ${release.serviceName} must be configured for a ${controller} deployment controller, found ${service.controller}.`,
    );
  const primaries = service.taskSets.filter((set) => set.status === 'PRIMARY');
  const [primary] = primaries;
  if (!primary || primaries.length > 1)
    return invalid(
      `The ECS service ${release.serviceName} must have exactly one PRIMARY task set, found ${primaries.length}.`,
    );
  const missing = release.targetGroups.find((name) => targetGroups[name] === undefined);
  if (missing !== undefined) return elbInvalid(`The target group ${missing} was not found`);
  const pair = release.targetGroups.map((name) => targetGroups[name]?.arn);
  const idle = pair.find((arn) => arn !== primary.targetGroupArn);
  if (idle === undefined || !pair.includes(primary.targetGroupArn))
    return invalid(
      `The PRIMARY task set of ${release.serviceName} uses the target group ${primary.targetGroupName}, which is not one of the deployment group's (${release.targetGroups.join(', ')}).`,
    );
  return {
    originalTaskSetArn: primary.arn,
    originalTargetGroupArn: primary.targetGroupArn,
    replacementTargetGroupArn: idle,
  };
}

/** A target group serves one load balancer; one that no listener names may still be taken by this one. */
function findWrongGroup({ release }: Deployment, { targetGroups }: Clear): ErrorInformation | undefined {
  const listenerArn = release.productionListenerArn;
  const own = loadBalancerOf(listenerArn);
  const astray = Object.values(targetGroups).find(
    ({ loadBalancerArns }) => loadBalancerArns.length > 0 && !loadBalancerArns.includes(own),
  );
  return (
    astray &&
    elbInvalid(
      `The target group ${astray.arn} belongs to the load balancer ${astray.loadBalancerArns.join(', ')}, not to that of listener ${listenerArn}`,
    )
  );
}

/**
 * `…:listener/app/NAME/ID/LISTENER` is a listener of `…:loadbalancer/app/NAME/ID`, and `…:listener-rule/…/LISTENER/RULE`
 * one of its rules. Source: ELB User Guide, ARNs.
 */
const loadBalancerOf = (arn: string): string =>
  arn.replace(/:listener(-rule)?\//, ':loadbalancer/').replace(arn.includes(':listener-rule/') ? LAST_TWO : LAST, '');

const LAST = /\/[^/]+$/;
const LAST_TWO = /\/[^/]+\/[^/]+$/;

function findWrongRoute(deployment: Deployment, clear: Clear, sides: Sides): ErrorInformation | undefined {
  const { productionListenerArn, testListenerArn } = deployment.release;
  const pair = [sides.originalTargetGroupArn, sides.replacementTargetGroupArn];
  const production = managed(clear.production, pair);
  const foreign =
    findForeign(clear.production, pair, productionListenerArn) ??
    (testListenerArn === undefined ? undefined : findForeign(clear.test, pair, testListenerArn));
  if (foreign) return foreign;
  const astray = astrayRoute(production, deployment.release, sides.originalTargetGroupArn);
  if (astray) return elbInvalid(describeAstray(astray, clear, sides));
  const early = production.find((route) => shareOf(route, sides.replacementTargetGroupArn) > 0);
  if (early)
    return elbInvalid(
      `Green taskset target group cannot have non-zero weight prior to traffic shifting. ${early.arn} forwards to ${describeWeights(early.weights)}`,
    );
  if (testListenerArn !== undefined && managed(clear.test, pair).length === 0)
    return elbInvalid(`Test listener ${testListenerArn} must forward to a target group of the deployment group`);
  return undefined;
}

/** The default action and rules that name the pair may name nothing else. Rules about other groups are none of ours. */
function findForeign(
  routes: readonly Route[],
  pair: readonly string[],
  listenerArn: string,
): ErrorInformation | undefined {
  const ours = routes.filter((route) => route.isDefault || pair.some((arn) => arn in route.weights));
  const wrong = ours.find((route) => Object.keys(route.weights).some((arn) => !pair.includes(arn)));
  return (
    wrong &&
    elbInvalid(
      `Only target group in ECS deployment group (${pair.join(', ')}) can be set on listener ${wrong.isDefault ? listenerArn : wrong.arn}`,
    )
  );
}

/** A native release names one rule, which is then the only route there is. */
function astrayRoute(production: readonly Route[], release: Release, live: string): Route | undefined {
  const none: Route = { arn: release.productionListenerArn, isDefault: true, weights: {} };
  if (!production.some((route) => route.isDefault || release.native)) return none;
  return production.find((route) => shareOf(route, live) === 0);
}

/** AWS's words first, then what was found: production may send requests to a group in which nothing runs. */
function describeAstray({ arn, weights }: Route, { service }: Clear, sides: Sides): string {
  const serving = Object.keys(weights).filter((group) => (weights[group] ?? 0) > 0);
  const empty = serving.filter((group) => !service.taskSets.some((set) => set.targetGroupArn === group));
  const found = serving.length === 0 ? 'to no target group' : `to ${describeWeights(weights)}`;
  const note = empty.length === 0 ? '' : `; no task set of the service is in ${empty.map(nameOfGroup).join(', ')}`;
  return `Primary taskset target group must be behind listener ${arn}. It forwards ${found}, and the PRIMARY task set is in ${nameOfGroup(sides.originalTargetGroupArn)}${note}`;
}

import type * as ElbSdk from '@aws-sdk/client-elastic-load-balancing-v2';
import type { Balancer } from '../../drivers/balancers/balancer.ts';
import type { Bell } from '../../kernel/bell.ts';
import type { Clock } from '../../kernel/clock.ts';
import type { Logger } from '../../kernel/logger.ts';
import type { PublishMetrics } from '../../kernel/metrics.ts';
import type { Readings } from '../../kernel/readings.ts';
import type { Scope } from '../../kernel/scope.ts';
import type { Store, Transaction } from '../../store/store.ts';
import type { Actions, Service } from '../../wire/types.ts';
import {
  describeListenerAttributes,
  describeLoadBalancerAttributes,
  describeTargetGroupAttributes,
  modifyListenerAttributes,
  modifyLoadBalancerAttributes,
  modifyTargetGroupAttributes,
} from './actions/attributes.ts';
import { describeCapacityReservation, modifyCapacityReservation } from './actions/capacity-reservation.ts';
import { createListener } from './actions/create-listener.ts';
import { createLoadBalancer } from './actions/create-load-balancer.ts';
import { createRule } from './actions/create-rule.ts';
import { createTargetGroup } from './actions/create-target-group.ts';
import { deleteListener } from './actions/delete-listener.ts';
import { deleteLoadBalancer } from './actions/delete-load-balancer.ts';
import { deleteRule } from './actions/delete-rule.ts';
import { deleteTargetGroup } from './actions/delete-target-group.ts';
import { deregisterTargets } from './actions/deregister-targets.ts';
import { describeAccountLimits } from './actions/describe-account-limits.ts';
import { describeListeners } from './actions/describe-listeners.ts';
import { describeLoadBalancers } from './actions/describe-load-balancers.ts';
import { describeRules } from './actions/describe-rules.ts';
import { describeSslPolicies } from './actions/describe-ssl-policies.ts';
import { describeTargetGroups } from './actions/describe-target-groups.ts';
import { describeTargetHealth } from './actions/describe-target-health.ts';
import {
  addListenerCertificates,
  describeListenerCertificates,
  removeListenerCertificates,
} from './actions/listener-certificates.ts';
import { getResourcePolicy } from './actions/get-resource-policy.ts';
import { modifyListener } from './actions/modify-listener.ts';
import { modifyRule } from './actions/modify-rule.ts';
import { modifyTargetGroup } from './actions/modify-target-group.ts';
import { registerTargets } from './actions/register-targets.ts';
import { setIpAddressType, setSecurityGroups, setSubnets } from './actions/set-placement.ts';
import { setRulePriorities } from './actions/set-rule-priorities.ts';
import { addTags, describeTags, removeTags } from './actions/tags.ts';
import { createBalancerLink } from './balancer-link.ts';
import { certificateUse, NO_CERTIFICATES, type Certificates } from './certificates.ts';
import { findDrains } from './drain-list.ts';
import { createElb, type Elb } from './elb.ts';
import { balancerHealth, type BalancerHealth } from './health.ts';
import { invalidInput } from './invalid-input.ts';
import { keepBalancer } from './loop.ts';
import { keepPublishing } from './metrics/publisher.ts';
import { elbReadings } from './metrics/readings.ts';
import type { Network } from '../../aws/network.ts';
import { elbRecords } from './records.ts';

/*
 * Elastic Load Balancing v2: application load balancers, for real.
 *
 * Not served, and refused with an error that names it: network and gateway load balancers, their protocols and
 * attributes; lambda and alb targets, IPv6 targets; authenticating and JWT actions; transforms; anomaly mitigation;
 * connection logs and health check logs; mutual authentication and trust stores; SSL policies that need FIPS modules,
 * post-quantum groups or 3DES; capacity reservations; target control ports; whatever another action would need, such as
 * IPAM pools.
 *
 * Kept and shown, and without effect, since no local balancer can mean it: subnets and zones (cross_zone, zonal_shift,
 * AvailabilityZone of targets), the scheme, the IP address type (dualstack, ipv6.deny_all_igw_traffic), security groups,
 * WAF (waf.fail_open), DNS failover of target groups (target_group_health.dns_failover). Also without effect: the names
 * of the headers that tell targets about TLS and client certificates (routing.http.request.….header_name).
 *
 * Different from AWS: `ip` targets may be loopback addresses, since tasks of the process runtime live there, and any
 * `i-…` is this machine; DNS names end in `elb.localhost`; access logs go to folders of the data folder, one per bucket,
 * which need not exist; a draining target says in its description when nothing is in flight any more, which is when ECS
 * ends the task; a target of an unused group is dropped at once only if nothing is in flight to it; a listener whose port
 * could not be bound has the tag `teal:bound-port`.
 */

export interface ElbDeps {
  readonly store: Store;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly bell: Bell;
  readonly balancer: Balancer;
  /** Where access logs go, a folder per bucket; absolute. */
  readonly accessLogFolder: string;
  /** Who knows subnets, VPCs and security groups; without it any id of the right form is taken. */
  readonly network?: Network;
  /** Takes the metrics of `AWS/ApplicationELB`; without it there are none. */
  readonly publish?: PublishMetrics;
  /** Who keeps certificates; without it there are no HTTPS listeners. */
  readonly certificates?: Certificates;
}

export interface ElbService extends Service {
  /** Listeners with the ports asked for and bound, epochs, and targets by state. */
  describeHealth(): Promise<BalancerHealth>;
  /** What whoever keeps certificates asks about those that listeners show. */
  readonly certificateUsers: CertificateUsers;
  /** What the balancer counts, for Prometheus. */
  readonly readings: Readings;
}

export interface CertificateUsers {
  /** ARNs of the load balancers that show each certificate, by the certificate's ARN. */
  usedBy(tx: Transaction, scope: Scope): Promise<ReadonlyMap<string, readonly string[]>>;
  /** Runs the work that replaces a certificate as one transaction; resolves once every listener shows the new one. */
  replace(scope: Scope, arn: string, work: (tx: Transaction) => Promise<void>): Promise<void>;
}

/** Elastic Load Balancing v2 over a balancer that carries the traffic. Whoever opened the balancer closes it. */
export function elbv2(deps: ElbDeps): ElbService {
  const { store, clock, logger, bell, network, certificates = NO_CERTIFICATES } = deps;
  const { balancer, accessLogFolder, publish } = deps;
  const link = createBalancerLink({ store, clock, logger, balancer, accessLogFolder, certificates });
  const elb = createElb({ store, clock, logger, bell, link, network, certificates });
  const stop = new AbortController();
  let loops: readonly Promise<void>[] = [];
  return {
    name: 'elbv2',
    actions: actionTable(elb),
    onInvalidInput: invalidInput,
    describeHealth: () => balancerHealth(store, link),
    certificateUsers: certificateUsers(elb),
    readings: () => elbReadings(store, link),
    async start() {
      await store.transaction(findDrains);
      await link.reapply();
      loops = [keepBalancer({ store, clock, logger, bell, link }, stop.signal)];
      if (publish) loops = [...loops, keepPublishing({ store, clock, logger, link, publish }, stop.signal)];
    },
    async close() {
      stop.abort();
      await Promise.all(loops);
    },
  };
}

const certificateUsers = (elb: Elb): CertificateUsers => ({
  usedBy: (tx, scope) => certificateUse(elbRecords(tx), scope),
  replace: (scope, arn, work) =>
    elb.change(async (tx) => {
      await work(tx.transaction);
      if ((await certificateUse(tx, scope)).has(arn)) await tx.nextEpoch();
    }),
});

const actionTable = (elb: Elb) =>
  ({
    AddListenerCertificates: addListenerCertificates(elb),
    AddTags: addTags(elb),
    CreateListener: createListener(elb),
    CreateLoadBalancer: createLoadBalancer(elb),
    CreateRule: createRule(elb),
    CreateTargetGroup: createTargetGroup(elb),
    DeleteListener: deleteListener(elb),
    DeleteLoadBalancer: deleteLoadBalancer(elb),
    DeleteRule: deleteRule(elb),
    DeleteTargetGroup: deleteTargetGroup(elb),
    DeregisterTargets: deregisterTargets(elb),
    DescribeAccountLimits: describeAccountLimits(),
    DescribeCapacityReservation: describeCapacityReservation(elb),
    DescribeListenerAttributes: describeListenerAttributes(elb),
    DescribeListenerCertificates: describeListenerCertificates(elb),
    DescribeListeners: describeListeners(elb),
    DescribeLoadBalancerAttributes: describeLoadBalancerAttributes(elb),
    DescribeLoadBalancers: describeLoadBalancers(elb),
    DescribeRules: describeRules(elb),
    DescribeSSLPolicies: describeSslPolicies,
    DescribeTags: describeTags(elb),
    DescribeTargetGroupAttributes: describeTargetGroupAttributes(elb),
    DescribeTargetGroups: describeTargetGroups(elb),
    DescribeTargetHealth: describeTargetHealth(elb),
    GetResourcePolicy: getResourcePolicy,
    ModifyCapacityReservation: modifyCapacityReservation(elb),
    ModifyListener: modifyListener(elb),
    ModifyListenerAttributes: modifyListenerAttributes(elb),
    ModifyLoadBalancerAttributes: modifyLoadBalancerAttributes(elb),
    ModifyRule: modifyRule(elb),
    ModifyTargetGroup: modifyTargetGroup(elb),
    ModifyTargetGroupAttributes: modifyTargetGroupAttributes(elb),
    RegisterTargets: registerTargets(elb),
    RemoveListenerCertificates: removeListenerCertificates(elb),
    RemoveTags: removeTags(elb),
    SetIpAddressType: setIpAddressType(elb),
    SetRulePriorities: setRulePriorities(elb),
    SetSecurityGroups: setSecurityGroups(elb),
    SetSubnets: setSubnets(elb),
  }) satisfies Actions<typeof ElbSdk>;

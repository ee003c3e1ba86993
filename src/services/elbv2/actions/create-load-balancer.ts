import {
  DuplicateLoadBalancerNameException,
  InvalidSecurityGroupException,
  TooManyLoadBalancersException,
  type CreateLoadBalancerCommand,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import { arn } from '../../../kernel/arn.ts';
import { newId } from '../../../kernel/ids.ts';
import { fault } from '../../../wire/api-error.ts';
import type { Action, ActionInput, CallContext } from '../../../wire/types.ts';
import type { Elb } from '../elb.ts';
import { notServed, validationError } from '../faults.ts';
import { LIMITS } from '../limits.ts';
import type { LoadBalancerRecord } from '../records.ts';
import { addressType } from '../settings/address-type.ts';
import { checkLoadBalancerName } from '../settings/names.ts';
import { placement, type Placement } from '../settings/placement.ts';
import { checkedTags } from '../settings/tags.ts';
import { shownLoadBalancer } from '../shown/load-balancer.ts';

type Input = ActionInput<typeof CreateLoadBalancerCommand>;

/** Answers `provisioning`, as AWS does, though the load balancer is ready: describe says so at once. */
export const createLoadBalancer =
  (elb: Elb): Action<typeof CreateLoadBalancerCommand> =>
  async (input, ctx) => {
    const wished = await checked(elb, input, ctx);
    const record = await elb.change(async (tx) => {
      const others = await tx.loadBalancers.list(ctx);
      const existing = others.find((other) => other.name === wished.name);
      if (existing && settings(existing) === settings(wished)) return existing;
      if (existing)
        throw fault(
          DuplicateLoadBalancerNameException,
          `A load balancer with the same name '${wished.name}' exists, but with different settings`,
        );
      if (others.length >= LIMITS.loadBalancers)
        throw fault(TooManyLoadBalancersException, `The maximum number of load balancers has been reached`);
      await tx.loadBalancers.insert(ctx, wished.arn, wished);
      return wished;
    });
    return { LoadBalancers: [shownLoadBalancer(record, 'provisioning')] };
  };

async function checked(elb: Elb, input: Input, ctx: CallContext): Promise<LoadBalancerRecord> {
  const { Name: name, Type: type = 'application', Scheme: scheme = 'internet-facing' } = input;
  if (type !== 'application') throw notServed(`A load balancer of type '${type}'`);
  checkLoadBalancerName(name);
  if (scheme !== 'internet-facing' && scheme !== 'internal')
    throw validationError(`Load balancer scheme '${String(scheme)}' must be one of 'internal, internet-facing'`);
  const ipAddressType = addressType(input.IpAddressType ?? 'ipv4', scheme);
  const place = await placement(elb.network, ctx, input);
  await checkSecurityGroups(elb, ctx, input.SecurityGroups ?? []);
  return { ...newRecord(elb, ctx, name, scheme, place, input), ipAddressType };
}

function newRecord(
  elb: Elb,
  ctx: CallContext,
  name: string,
  scheme: LoadBalancerRecord['scheme'],
  place: Placement,
  input: Input,
): LoadBalancerRecord {
  const id = newId.elb();
  const digits = BigInt(`0x${id}`) % 10_000_000_000n;
  const prefix = scheme === 'internal' ? 'internal-' : '';
  return {
    arn: arn('elasticloadbalancing', ctx, `loadbalancer/app/${name}/${id}`),
    name,
    dnsName: `${prefix}${name}-${digits}.${ctx.region}.elb.localhost`,
    scheme,
    ...place,
    securityGroups: input.SecurityGroups ?? [],
    createdAt: elb.clock.now().getTime(),
    attributes: {},
    tags: checkedTags(input.Tags),
  };
}

/** @throws {InvalidSecurityGroupException} */
export async function checkSecurityGroups(elb: Elb, ctx: CallContext, ids: readonly string[]): Promise<void> {
  for (const id of ids) {
    const known = /^sg-[0-9a-f]{8,17}$/.test(id) && (!elb.network || (await elb.network.hasSecurityGroup(ctx, id)));
    if (!known) throw fault(InvalidSecurityGroupException, `The security group '${id}' does not exist`);
  }
}

/** What must be the same for a second request to be the same load balancer. Attributes are set later, by others. */
const settings = (record: LoadBalancerRecord): string =>
  JSON.stringify([
    record.scheme,
    record.ipAddressType ?? 'ipv4',
    record.zones.map((zone) => zone.subnetId).sort(),
    [...record.securityGroups].sort(),
    Object.entries(record.tags).sort(),
  ]);

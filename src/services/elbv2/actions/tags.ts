import type { AddTagsCommand, DescribeTagsCommand, RemoveTagsCommand } from '@aws-sdk/client-elastic-load-balancing-v2';
import type { BalancerObservation } from '../../../drivers/balancers/balancer.ts';
import type { Scope } from '../../../kernel/scope.ts';
import type { Action } from '../../../wire/types.ts';
import type { Elb } from '../elb.ts';
import { validationError } from '../faults.ts';
import { requireTagged } from '../tagged.ts';
import { addedTags, checkedTags, shownTags, withoutTags } from '../settings/tags.ts';
import type { ElbRecords, TagSet } from '../records.ts';

export const addTags =
  (elb: Elb): Action<typeof AddTagsCommand> =>
  async (input, ctx) => {
    const more = checkedTags(input.Tags);
    await changeTags(elb, ctx, input.ResourceArns, (tags) => addedTags(tags, more));
    return {};
  };

export const removeTags =
  (elb: Elb): Action<typeof RemoveTagsCommand> =>
  async (input, ctx) => {
    await changeTags(elb, ctx, input.ResourceArns, (tags) => withoutTags(tags, input.TagKeys));
    return {};
  };

const MOST_RESOURCES = 20;

/** A listener that answers on another port than it was asked to has that port as a tag, `teal:bound-port`. */
export const describeTags =
  (elb: Elb): Action<typeof DescribeTagsCommand> =>
  async (input, ctx) => {
    if (input.ResourceArns.length > MOST_RESOURCES)
      throw validationError(`You cannot specify more than ${MOST_RESOURCES} resources`);
    const ports = await boundPorts(elb.records, ctx, input.ResourceArns, () => elb.link.observe());
    const described = input.ResourceArns.map(async (arn) => {
      const { tags } = await requireTagged(elb.records, ctx, arn);
      return { ResourceArn: arn, Tags: shownTags({ ...tags, ...ports.get(arn) }) };
    });
    return { TagDescriptions: await Promise.all(described) };
  };

async function boundPorts(
  records: ElbRecords,
  scope: Scope,
  arns: readonly string[],
  observe: () => Promise<BalancerObservation>,
): Promise<ReadonlyMap<string, TagSet>> {
  const found = await Promise.all(arns.map((arn) => records.listeners.get(scope, arn)));
  const asked = new Map(found.flatMap((listener) => (listener ? [[listener.arn, listener.port] as const] : [])));
  if (asked.size === 0) return new Map();
  const moved = (await observe()).listeners.filter(({ arn, boundPort }) => (asked.get(arn) ?? boundPort) !== boundPort);
  return new Map(moved.map(({ arn, boundPort }) => [arn, { 'teal:bound-port': String(boundPort) }]));
}

const changeTags = (elb: Elb, scope: Scope, arns: readonly string[], change: (tags: TagSet) => TagSet): Promise<void> =>
  elb.change(async (tx) => {
    for (const arn of arns) {
      const tagged = await requireTagged(tx, scope, arn);
      await tagged.keep(change(tagged.tags));
    }
  });

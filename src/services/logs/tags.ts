import { parseArn } from '../../kernel/arn.ts';
import { invalidParameter } from './faults.ts';

export type TagSet = Readonly<Record<string, string>>;

const MOST = 50;

/** @throws {InvalidParameterException} for keys of AWS's own, and for more tags than a group may have */
export function withTags(current: TagSet, tags: TagSet): TagSet {
  const reserved = Object.keys(tags).find((key) => key.toLowerCase().startsWith('aws:'));
  if (reserved !== undefined) throw invalidParameter(`The tag key '${reserved}' begins with aws:, which is reserved.`);
  const all = { ...current, ...tags };
  if (Object.keys(all).length > MOST) throw invalidParameter(`A log group can have at most ${MOST} tags.`);
  return all;
}

export const withoutTags = (current: TagSet, keys: readonly string[]): TagSet =>
  Object.fromEntries(Object.entries(current).filter(([key]) => !keys.includes(key)));

/** The log group an ARN names; tools send it with and without `:*`. @throws {InvalidParameterException} */
export function taggedGroup(resourceArn: string): string {
  const [, name] = /^log-group:([^:]+)(?::\*)?$/.exec(parseArn(resourceArn)?.resource ?? '') ?? [];
  if (name === undefined)
    throw invalidParameter(`The ARN '${resourceArn}' is not that of a log group, which is all that has tags here.`);
  return name;
}

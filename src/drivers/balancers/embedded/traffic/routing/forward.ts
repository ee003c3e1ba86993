import type { RuleAction } from '../../../balancer.ts';
import type { Choice, PickedTarget, Route } from '../choice.ts';
import type { RequestHead } from '../messages.ts';
import type { CookieSeal } from '../stickiness/cookie-seal.ts';
import { GroupStickiness } from '../stickiness/group-stickiness.ts';
import { TargetStickiness } from '../stickiness/target-stickiness.ts';
import type { TargetGroup } from '../target-group.ts';
import { Target } from '../target.ts';
import { weightedTurns } from './weighted-turns.ts';

export type FindGroup = (arn: string) => TargetGroup | undefined;

type ForwardAction = Extract<RuleAction, { readonly type: 'forward' }>;
type ForwardRoute = Extract<Route, { readonly type: 'forward' }>;

/** Makes the action of a rule ready to choose targets. @param rule - its ARN */
export function compileForward(
  rule: string,
  action: ForwardAction,
  findGroup: FindGroup,
  seal: CookieSeal,
): ForwardRoute {
  const groups = new Map(action.groups.map((group) => [group.targetGroupArn, findGroup(group.targetGroupArn)]));
  const draw = weightedTurns(action.groups.map(({ targetGroupArn, weight }) => ({ item: targetGroupArn, weight })));
  const sticky = action.stickiness && new GroupStickiness(seal, rule, action.stickiness.duration);
  // Between several groups a client that is not kept with one could not be kept with one's target.
  const stickyTargets = sticky !== undefined || action.groups.length === 1;
  const choose = (head: RequestHead): Choice => {
    const kept = sticky?.find(head.headers, Date.now());
    const stays = kept !== undefined && groups.has(kept);
    const chosen = stays ? kept : draw();
    const group = chosen === undefined ? undefined : groups.get(chosen);
    if (!group) return NOWHERE;
    const { stickiness } = group;
    return new GroupChoice(head, group, {
      group: stays ? undefined : sticky,
      target: stickyTargets && stickiness ? new TargetStickiness(seal, group.arn, stickiness) : undefined,
    });
  };
  return { type: 'forward', choose };
}

const NONE: readonly string[] = [];

const NOWHERE: Choice = {
  targetGroupArn: undefined,
  protocol: 'http',
  version: 'HTTP1',
  target: undefined,
  isRoutable: () => false,
  another: () => undefined,
  cookies: () => NONE,
};

interface Stickiness {
  /** Present where the client has yet to be told its group. */
  readonly group: GroupStickiness | undefined;
  readonly target: TargetStickiness | undefined;
}

/** One request's group, and its target there. */
class GroupChoice implements Choice {
  readonly targetGroupArn: string;
  readonly protocol: Choice['protocol'];
  readonly version: Choice['version'];
  readonly target: PickedTarget | undefined;
  readonly #group: TargetGroup;
  readonly #stickiness: Stickiness;
  /** The key of the target that the client came to stay with, whether it may still have requests or not. */
  readonly #asked: string | undefined;

  constructor({ headers }: RequestHead, group: TargetGroup, stickiness: Stickiness) {
    this.#group = group;
    this.#stickiness = stickiness;
    this.targetGroupArn = group.arn;
    this.protocol = group.protocol;
    this.version = group.version;
    this.#asked = stickiness.target?.find(headers, Date.now());
    this.target = (this.#asked === undefined ? undefined : group.find(this.#asked)) ?? group.pick();
  }

  isRoutable(target: PickedTarget): boolean {
    return this.#group.isRoutable(target);
  }

  another(tried: ReadonlySet<PickedTarget>): PickedTarget | undefined {
    return this.#group.another(tried);
  }

  cookies(target: PickedTarget, headers: readonly string[]): readonly string[] {
    const { group, target: sticky } = this.#stickiness;
    if (!group && !sticky) return NONE;
    const now = Date.now();
    const ofGroup = group?.issue(this.targetGroupArn, now) ?? NONE;
    if (!sticky || !(target instanceof Target)) return ofGroup;
    return [...ofGroup, ...sticky.issue(target.key, this.#asked, headers, now)];
  }
}

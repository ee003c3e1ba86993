import { kindOf, membersOf, nameOf, structure, traitsOf, type Member, type Shape } from '../schema.ts';

/** Where a REST operation puts each member of its input, output or exception. */
export interface Bindings {
  readonly labels: readonly Member[];
  readonly query: readonly (Member & { readonly parameter: string })[];
  /** `header` in lower case. */
  readonly headers: readonly (Member & { readonly header: string })[];
  /** All headers that begin with `prefix`, as one map. */
  readonly prefixed: (Member & { readonly prefix: string }) | undefined;
  readonly statusCode: string | undefined;
  /** The member that is the whole body. */
  readonly payload: Member | undefined;
  /** What is left, when no member is the whole body: together they are the body. */
  readonly body: Shape | undefined;
}

export function bindingsOf(shape: Shape): Bindings {
  const members = kindOf(shape) === 'unit' ? [] : membersOf(shape);
  const having = <T>(pick: (member: Member) => T | undefined) =>
    members.flatMap((member) => {
      const found = pick(member);
      return found === undefined ? [] : [found];
    });
  const payload = members.find((member) => traitsOf(member.shape).httpPayload);
  const rest = members.filter((member) => !isBound(member));
  const named = rest.map(({ name, shape: of }) => ({ name, of }));
  return {
    labels: members.filter((member) => traitsOf(member.shape).httpLabel),
    query: having((member) => withPart(member, traitsOf(member.shape).httpQuery, 'parameter')),
    headers: having((member) => withPart(member, traitsOf(member.shape).httpHeader?.toLowerCase(), 'header')),
    prefixed: having((member) =>
      withPart(member, traitsOf(member.shape).httpPrefixHeaders?.toLowerCase(), 'prefix'),
    )[0],
    statusCode: members.find((member) => traitsOf(member.shape).httpResponseCode)?.name,
    payload,
    body: payload || rest.length === 0 ? undefined : structure(nameOf(shape), named),
  };
}

const isBound = ({ shape }: Member): boolean => {
  const { httpLabel, httpQuery, httpHeader, httpPrefixHeaders, httpPayload, httpResponseCode } = traitsOf(shape);
  return Boolean(httpLabel ?? httpQuery ?? httpHeader ?? httpPrefixHeaders ?? httpPayload ?? httpResponseCode);
};

const withPart = <K extends string>(member: Member, part: string | undefined, key: K) =>
  part === undefined ? undefined : ({ ...member, [key]: part } as Member & Record<K, string>);

import type { AddPermissionCommand, RemovePermissionCommand } from '@aws-sdk/client-sns';
import type { Scope } from '../../../kernel/scope.ts';
import type { Action } from '../../../wire/types.ts';
import type { SnsTools } from '../deps.ts';
import { invalidParameter } from '../faults.ts';
import { changeTopic, type TopicRecord } from '../records.ts';
import { defaultPolicy } from '../topic-attributes.ts';

type Statement = Readonly<Record<string, unknown>>;

export const addPermission =
  ({ store }: SnsTools): Action<typeof AddPermissionCommand> =>
  (input, ctx) =>
    changeTopic(store, ctx, input.TopicArn, (topic) =>
      withStatements(ctx, topic, (statements) => {
        if (statements.some(({ Sid }) => Sid === input.Label)) throw invalidParameter('Statement already exists');
        const principals = input.AWSAccountId.map((account) => `arn:aws:iam::${account}:root`);
        const actions = input.ActionName.map((action) => `SNS:${action}`);
        const added = {
          Sid: input.Label,
          Effect: 'Allow',
          Principal: { AWS: oneOrMore(principals) },
          Action: oneOrMore(actions),
          Resource: topic.arn,
        };
        return [...statements, added];
      }),
    );

export const removePermission =
  ({ store }: SnsTools): Action<typeof RemovePermissionCommand> =>
  (input, ctx) =>
    changeTopic(store, ctx, input.TopicArn, (topic) =>
      withStatements(ctx, topic, (statements) => statements.filter(({ Sid }) => Sid !== input.Label)),
    );

function withStatements(
  scope: Scope,
  topic: TopicRecord,
  change: (statements: readonly Statement[]) => readonly Statement[],
): TopicRecord {
  const text = topic.attributes['Policy'];
  const policy = text === undefined ? defaultPolicy(scope, topic.arn) : (JSON.parse(text) as Statement);
  const given = policy['Statement'] ?? [];
  const statements = (Array.isArray(given) ? given : [given]) as readonly Statement[];
  const Policy = JSON.stringify({ ...policy, Statement: change(statements) });
  return { ...topic, attributes: { ...topic.attributes, Policy } };
}

const oneOrMore = (values: readonly string[]): string | readonly string[] =>
  values.length === 1 ? (values[0] ?? '') : values;

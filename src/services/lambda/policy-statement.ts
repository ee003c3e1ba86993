import type { AddPermissionRequest } from '@aws-sdk/client-lambda';
import { invalidParameter } from './faults.ts';
import type { PolicyRecord } from './records.ts';

type Statement = PolicyRecord['statements'][number];

/** The statement that AddPermission asks for, its members in AWS's order. Recorded. */
export function statementOf(input: AddPermissionRequest, resource: string): Statement {
  const condition = conditionOf(input);
  return {
    Sid: input.StatementId ?? '',
    Effect: 'Allow',
    Principal: principalOf(input.Principal ?? ''),
    Action: input.Action ?? '',
    Resource: resource,
    ...(Object.keys(condition).length > 0 && { Condition: condition }),
  };
}

/** @throws InvalidParameterValueException */
function principalOf(text: string): unknown {
  if (text === '*') return '*';
  if (/^\d{12}$/.test(text)) return { AWS: `arn:aws:iam::${text}:root` };
  if (/^arn:aws[a-z-]*:(iam|sts)::\d{12}:.+$/.test(text)) return { AWS: text };
  if (/^[a-z0-9.-]+\.amazonaws\.com(\.cn)?$/.test(text)) return { Service: text };
  throw invalidParameter('The provided principal was invalid. Please check the principal and try again.');
}

function conditionOf(input: AddPermissionRequest): Readonly<Record<string, Readonly<Record<string, unknown>>>> {
  const equals = present({
    'lambda:FunctionUrlAuthType': input.FunctionUrlAuthType,
    'aws:PrincipalOrgID': input.PrincipalOrgID,
    'AWS:SourceAccount': input.SourceAccount,
    'lambda:EventSourceToken': input.EventSourceToken,
  });
  const like = present({ 'AWS:SourceArn': input.SourceArn });
  const is = present({ 'lambda:InvokedViaFunctionUrl': input.InvokedViaFunctionUrl?.toString() });
  return present({ StringEquals: equals, Bool: is, ArnLike: like });
}

/** What is there and not empty. */
function present<V>(members: Readonly<Record<string, V | undefined>>): Record<string, V> {
  const kept = Object.entries(members).filter((entry): entry is [string, V] => {
    const [, value] = entry;
    return typeof value === 'object' && value !== null ? Object.keys(value).length > 0 : value !== undefined;
  });
  return Object.fromEntries(kept);
}

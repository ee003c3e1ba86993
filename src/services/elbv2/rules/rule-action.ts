import type { Action, FixedResponseActionConfig } from '@aws-sdk/client-elastic-load-balancing-v2';
import { notServed, validationError } from '../faults.ts';
import type { ActionRecord } from '../records.ts';
import { checkedForward } from './forward-action.ts';
import { missingFields } from './missing-fields.ts';
import { checkedRedirect, type ListenerFace } from './redirect-action.ts';

/** Those that end a rule: each has exactly one, after all others. */
const ENDINGS = ['forward', 'fixed-response', 'redirect'];
const CONTENT_TYPES = ['text/html', 'application/json', 'application/javascript', 'text/css', 'text/plain'];
const LONGEST_BODY = 1024;

/**
 * The one action of a listener or rule as it is kept. Whether its target groups exist is not asked here.
 *
 * @param listener - to tell a redirect that leads back
 * @throws {ApiError} `ValidationError`, or `InvalidLoadBalancerAction`
 * Source: platform spec 10.7.
 */
export function checkedAction(actions: readonly Action[], listener: ListenerFace): ActionRecord {
  checkOrder(actions);
  const other = actions.find((action) => !isEnding(action));
  if (other) throw notServed(`An action of type '${other.Type ?? ''}'`);
  const [action] = actions;
  if (!action) throw validationError('An action must be specified');
  return { ...withoutOrder(action, listener), ...(action.Order !== undefined && { order: action.Order }) };
}

const isEnding = (action: Action): boolean => ENDINGS.includes(action.Type ?? '');

function checkOrder(actions: readonly Action[]): void {
  const endings = actions.filter(isEnding);
  if (endings.length > 1)
    throw validationError(
      `Action types '${endings.map((action) => action.Type ?? '').join(',')}' cannot be specified together`,
    );
  const [ending] = endings;
  const others = actions.filter((action) => action !== ending);
  if (ending && others.some((action) => (action.Order ?? 0) >= (ending.Order ?? Infinity)))
    throw validationError(`An action of type '${ending.Type ?? ''}' must have a higher order than all other actions`);
}

function withoutOrder(action: Action, listener: ListenerFace): ActionRecord {
  switch (action.Type) {
    case 'fixed-response':
      if (!action.FixedResponseConfig) throw missingFields(action.Type, 'FixedResponseConfig');
      return fixedResponse(action.FixedResponseConfig);
    case 'redirect':
      if (!action.RedirectConfig) throw missingFields(action.Type, 'RedirectConfig');
      return checkedRedirect(action.RedirectConfig, listener);
    default:
      return { type: 'forward', ...checkedForward(action) };
  }
}

function fixedResponse(config: FixedResponseActionConfig): ActionRecord {
  const { StatusCode: statusCode = '', ContentType: contentType, MessageBody: messageBody } = config;
  if (!/^[245]\d\d$/.test(statusCode)) throw validationError(`The status code '${statusCode}' must be 2XX, 4XX or 5XX`);
  if (contentType !== undefined && !CONTENT_TYPES.includes(contentType))
    throw validationError(`The ContentType must be one of:'${CONTENT_TYPES.join("', '")}'.`);
  if ((messageBody ?? '').length > LONGEST_BODY)
    throw validationError(`The MessageBody cannot contain more than ${LONGEST_BODY} characters`);
  return {
    type: 'fixed-response',
    statusCode,
    ...(contentType !== undefined && { contentType }),
    ...(messageBody !== undefined && { messageBody }),
  };
}

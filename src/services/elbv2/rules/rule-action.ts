import {
  InvalidLoadBalancerActionException,
  type Action,
  type FixedResponseActionConfig,
  type RedirectActionConfig,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import { fault } from '../../../wire/api-error.ts';
import { notServed, validationError } from '../faults.ts';
import type { ActionRecord } from '../records.ts';
import { checkedForward } from './forward-action.ts';

const SERVED = ['forward', 'fixed-response', 'redirect'];
const CONTENT_TYPES = ['text/html', 'application/json', 'application/javascript', 'text/css', 'text/plain'];

/**
 * The one action of a listener or rule as it is kept. Whether its target groups exist is not asked here.
 *
 * @throws {ApiError} `ValidationError`, or `InvalidLoadBalancerAction`
 * Source: platform spec 10.7.
 */
export function checkedAction(actions: readonly Action[]): ActionRecord {
  const types = actions.map((action) => action.Type ?? '');
  const unserved = types.find((type) => !SERVED.includes(type));
  if (unserved !== undefined) throw notServed(`An action of type '${unserved}'`);
  if (types.length > 1) throw validationError(`Action types '${types.join(',')}' cannot be specified together`);
  const [action] = actions;
  if (!action) throw validationError('An action must be specified');
  return { ...withoutOrder(action), ...(action.Order !== undefined && { order: action.Order }) };
}

function withoutOrder(action: Action): ActionRecord {
  switch (action.Type) {
    case 'fixed-response':
      return fixedResponse(action.FixedResponseConfig ?? missingConfig(action.Type, 'FixedResponseConfig'));
    case 'redirect':
      return redirect(action.RedirectConfig ?? missingConfig(action.Type, 'RedirectConfig'));
    default:
      return { type: 'forward', groups: checkedForward(action) };
  }
}

function missingConfig(type: string, fields: string): never {
  throw validationError(`For actions of type '${type}', you must specify the following fields: '${fields}'`);
}

function fixedResponse(config: FixedResponseActionConfig): ActionRecord {
  const { StatusCode: statusCode = '', ContentType: contentType, MessageBody: messageBody } = config;
  if (!/^[245]\d\d$/.test(statusCode)) throw validationError(`The status code '${statusCode}' must be 2XX, 4XX or 5XX`);
  if (contentType !== undefined && !CONTENT_TYPES.includes(contentType))
    throw validationError(`The ContentType must be one of:'${CONTENT_TYPES.join("', '")}'.`);
  return {
    type: 'fixed-response',
    statusCode,
    ...(contentType !== undefined && { contentType }),
    ...(messageBody !== undefined && { messageBody }),
  };
}

function redirect(config: RedirectActionConfig): ActionRecord {
  const protocol = config.Protocol ?? '#{protocol}';
  const host = config.Host ?? '#{host}';
  const port = config.Port ?? '#{port}';
  const path = config.Path ?? '/#{path}';
  const query = config.Query ?? '#{query}';
  if (!path.startsWith('/')) throw validationError(`The redirect path '${path}' must begin with a '/' character`);
  if (!/^(HTTPS?|#\{protocol\})$/.test(protocol))
    throw validationError(`Redirect protocol '${protocol}' must be one of 'HTTP, HTTPS, #{protocol}'`);
  // A listener of this kind speaks HTTP, so naming it changes nothing.
  const sameProtocol = protocol === '#{protocol}' || protocol === 'HTTP';
  if (sameProtocol && host === '#{host}' && port === '#{port}' && path === '/#{path}')
    throw fault(
      InvalidLoadBalancerActionException,
      'The redirect configuration is not valid because it creates a loop.',
    );
  const statusCode = config.StatusCode;
  if (statusCode !== 'HTTP_301' && statusCode !== 'HTTP_302')
    throw validationError(`Redirect status code '${statusCode ?? ''}' must be one of 'HTTP_301, HTTP_302'`);
  return { type: 'redirect', statusCode, protocol, host, port, path, query };
}

import {
  InvalidLoadBalancerActionException,
  type RedirectActionConfig,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import { fault } from '../../../wire/api-error.ts';
import { validationError } from '../faults.ts';
import type { ActionRecord } from '../records.ts';
import { missingFields } from './missing-fields.ts';

/** What a client speaks to the listener that an action belongs to. */
export interface ListenerFace {
  readonly protocol: 'HTTP' | 'HTTPS';
  readonly port: number;
}

type Redirect = Extract<ActionRecord, { readonly type: 'redirect' }>;

/**
 * A redirect with what it keeps of the request filled in.
 *
 * @throws {ApiError} `ValidationError`
 * @throws {InvalidLoadBalancerActionException} for one that leads to where the request came, or from HTTPS to HTTP
 */
export function checkedRedirect(config: RedirectActionConfig, listener: ListenerFace): Redirect {
  const redirect = filledIn(config);
  const { protocol, port, path } = redirect;
  if (!/^(HTTPS?|#\{protocol\})$/.test(protocol))
    throw validationError(`Redirect protocol '${protocol}' must be one of 'HTTP, HTTPS, #{protocol}'`);
  if (!path.startsWith('/')) throw validationError(`The redirect path '${path}' must begin with a '/' character`);
  if (port !== '#{port}' && !(/^\d{1,5}$/.test(port) && Number(port) >= 1 && Number(port) <= 65_535))
    throw validationError(`The redirect port '${port}' must be '#{port}' or a number between 1 and 65535`);
  if (listener.protocol === 'HTTPS' && protocol === 'HTTP')
    throw fault(InvalidLoadBalancerActionException, 'You cannot redirect from HTTPS to HTTP');
  if (leadsBack(redirect, listener))
    throw fault(
      InvalidLoadBalancerActionException,
      'The redirect configuration is not valid because it creates a loop.',
    );
  return redirect;
}

function filledIn(config: RedirectActionConfig): Redirect {
  const { StatusCode: statusCode } = config;
  if (statusCode === undefined) throw missingFields('redirect', 'StatusCode');
  return {
    type: 'redirect',
    statusCode,
    protocol: config.Protocol ?? '#{protocol}',
    host: config.Host ?? '#{host}',
    port: config.Port ?? '#{port}',
    path: config.Path ?? '/#{path}',
    query: config.Query ?? '#{query}',
  };
}

/** The query does not count: AWS wants protocol, host, port or path to change. */
const leadsBack = ({ protocol, host, port, path }: Redirect, listener: ListenerFace): boolean =>
  ['#{protocol}', listener.protocol].includes(protocol) &&
  ['#{port}', String(listener.port)].includes(port) &&
  host === '#{host}' &&
  path === '/#{path}';

import type { Action, Listener } from '@aws-sdk/client-elastic-load-balancing-v2';
import type { Route, Settings } from '../engine/ports.ts';
import { forwardOf, weightsOf } from './forward-action.ts';

/** What the actions of a listener or rule say: the weights, empty where nothing forwards, and all else in words. */
export function describeActions(actions: readonly Action[]): Required<Pick<Route, 'weights' | 'actions'>> {
  const forward = forwardOf(actions);
  const others = actions.filter((action) => action !== forward).map(inWords);
  const settings = { 'other actions': others.length === 0 ? 'none' : others.join(', then ') };
  if (!forward) return { weights: {}, actions: settings };
  return { weights: weightsOf(forward), actions: { ...settings, 'group stickiness': stickinessOf(forward) } };
}

/** The duration counts only where it is on. */
function stickinessOf({ ForwardConfig }: Action): string {
  const { Enabled, DurationSeconds } = ForwardConfig?.TargetGroupStickinessConfig ?? {};
  return Enabled === true ? `for ${DurationSeconds ?? 'unknown'} seconds` : 'off';
}

/** Its place among the others is said by the order of the words. */
const inWords = ({ Type, Order: _order, ...config }: Action): string =>
  `${Type ?? ''} ${JSON.stringify(sorted(config))}`;

/** The same settings give the same words in whatever order AWS lists them. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  const pairs = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(pairs.map(([key, each]) => [key, sorted(each)]));
}

/**
 * What a listener is, its actions aside. Certificates beside the default one are not read: CodeDeploy's managed policy
 * does not allow the call.
 */
export const describeListener = ({ Protocol, Port, Certificates = [], SslPolicy }: Listener): Settings => ({
  protocol: Protocol ?? 'none',
  port: String(Port ?? 'none'),
  'default certificate': Certificates[0]?.CertificateArn ?? 'none',
  'SSL policy': SslPolicy ?? 'none',
});

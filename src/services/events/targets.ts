import { parseArn } from '../../kernel/arn.ts';
import { isQueueArn } from '../../kernel/queues.ts';

/** Where events go. */
export type Place =
  | { readonly to: 'lambda'; readonly arn: string; readonly account: string; readonly region: string }
  | { readonly to: 'sns'; readonly arn: string; readonly account: string; readonly region: string }
  | { readonly to: 'logs'; readonly group: string; readonly account: string; readonly region: string }
  | { readonly to: 'bus'; readonly bus: string; readonly account: string; readonly region: string }
  | { readonly to: 'queue'; readonly arn: string }
  | { readonly to: 'url'; readonly url: string };

/**
 * Reads a target's ARN.
 *
 * A webhook is Teal's own: either its URL stands where the ARN would, or, for clients that insist on an ARN, in that of
 * an API destination: `arn:aws:events:us-east-1:123456789012:api-destination/https://example.com/hook`.
 *
 * @returns `undefined` for a target that Teal does not deliver to
 */
export function placeOf(text: string): Place | undefined {
  const parsed = parseArn(text);
  const [, url] = /^(?:arn:aws:events:[^:]*:[^:]*:api-destination\/)?(https?:\/\/.+)$/.exec(text) ?? [];
  if (url !== undefined) return URL.canParse(url) ? { to: 'url', url } : undefined;
  if (isQueueArn(text)) return { to: 'queue', arn: text };
  if (!parsed) return undefined;
  const { service, account, region, resource } = parsed;
  if (service === 'lambda' && resource.startsWith('function:')) return { to: 'lambda', arn: text, account, region };
  if (service === 'sns') return { to: 'sns', arn: text, account, region };
  const [, group] = /^log-group:([^:]+)(?::\*)?$/.exec(resource) ?? [];
  if (service === 'logs' && group !== undefined) return { to: 'logs', group, account, region };
  const [, bus] = /^event-bus\/(.+)$/.exec(resource) ?? [];
  if (service === 'events' && bus !== undefined) return { to: 'bus', bus, account, region };
  return undefined;
}

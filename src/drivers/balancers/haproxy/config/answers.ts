import type { ListenerConfig, RuleConfig } from '../../balancer.ts';
import { allOf, answerName } from '../names.ts';
import { returnPage } from './pages.ts';
import { literal, quote, section } from './text.ts';

type Fixed = Extract<RuleConfig['action'], { type: 'fixed-response' }>;
type Redirect = Extract<RuleConfig['action'], { type: 'redirect' }>;

/** A backend that answers by itself, and the file of its body. */
export interface AnswerBackend {
  readonly text: string;
  readonly files: Record<string, string>;
}

/** What a rule that does not forward answers with; undefined for one that does. */
export function answerBackend(listener: ListenerConfig, rule: RuleConfig, port: number): AnswerBackend | undefined {
  const { action } = rule;
  const name = answerName(listener, rule);
  if (action.type === 'forward') return undefined;
  if (action.type === 'fixed-response') {
    const file = `${name}.body`;
    const text = section(`backend ${allOf(name)}`, [fixedLine(action, file)]);
    return { text, files: action.body === '' ? {} : { [file]: action.body } };
  }
  const proto = listener.tls ? 'https' : 'http';
  return { text: section(`backend ${allOf(name)}`, redirectLines(action, proto, port)), files: {} };
}

function fixedLine({ statusCode, contentType, body }: Fixed, file: string): string {
  const payload = body === '' ? '' : ` content-type ${quote(contentType)} file ${file}`;
  return `http-request return status ${statusCode}${payload} hdr Server awselb/2.0`;
}

function redirectLines(action: Redirect, proto: string, port: number): string[] {
  const parts: Record<string, string> = {
    protocol: proto,
    host: '%[req.hdr(host),host_only]',
    port: '%[var(txn.port)]',
    path: '%[path,bytes(1)]',
    query: '%[query]',
  };
  const fill = (text: string) =>
    literal(text).replace(/#\{(protocol|host|port|path|query)\}/g, (_, name: string) => parts[name] ?? '');
  const before = `${fill(action.protocol).toLowerCase()}://${fill(action.host)}:${fill(action.port)}${fill(action.path)}`;
  const page = (query: string, condition = '') =>
    `${returnPage(action.statusCode, ` hdr Location ${quote(before + query)}`)}${condition}`;
  return [
    'http-request set-var(txn.port) req.hdr(host),port_only',
    `http-request set-var(txn.port) int(${port}) if { var(txn.port) -m int eq 0 } || !{ var(txn.port) -m found }`,
    ...(action.query === '#{query}'
      ? [page(`?${parts['query']}`, ' if { query -m len gt 0 }'), page('')]
      : [page(action.query === '' ? '' : `?${fill(action.query)}`)]),
  ];
}

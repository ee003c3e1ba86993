import type { ListenerConfig, RuleConfig, TargetGroupConfig } from '../../balancer.ts';
import { allOf, frontName, groupName, listenerName, ruleName, SUCCESSOR } from '../names.ts';
import { conditionAcl } from './conditions.ts';
import { logLines, measureLines } from './log-format.ts';
import { WEIGHTS } from './maps.ts';
import { returnPage } from './pages.ts';
import { answeredLine, answerLines, refusalLines, requestLines, TRACE_LINE } from './request-headers.ts';
import { groupStickinessLines, isSticky } from './stickiness.ts';
import { quote, section, when } from './text.ts';
import { bindOptions } from './tls.ts';

export interface Front {
  /** The port that was asked for. */
  readonly port: number;
  readonly boundPort: number;
  readonly host: string;
  /** The oldest first. Never empty. */
  readonly listeners: readonly ListenerConfig[];
}

/** A superseded worker reaches the present one through it. */
export const handOverSocket = (port: number): string => `front-${port}.sock`;

/** The port that targets and redirects are told. */
export const toldPort = (front: Pick<Front, 'port' | 'boundPort'>): number => front.port || front.boundPort;

/** How many groups a rule can draw from without a reload. */
const slotsOf = (listeners: readonly ListenerConfig[]): number =>
  Math.max(2, ...listeners.flatMap(({ rules }) => rules.map(groupsOf)));
const groupsOf = ({ action }: RuleConfig): number => (action.type === 'forward' ? action.groups.length : 0);

/** One port: which load balancer and rule a request is for, where that leads, and what it takes along. */
export function frontend(front: Front, groups: readonly TargetGroupConfig[], secret: string): string {
  const { listeners, port, boundPort, host } = front;
  const [first] = listeners;
  if (!first) return '';
  const idle = first.http.idleTimeout;
  const several = listeners.length > 1;
  const logged = listeners.some(({ accessLog }) => accessLog !== undefined);
  const only = groups.some(({ stickiness }) => stickiness) ? undefined : onlyRule(listeners);
  const of = (listener: ListenerConfig) => (several ? `{ var(txn.l) -m str ${listenerName(listener)} }` : '');
  return section(`frontend ${frontName(first)}`, [
    `bind ${address(host, boundPort)}${bindOptions(first)}`,
    `bind unix@${handOverSocket(port)} accept-proxy mode 600`,
    `timeout client ${idle}ms`,
    `timeout http-request ${idle}ms`,
    `timeout http-keep-alive ${idle}ms`,
    // A worker that was superseded knows the rules of before, so it decides nothing any more: it hands over, below.
    'http-request allow if { stopping }',
    'tcp-request session set-var(sess.born) date',
    TRACE_LINE,
    'http-request set-var(txn.t0) date(0,us)',
    ...logLines(logged, only ?? '%[var(txn.rule)]'),
    answeredLine(listeners),
    ...(several ? listenerLines(listeners) : []),
    ...(only === undefined ? listeners.flatMap((listener) => ruleLines(listener, of(listener))) : []),
    ...choiceLines(slotsOf(listeners), only === undefined ? 'var(txn.rule)' : `str(${only})`),
    ...(listeners.some(isSticky) ? groupStickinessLines(secret) : []),
    ...openLines(listeners, groups),
    ...refusalLines(returnPage),
    ...listeners.flatMap((listener) => requestLines(listener, toldPort(front), of(listener))),
    ...(logged ? ['http-request set-var(txn.trace) req.fhdr(x-amzn-trace-id)'] : []),
    ...listeners.flatMap((listener) => answerLines(listener, of(listener))),
    ...listeners.map(({ http }, index) => keepAliveLine(http.clientKeepAlive, listeners[index] ?? first, of)),
    ...measureLines(logged),
    `use_backend ${allOf(SUCCESSOR)} if { stopping }`,
    ...backendLines(groups),
  ]);
}

const address = (host: string, port: number): string => (host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`);

function keepAliveLine(age: number, listener: ListenerConfig, of: (listener: ListenerConfig) => string): string {
  const old = `{ date,sub(sess.born) gt ${Math.ceil(age / 1000)} }`;
  return `http-after-response set-header Connection close${when(of(listener), old)}`;
}

/** By the whole name, else by its first label, else the first listener has the request. */
function listenerLines(listeners: readonly ListenerConfig[]): string[] {
  const unset = '!{ var(txn.l) -m found }';
  const byName = (sample: string, names: (hosts: readonly string[]) => readonly string[]) =>
    listeners.map((listener) => {
      const acl = `{ ${sample} -m str -- ${names(listener.hosts).map(quote).join(' ')} }`;
      return `http-request set-var(txn.l) str(${listenerName(listener)})${when(unset, acl)}`;
    });
  return [
    ...byName('req.hdr(host),host_only', (hosts) => hosts),
    ...byName('req.hdr(host),host_only,field(1,.)', (hosts) => hosts.map((host) => host.split('.', 1)[0] ?? '')),
    ...listeners.slice(0, 1).map((first) => `http-request set-var(txn.l) str(${listenerName(first)})${when(unset)}`),
  ];
}

function ruleLines(listener: ListenerConfig, of: string): string[] {
  return listener.rules.map((rule, index) => {
    const unset = index === 0 ? '' : '!{ var(txn.rule) -m found }';
    const conditions = rule.conditions.map(conditionAcl);
    return `http-request set-var(txn.rule) str(${ruleName(listener, rule)})${when(unset, of, ...conditions)}`;
  });
}

/** The name of the rule where there is but one, so that no request needs to remember it; stickiness asks for it later. */
function onlyRule(listeners: readonly ListenerConfig[]): string | undefined {
  const [listener, ...others] = listeners;
  const [rule, ...further] = listener?.rules ?? [];
  if (!listener || !rule || others.length > 0 || further.length > 0 || isSticky(listener)) return undefined;
  return rule.conditions.length === 0 ? ruleName(listener, rule) : undefined;
}

const UNCHOSEN = '!{ var(txn.be) -m found }';

/** One draw for all groups of the rule, the last first: to set a text twice costs a microsecond. See `shares` for the value it is compared with. */
function choiceLines(slots: number, rule: string): string[] {
  const from = (slot: number) => `http-request set-var(txn.be) var(txn.to),word(${slot * 2 - 1},:)`;
  const lines = [`http-request set-var(txn.to) ${rule},map_str(${WEIGHTS})`, 'http-request set-var(txn.drawn) rand'];
  for (let slot = slots; slot > 1; slot--) {
    const reached = `{ var(txn.to),word(${slot * 2 - 2},:),sub(txn.drawn) le 0 }`;
    lines.push(`${from(slot)}${when(slot === slots ? '' : UNCHOSEN, reached)}`);
  }
  return [...lines, `${from(1)}${when(UNCHOSEN)}`];
}

/**
 * With no healthy target all get requests; a name that is no group's has its backend under the other name too. To find a
 * backend by its name takes a microsecond, to compare with a few names takes less.
 */
function backendLines(groups: readonly TargetGroupConfig[]): string[] {
  const few = groups.length > 4 ? [] : groups.map(({ arn }) => groupName(arn));
  return [
    ...few.map((name) => `use_backend ${name} if { var(txn.be) -m str ${name} } { nbsrv(${name}) ge 1 }`),
    'use_backend %[var(txn.be),concat(.all)] if !{ var(txn.be) -m end .all } !{ var(txn.be),nbsrv ge 1 }',
    'use_backend %[var(txn.be)]',
  ];
}

/** With fewer healthy targets than were asked for all get requests. */
function openLines(listeners: readonly ListenerConfig[], groups: readonly TargetGroupConfig[]): string[] {
  const named = new Set(listeners.flatMap(({ rules }) => rules.flatMap(groupArns)));
  const demanding = groups.filter(
    ({ arn, minimumHealthy: { count, percentage } }) => named.has(arn) && (count > 1 || percentage !== undefined),
  );
  return demanding.flatMap((group) => fewLines(groupName(group.arn), group.minimumHealthy));
}

function fewLines(name: string, { count, percentage }: TargetGroupConfig['minimumHealthy']): string[] {
  const open = `http-request set-var(txn.be) str(${allOf(name)}) if { var(txn.be) -m str ${name} }`;
  return [
    ...(count > 1 ? [`${open} { nbsrv(${name}) lt ${count} }`] : []),
    ...(percentage === undefined
      ? []
      : [
          `http-request set-var(txn.least) nbsrv(${allOf(name)}),mul(${percentage}) if { var(txn.be) -m str ${name} }`,
          `${open} { nbsrv(${name}),mul(100),sub(txn.least) lt 0 }`,
        ]),
  ];
}

const groupArns = ({ action }: RuleConfig): readonly string[] =>
  action.type === 'forward' ? action.groups.map(({ targetGroupArn }) => targetGroupArn) : [];

import type { ListenerConfig, TargetStickiness } from '../../balancer.ts';
import { quote } from './text.ts';

/*
 * Cookies hold who was chosen, when, and a signature over both and what they are good for:
 *
 *   AWSALBTG    GROUP.SECONDS.HMAC    good for one rule
 *   AWSALB      SERVER.SECONDS.HMAC   good for one group
 *
 * HAProxy can sign but not encrypt, so the names within are ones that tell a client nothing.
 */

const WEEK = 604_800;

export const isSticky = ({ rules }: ListenerConfig): boolean =>
  rules.some(({ action }) => action.type === 'forward' && action.stickiness !== undefined);

const signed = (secret: string): string => `hmac(sha256,${quote(secret)}),hex`;

/**
 * Reads a cookie into variables and says when it holds.
 *
 * @param scope - an expression of what it must be good for
 * @param life - an ACL of its age, from `txn.NAMEat`
 */
function readCookie(cookie: string, name: string, scope: string, secret: string): string[] {
  const found = `{ var(txn.${name}) -m found }`;
  return [
    `http-request set-var(txn.${name}) req.cook(${cookie})`,
    `http-request set-var(txn.${name}who) var(txn.${name}),field(1,.) if ${found}`,
    `http-request set-var(txn.${name}at) var(txn.${name}),field(2,.) if ${found}`,
    `http-request set-var-fmt(txn.${name}text) "${scope}.%[var(txn.${name}who)].%[var(txn.${name}at)]" if ${found}`,
    `http-request set-var(txn.${name}sign) var(txn.${name}text),${signed(secret)} if ${found}`,
  ];
}

const genuine = (name: string): string =>
  `{ var(txn.${name}) -m found } { var(txn.${name}),field(3,.),secure_memcmp(txn.${name}sign) }`;

/** Sets a signed cookie, and its twin for other sites where there is one. */
function writeCookie(
  names: readonly string[],
  scope: string,
  who: string,
  secret: string,
  condition: string,
): string[] {
  const value = `${who}.%[var(txn.at)].%[var(txn.signed),${signed(secret)}]`;
  return [
    `http-response set-var(txn.at) date if ${condition}`,
    `http-response set-var-fmt(txn.signed) "${scope}.${who}.%[var(txn.at)]" if ${condition}`,
    ...names.map((name) => {
      const cors = name.endsWith('CORS') ? '; SameSite=None; Secure' : '';
      const attributes = `; Expires=%[date(${WEEK}),http_date]; Path=/${cors}`;
      return `http-response add-header Set-Cookie "${name}=${value}${attributes}" if ${condition}`;
    }),
  ];
}

/** In a frontend, behind the choice by weight: a client stays with the group its cookie names. */
export function groupStickinessLines(secret: string): string[] {
  const rule = '%[var(txn.rule)]';
  return [
    'http-request set-var(txn.sticky) var(txn.rule),map_str(stick.map)',
    ...readCookie('AWSALBTG', 'tg', rule, secret),
    'http-request set-var(txn.tglife) var(txn.rule),concat(.,txn.tgwho),map_str(stick.map) if { var(txn.tg) -m found }',
    `http-request set-var(txn.stuck) bool(true) if { var(txn.tglife) -m found } ${genuine('tg')} ` +
      '{ date,sub(txn.tgat),sub(txn.tglife) lt 0 }',
    'http-request set-var(txn.be) var(txn.tgwho) if { var(txn.stuck) -m found }',
    'http-request set-var(txn.group) var(txn.be)',
    ...writeCookie(
      ['AWSALBTG', 'AWSALBTGCORS'],
      rule,
      '%[var(txn.group)]',
      secret,
      '{ var(txn.sticky) -m found } !{ var(txn.stuck) -m found }',
    ),
  ];
}

/** In a group's backend: a client stays with its target while that takes requests. */
export function targetStickinessLines(stickiness: TargetStickiness, group: string, secret: string): string[] {
  const lasting = Math.max(1, Math.round(stickiness.duration / 1000));
  const [cookie, ...twins] = stickiness.type === 'lb_cookie' ? ['AWSALB', 'AWSALBCORS'] : ['AWSALBAPP-0'];
  const begins = stickiness.type === 'lb_cookie' ? '' : ` { res.cook(${stickiness.cookie}) -m found }`;
  const stuck = `${genuine('st')} { date,sub(txn.stat),sub(txn.stlife) lt 0 } !{ var(txn.loose) -m found }`;
  return [
    'http-request set-var(txn.loose) var(txn.rule),concat(.loose),map_str(stick.map)',
    `http-request set-var(txn.stlife) int(${lasting})`,
    ...readCookie(cookie ?? '', 'st', group, secret),
    `http-request set-var(txn.server) var(txn.stwho) if ${stuck}`,
    'use-server %[var(txn.server)] if { var(txn.server) -m found }',
    ...writeCookie([cookie ?? '', ...twins], group, '%[srv_name]', secret, `!{ var(txn.loose) -m found }${begins}`),
  ];
}

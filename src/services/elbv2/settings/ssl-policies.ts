import { SSLPolicyNotFoundException, type SslPolicy } from '@aws-sdk/client-elastic-load-balancing-v2';
import type { ListenerTls, TlsVersion } from '../../../drivers/balancers/balancer.ts';
import { fault } from '../../../wire/api-error.ts';
import { notServed } from '../faults.ts';

interface Policy {
  /** From the oldest to the newest. */
  readonly protocols: readonly TlsVersion[];
  /** By priority, in OpenSSL's names. */
  readonly ciphers: readonly string[];
}

const TLS13 = 'TLS_AES_128_GCM_SHA256 TLS_AES_256_GCM_SHA384 TLS_CHACHA20_POLY1305_SHA256'.split(' ');

/** Of AWS's longest list for TLS 1.2 and older; every other one is a part of it in the same order. */
const ALL = [
  ...'ECDHE-ECDSA-AES128-GCM-SHA256 ECDHE-RSA-AES128-GCM-SHA256 ECDHE-ECDSA-AES128-SHA256'.split(' '),
  ...'ECDHE-RSA-AES128-SHA256 ECDHE-ECDSA-AES128-SHA ECDHE-RSA-AES128-SHA'.split(' '),
  ...'ECDHE-ECDSA-AES256-GCM-SHA384 ECDHE-RSA-AES256-GCM-SHA384 ECDHE-ECDSA-AES256-SHA384'.split(' '),
  ...'ECDHE-RSA-AES256-SHA384 ECDHE-RSA-AES256-SHA ECDHE-ECDSA-AES256-SHA'.split(' '),
  ...'AES128-GCM-SHA256 AES128-SHA256 AES128-SHA AES256-GCM-SHA384 AES256-SHA256 AES256-SHA'.split(' '),
];
const isForwardSecret = (cipher: string): boolean => cipher.startsWith('ECDHE-');
const isSha1 = (cipher: string): boolean => cipher.endsWith('-SHA');

const WITHOUT_SHA1 = ALL.filter((cipher) => !isSha1(cipher));
const FORWARD_SECRET = ALL.filter(isForwardSecret);
const FORWARD_SECRET_WITHOUT_SHA1 = WITHOUT_SHA1.filter(isForwardSecret);
const GCM = FORWARD_SECRET.filter((cipher) => cipher.includes('-GCM-'));

const VERSIONS = ['TLSv1', 'TLSv1.1', 'TLSv1.2', 'TLSv1.3'] as const satisfies readonly TlsVersion[];
const policy = (from: TlsVersion, to: TlsVersion, ciphers: readonly string[]): Policy => ({
  protocols: VERSIONS.slice(VERSIONS.indexOf(from), VERSIONS.indexOf(to) + 1),
  ciphers: to === 'TLSv1.3' ? [...TLS13, ...ciphers] : ciphers,
});

/** Source: ELB User Guide, security policies for your Application Load Balancer. */
const POLICIES: ReadonlyMap<string, Policy> = new Map([
  ['ELBSecurityPolicy-2016-08', policy('TLSv1', 'TLSv1.2', ALL)],
  ['ELBSecurityPolicy-TLS13-1-2-2021-06', policy('TLSv1.2', 'TLSv1.3', FORWARD_SECRET_WITHOUT_SHA1)],
  ['ELBSecurityPolicy-TLS13-1-2-Res-2021-06', policy('TLSv1.2', 'TLSv1.3', GCM)],
  ['ELBSecurityPolicy-TLS13-1-2-Ext1-2021-06', policy('TLSv1.2', 'TLSv1.3', WITHOUT_SHA1)],
  ['ELBSecurityPolicy-TLS13-1-2-Ext2-2021-06', policy('TLSv1.2', 'TLSv1.3', ALL)],
  ['ELBSecurityPolicy-TLS13-1-1-2021-06', policy('TLSv1.1', 'TLSv1.3', ALL)],
  ['ELBSecurityPolicy-TLS13-1-0-2021-06', policy('TLSv1', 'TLSv1.3', ALL)],
  ['ELBSecurityPolicy-TLS13-1-3-2021-06', policy('TLSv1.3', 'TLSv1.3', [])],
  ['ELBSecurityPolicy-TLS-1-2-2017-01', policy('TLSv1.2', 'TLSv1.2', WITHOUT_SHA1)],
  ['ELBSecurityPolicy-TLS-1-1-2017-01', policy('TLSv1.1', 'TLSv1.2', ALL)],
  ['ELBSecurityPolicy-TLS-1-2-Ext-2018-06', policy('TLSv1.2', 'TLSv1.2', ALL)],
  ['ELBSecurityPolicy-FS-2018-06', policy('TLSv1', 'TLSv1.2', FORWARD_SECRET)],
  ['ELBSecurityPolicy-FS-1-1-2019-08', policy('TLSv1.1', 'TLSv1.2', FORWARD_SECRET)],
  ['ELBSecurityPolicy-FS-1-2-2019-08', policy('TLSv1.2', 'TLSv1.2', FORWARD_SECRET)],
  ['ELBSecurityPolicy-FS-1-2-Res-2019-08', policy('TLSv1.2', 'TLSv1.2', FORWARD_SECRET_WITHOUT_SHA1)],
  ['ELBSecurityPolicy-FS-1-2-Res-2020-10', policy('TLSv1.2', 'TLSv1.2', GCM)],
]);

/** What a listener has that was made without naming one. */
export const DEFAULT_SSL_POLICY = 'ELBSecurityPolicy-2016-08';

/** AWS's own that need a FIPS module, post-quantum groups, or 3DES, which OpenSSL 3 no longer has. */
const UNSERVED = /^ELBSecurityPolicy-(2015-05|TLS-1-0-2015-04|TLS13-.*(FIPS|PQ).*)$/;

/** @throws {SSLPolicyNotFoundException} and `ValidationError` for those of AWS that are not served */
export function checkedSslPolicy(name: string): string {
  requirePolicy(name);
  return name;
}

function requirePolicy(name: string): Policy {
  const found = POLICIES.get(name);
  if (found) return found;
  if (UNSERVED.test(name)) throw notServed(`The SSL policy '${name}'`);
  throw fault(SSLPolicyNotFoundException, `SSL policy '${name}' not found`);
}

export const sslPolicyNames = (): readonly string[] => [...POLICIES.keys()];

/** A policy as AWS shows it. @throws as `checkedSslPolicy` does */
export function shownSslPolicy(name: string): SslPolicy {
  const { protocols, ciphers } = requirePolicy(name);
  return {
    Name: name,
    SslProtocols: [...protocols],
    Ciphers: ciphers.map((Name, index) => ({ Name, Priority: index + 1 })),
    SupportedLoadBalancerTypes: ['application', 'network'],
  };
}

/** What a policy means to whoever speaks TLS. */
export function sslPolicyTls(name: string): Pick<ListenerTls, 'minVersion' | 'maxVersion' | 'ciphers'> {
  const { protocols, ciphers } = requirePolicy(name);
  const [minVersion = 'TLSv1.2'] = protocols;
  // OpenSSL 3 speaks TLS 1.1 and older at its lowest security level only.
  const level = minVersion === 'TLSv1' || minVersion === 'TLSv1.1' ? ['@SECLEVEL=0'] : [];
  return { minVersion, maxVersion: protocols.at(-1) ?? minVersion, ciphers: [...ciphers, ...level].join(':') };
}

import type { Listener } from '@aws-sdk/client-elastic-load-balancing-v2';
import type { ListenerRecord } from '../records.ts';
import { shownAction } from '../rules/shown-action.ts';

/** A listener as AWS shows it. */
export const shownListener = (record: ListenerRecord): Listener => ({
  ListenerArn: record.arn,
  LoadBalancerArn: record.loadBalancerArn,
  Port: record.port,
  Protocol: record.protocol,
  ...(record.protocol === 'HTTPS' && {
    Certificates: record.certificateArns.slice(0, 1).map((CertificateArn) => ({ CertificateArn })),
    SslPolicy: record.sslPolicy,
    MutualAuthentication: { Mode: 'off' },
  }),
  DefaultActions: [shownAction(record.action)],
});

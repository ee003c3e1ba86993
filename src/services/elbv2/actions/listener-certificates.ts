import {
  OperationNotPermittedException,
  TooManyCertificatesException,
  type AddListenerCertificatesCommand,
  type DescribeListenerCertificatesCommand,
  type RemoveListenerCertificatesCommand,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import type { Scope } from '../../../kernel/scope.ts';
import { fault } from '../../../wire/api-error.ts';
import type { Action } from '../../../wire/types.ts';
import { requireCertificate } from '../certificates.ts';
import type { Changing } from '../change.ts';
import type { Elb } from '../elb.ts';
import { validationError } from '../faults.ts';
import { LIMITS } from '../limits.ts';
import { requireListener } from '../look-ups.ts';
import { page } from '../paging.ts';
import type { ListenerRecord } from '../records.ts';
import { onlyCertificate } from '../settings/listener-protocol.ts';

/** The certificate list stands behind the default certificate, which may be in the list too. */
export const addListenerCertificates =
  (elb: Elb): Action<typeof AddListenerCertificatesCommand> =>
  (input, ctx) =>
    elb.change(async (tx) => {
      const listener = await requireTlsListener(tx, ctx, input.ListenerArn);
      const added = onlyCertificate(input.Certificates);
      await requireCertificate(elb.certificates, tx.transaction, ctx, added);
      const [first = '', ...list] = listener.certificateArns;
      if (!list.includes(added)) {
        await checkLimit(tx, ctx, listener, added);
        list.push(added);
        await tx.listeners.put(ctx, listener.arn, { ...listener, certificateArns: [first, ...list] });
        await tx.nextEpoch();
      }
      return { Certificates: shownList(list) };
    });

export const removeListenerCertificates =
  (elb: Elb): Action<typeof RemoveListenerCertificatesCommand> =>
  (input, ctx) =>
    elb.change(async (tx) => {
      const listener = await requireTlsListener(tx, ctx, input.ListenerArn);
      const removed = onlyCertificate(input.Certificates);
      const [first = '', ...list] = listener.certificateArns;
      if (removed === first && !list.includes(removed))
        throw fault(
          OperationNotPermittedException,
          `Certificate '${removed}' is the default certificate of the listener and cannot be removed`,
        );
      const kept = list.filter((arn) => arn !== removed);
      await tx.listeners.put(ctx, listener.arn, { ...listener, certificateArns: [first, ...kept] });
      if (kept.length < list.length) await tx.nextEpoch();
      return {};
    });

export const describeListenerCertificates =
  (elb: Elb): Action<typeof DescribeListenerCertificatesCommand> =>
  async (input, ctx) => {
    const { certificateArns } = await requireListener(elb.records, ctx, input.ListenerArn);
    const all = [
      ...certificateArns.slice(0, 1).map((CertificateArn) => ({ CertificateArn, IsDefault: true })),
      ...shownList(certificateArns.slice(1)),
    ];
    const { shown, ...rest } = page(all, ({ CertificateArn, IsDefault }) => `${IsDefault} ${CertificateArn}`, input);
    return { Certificates: shown, ...rest };
  };

const shownList = (arns: readonly string[]) => arns.map((CertificateArn) => ({ CertificateArn, IsDefault: false }));

async function requireTlsListener(tx: Changing, scope: Scope, arn: string): Promise<ListenerRecord> {
  const listener = await requireListener(tx, scope, arn);
  if (listener.protocol !== 'HTTPS') throw validationError('Certificates can only be specified for HTTPS listeners');
  return listener;
}

async function checkLimit(tx: Changing, scope: Scope, listener: ListenerRecord, added: string): Promise<void> {
  const siblings = await tx.listeners.list(scope, listener.loadBalancerArn);
  const listed = new Set([added, ...siblings.flatMap(({ certificateArns }) => certificateArns.slice(1))]);
  if (listed.size > LIMITS.certificatesPerLoadBalancer)
    throw fault(
      TooManyCertificatesException,
      `The maximum number of certificates on load balancer '${listener.loadBalancerArn}' has been reached`,
    );
}

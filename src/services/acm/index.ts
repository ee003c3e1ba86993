import type * as AcmSdk from '@aws-sdk/client-acm';
import type { Clock } from '../../kernel/clock.ts';
import type { Logger } from '../../kernel/logger.ts';
import type { Store } from '../../store/store.ts';
import type { Actions, Service } from '../../wire/types.ts';
import { deleteCertificate } from './actions/delete-certificate.ts';
import { describeCertificate } from './actions/describe-certificate.ts';
import { getCertificate } from './actions/get-certificate.ts';
import { importCertificate } from './actions/import-certificate.ts';
import { listCertificates } from './actions/list-certificates.ts';
import { requestCertificate } from './actions/request-certificate.ts';
import { addTagsToCertificate, listTagsForCertificate, removeTagsFromCertificate } from './actions/tags.ts';
import type { CertificateFile } from './certificate-files.ts';
import { certificatesOf } from './certificates.ts';
import type { AcmDeps, CertificateUsers } from './deps.ts';
import { readCertificate } from './read-certificate.ts';
import { createShelf } from './shelf.ts';

/*
 * ACM: certificates that were imported, or that stand in files, for HTTPS listeners.
 *
 * Not served: RequestCertificate, which is refused, and all that belongs to it (validation, renewal, export, private
 * authorities); SearchCertificates.
 *
 * Different from AWS: a certificate of a file is in every account and region under the same id, has its name as the tag
 * `Name`, and cannot be changed through the API; wordings of refusals that AWS does not document are our own.
 */

export interface AcmParts {
  readonly store: Store;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly files: readonly CertificateFile[];
  /** Those who show certificates; asked for when they are first needed, since they are built with this service. */
  readonly users: () => CertificateUsers;
}

export interface AcmService extends Service {
  /** For those who show certificates to clients. */
  readonly certificates: ReturnType<typeof certificatesOf>;
}

export function acm({ store, clock, logger, files, users }: AcmParts): AcmService {
  const shelf = createShelf(files);
  const later: CertificateUsers = {
    usedBy: (tx, scope) => users().usedBy(tx, scope),
    replace: (scope, arn, work) => users().replace(scope, arn, work),
  };
  return {
    name: 'acm',
    certificates: certificatesOf(shelf),
    actions: actionsOf({ store, clock, shelf, users: later }),
    async start() {
      for (const { path, certificate } of files)
        if (readCertificate(certificate).notAfter < clock.now().getTime())
          logger.warn('a certificate has expired; clients will refuse it', { path });
    },
    close: async () => undefined,
  };
}

const actionsOf = (deps: AcmDeps) =>
  ({
    AddTagsToCertificate: addTagsToCertificate(deps),
    DeleteCertificate: deleteCertificate(deps),
    DescribeCertificate: describeCertificate(deps),
    GetCertificate: getCertificate(deps),
    ImportCertificate: importCertificate(deps),
    ListCertificates: listCertificates(deps),
    ListTagsForCertificate: listTagsForCertificate(deps),
    RemoveTagsFromCertificate: removeTagsFromCertificate(deps),
    RequestCertificate: requestCertificate,
  }) satisfies Actions<typeof AcmSdk>;

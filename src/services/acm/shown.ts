import type { CertificateDetail, CertificateStatus, CertificateSummary } from '@aws-sdk/client-acm';
import { readCertificate, type CertificateFacts } from './read-certificate.ts';
import type { CertificateRecord } from './records.ts';

/** A certificate as DescribeCertificate shows it. `now` is epoch milliseconds. */
export function shownDetail(record: CertificateRecord, usedBy: readonly string[], now: number): CertificateDetail {
  const facts = readCertificate(record.certificate);
  return {
    ...shownBoth(record, facts, now),
    SubjectAlternativeNames: [...facts.domains],
    Subject: facts.subject,
    Issuer: facts.issuer,
    Serial: facts.serial,
    SignatureAlgorithm: facts.signatureAlgorithm,
    InUseBy: [...usedBy],
    KeyUsages: facts.keyUsages.map((Name) => ({ Name })),
    ExtendedKeyUsages: [...facts.extendedKeyUsages],
    Options: { CertificateTransparencyLoggingPreference: 'DISABLED' },
  };
}

/** The same as ListCertificates shows it. */
export function shownSummary(record: CertificateRecord, isUsed: boolean, now: number): CertificateSummary {
  const facts = readCertificate(record.certificate);
  return {
    ...shownBoth(record, facts, now),
    SubjectAlternativeNameSummaries: facts.domains.slice(0, MOST_NAMES),
    HasAdditionalSubjectAlternativeNames: facts.domains.length > MOST_NAMES,
    InUse: isUsed,
    KeyUsages: [...facts.keyUsages],
    ExtendedKeyUsages: facts.extendedKeyUsages.map(({ Name }) => Name),
  };
}

const MOST_NAMES = 100;

const shownBoth = (record: CertificateRecord, facts: CertificateFacts, now: number) => ({
  CertificateArn: record.arn,
  DomainName: facts.domainName,
  Status: status(facts, now),
  Type: 'IMPORTED' as const,
  KeyAlgorithm: facts.keyAlgorithm,
  RenewalEligibility: 'INELIGIBLE' as const,
  NotBefore: new Date(facts.notBefore),
  NotAfter: new Date(facts.notAfter),
  CreatedAt: new Date(record.createdAt),
  ImportedAt: new Date(record.importedAt),
});

const status = ({ notAfter }: CertificateFacts, now: number): CertificateStatus =>
  now > notAfter ? 'EXPIRED' : 'ISSUED';

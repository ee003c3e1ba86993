import { LimitExceededException, type ImportCertificateCommand } from '@aws-sdk/client-acm';
import { arn } from '../../../kernel/arn.ts';
import { newId } from '../../../kernel/ids.ts';
import { fault } from '../../../wire/api-error.ts';
import type { Action, ActionInput, CallContext } from '../../../wire/types.ts';
import { checkedMaterial, type Material } from '../checked-material.ts';
import type { AcmDeps } from '../deps.ts';
import { validationException } from '../faults.ts';
import { readCertificate } from '../read-certificate.ts';
import { certificatesIn } from '../shelf.ts';
import { checkedTags } from '../tags.ts';

type Input = ActionInput<typeof ImportCertificateCommand>;

/** Of one account and region. Source: ACM quotas. */
const MOST = 2500;

/** Imports a certificate, or replaces an imported one: listeners that use it show the new one before this answers. */
export const importCertificate =
  (deps: AcmDeps): Action<typeof ImportCertificateCommand> =>
  async (input, ctx) => {
    const { CertificateArn: current } = input;
    if (current !== undefined && input.Tags?.length)
      throw validationException('Tagging is not permitted on re-import.');
    const now = deps.clock.now().getTime();
    if (current !== undefined) await deps.shelf.require(deps.store, ctx, current);
    const material = checkedMaterial(given(input), now);
    const CertificateArn =
      current === undefined ? await add(deps, ctx, input, material) : await replace(deps, ctx, current, material);
    return { CertificateArn };
  };

const given = (input: Input): Material => ({
  certificate: text(input.Certificate),
  privateKey: text(input.PrivateKey),
  ...(input.CertificateChain && { chain: text(input.CertificateChain) }),
});

const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString('utf8');

function add({ store, clock }: AcmDeps, ctx: CallContext, input: Input, material: Material): Promise<string> {
  const now = clock.now().getTime();
  const tags = checkedTags(input.Tags);
  return store.transaction(async (tx) => {
    const kept = certificatesIn(tx);
    if ((await kept.list(ctx)).length >= MOST)
      throw fault(LimitExceededException, `You have reached the maximum number of certificates (${MOST}).`);
    const made = arn('acm', ctx, `certificate/${newId.uuid()}`);
    await kept.insert(ctx, made, { ...material, arn: made, createdAt: now, importedAt: now, tags });
    return made;
  });
}

async function replace({ shelf, users, clock }: AcmDeps, ctx: CallContext, current: string, material: Material) {
  const importedAt = clock.now().getTime();
  await users.replace(ctx, current, async (tx) => {
    const before = await shelf.require(tx, ctx, current);
    if (before.file !== undefined) throw ofFile(before.file);
    checkSameKey(before.certificate, material.certificate);
    const { arn: same, createdAt, tags } = before;
    await certificatesIn(tx).put(ctx, current, { ...material, arn: same, createdAt, importedAt, tags });
  });
  return current;
}

/** Source: ACM User Guide, reimport a certificate: the key's type and size stay. */
function checkSameKey(before: string, after: string): void {
  const [was = '', is = ''] = [before, after].map((pem) => readCertificate(pem).keyAlgorithm ?? '');
  if (was !== is)
    throw validationException(
      `The key algorithm of a certificate cannot change on re-import: it is ${was}, found ${is}.`,
    );
}

export const ofFile = (file: string) =>
  validationException(`This certificate is read from '${file}': change that file and start Teal again.`);

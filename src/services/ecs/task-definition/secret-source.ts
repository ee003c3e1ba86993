/** Where a secret's value is kept. */
export type SecretSource =
  | { readonly from: 'ssm'; readonly name: string }
  | {
      readonly from: 'secrets-manager';
      /** Without the three fields behind it. */
      readonly arn: string;
      readonly jsonKey?: string;
      readonly versionStage?: string;
      readonly versionId?: string;
    };

const PARAMETER = /^arn:aws[a-z-]*:ssm:[^:]+:\d{12}:parameter\/(.+)$/;
const SECRET = /^(arn:aws[a-z-]*:secretsmanager:[^:]+:\d{12}:secret:[^:]+)(?::([^:]*):([^:]*):([^:]*))?$/;

/**
 * Reads a `valueFrom`: the name or ARN of a parameter, or the ARN of a secret with its key, stage and version, which
 * are positional and need all three colons.
 *
 * @returns `undefined` when it is neither. Source: spec, secrets in container definitions
 */
export function secretSource(valueFrom: string): SecretSource | undefined {
  if (!valueFrom.startsWith('arn:'))
    return /^[A-Za-z0-9_.\-/:]+$/.test(valueFrom) ? { from: 'ssm', name: valueFrom } : undefined;
  const parameter = PARAMETER.exec(valueFrom)?.[1];
  if (parameter !== undefined) return { from: 'ssm', name: parameter };
  const [, arn, jsonKey, versionStage, versionId] = SECRET.exec(valueFrom) ?? [];
  if (arn === undefined || (versionStage && versionId)) return undefined;
  return {
    from: 'secrets-manager',
    arn,
    ...(jsonKey && { jsonKey }),
    ...(versionStage && { versionStage }),
    ...(versionId && { versionId }),
  };
}

import { malformedPolicy } from './faults.ts';

/** As IAM shows a document: percent-encoded as of RFC 3986. */
export const encodeDocument = (document: string): string =>
  encodeURIComponent(document).replace(/[!'()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`);

/** @throws MalformedPolicyDocument when the text is no policy that a role can be given */
export function checkPolicy(document: string): void {
  statementsOf(document);
}

/** @throws MalformedPolicyDocument when the text is no trust policy */
export function checkTrustPolicy(document: string): void {
  for (const statement of statementsOf(document)) {
    if ('Resource' in statement) throw malformedPolicy('Has prohibited field Resource');
    if (!('Principal' in statement) && !('NotPrincipal' in statement)) {
      throw malformedPolicy('AssumeRolepolicy contained an invalid principal: missing');
    }
  }
}

function statementsOf(document: string): object[] {
  const parsed = parse(document);
  if (!isObject(parsed)) throw malformedPolicy('Syntax errors in policy.');
  const given: unknown = Reflect.get(parsed, 'Statement');
  const statements: unknown[] = Array.isArray(given) ? given : [given];
  if (statements.length === 0 || !statements.every(isStatement)) throw malformedPolicy('Syntax errors in policy.');
  return statements;
}

function parse(document: string): unknown {
  try {
    return JSON.parse(document);
  } catch {
    throw malformedPolicy('This policy contains invalid Json');
  }
}

const isObject = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const isStatement = (value: unknown): value is object =>
  isObject(value) && ['Allow', 'Deny'].includes(String(Reflect.get(value, 'Effect')));

import { strToU8, zipSync } from 'fflate';

/**
 * The hook function, as a user writes one: it asks the release a question (CHECK_URL, when given) and tells CodeDeploy
 * whether the deployment may go on. Without the AWS SDK, so that it needs no packages: it signs its one call itself.
 */
const SOURCE = `
import { createHash, createHmac } from 'node:crypto';

export async function handler({ DeploymentId: deploymentId, LifecycleEventHookExecutionId: lifecycleEventHookExecutionId }) {
  const status = await isFine(process.env.CHECK_URL) ? 'Succeeded' : 'Failed';
  await putStatus({ deploymentId, lifecycleEventHookExecutionId, status });
  return status;
}

async function isFine(url) {
  if (!url) return true;
  const answer = await fetch(url);
  console.log('checked', url, answer.status);
  return answer.ok;
}

async function putStatus(input) {
  const { AWS_ENDPOINT_URL, AWS_REGION, AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN } = process.env;
  const url = new URL(AWS_ENDPOINT_URL);
  const body = JSON.stringify(input);
  const stamp = new Date().toISOString().replace(/[-:]|\\.\\d{3}/g, '');
  const headers = {
    'content-type': 'application/x-amz-json-1.1', host: url.host, 'x-amz-date': stamp,
    ...(AWS_SESSION_TOKEN ? { 'x-amz-security-token': AWS_SESSION_TOKEN } : {}),
    'x-amz-target': 'CodeDeploy_20141006.PutLifecycleEventHookExecutionStatus',
  };
  const names = Object.keys(headers).sort();
  const hash = (text) => createHash('sha256').update(text).digest('hex');
  const canonical = ['POST', '/', '', ...names.map((name) => name + ':' + headers[name]), '', names.join(';'), hash(body)].join('\\n');
  const scope = [stamp.slice(0, 8), AWS_REGION, 'codedeploy', 'aws4_request'];
  const key = scope.reduce((secret, part) => createHmac('sha256', secret).update(part).digest(), 'AWS4' + AWS_SECRET_ACCESS_KEY);
  const signature = createHmac('sha256', key).update(['AWS4-HMAC-SHA256', stamp, scope.join('/'), hash(canonical)].join('\\n')).digest('hex');
  const authorization = 'AWS4-HMAC-SHA256 Credential=' + AWS_ACCESS_KEY_ID + '/' + scope.join('/') + ', SignedHeaders=' + names.join(';') + ', Signature=' + signature;
  delete headers.host;
  const answer = await fetch(url, { method: 'POST', headers: { ...headers, authorization }, body });
  if (!answer.ok) throw new Error('CodeDeploy answered ' + answer.status + ': ' + await answer.text());
}
`;

/** The hook as the zip that CreateFunction takes. */
export const sampleHookZip = (): Uint8Array => zipSync({ 'index.mjs': strToU8(SOURCE) });

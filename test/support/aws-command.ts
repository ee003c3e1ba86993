import { execFile, execFileSync } from 'node:child_process';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Why the `aws` command cannot be used here, or `undefined`. It must read AWS_ENDPOINT_URL, as `aws ecs deploy` needs. */
export function awsCommandUnavailable(): string | undefined {
  try {
    const text = execFileSync('aws', ['--version'], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
    const [major = 0, minor = 0] = (/aws-cli\/([\d.]+)/.exec(text)?.[1] ?? '').split('.').map(Number);
    const readsEndpoint = (major === 1 && minor >= 29) || (major === 2 && minor >= 13) || major > 2;
    return readsEndpoint ? undefined : `this aws command (${text.trim()}) does not read AWS_ENDPOINT_URL`;
  } catch {
    return 'there is no aws command';
  }
}

/** A version 2 of the `aws` command, wherever it is: what the PATH finds first may be a version 1. */
export const awsCommandTwo: string | undefined = ['aws', '/usr/local/bin/aws', '/usr/bin/aws'].find((program) => {
  try {
    const text = execFileSync(program, ['--version'], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
    return text.startsWith('aws-cli/2.');
  } catch {
    return false;
  }
});

/**
 * The `aws` command against one endpoint, as a user's shell has it.
 *
 * @param program - older ones of version 2 need the endpoint as an option, which is given too
 */
export function awsCommand(endpoint: string, program = 'aws', accessKeyId = 'test') {
  const env = {
    ...process.env,
    AWS_ENDPOINT_URL: endpoint,
    AWS_ACCESS_KEY_ID: accessKeyId,
    AWS_SECRET_ACCESS_KEY: 'test',
    AWS_DEFAULT_REGION: 'us-east-1',
    AWS_PAGER: '',
    AWS_EC2_METADATA_DISABLED: 'true',
    AWS_CONFIG_FILE: '/nonexistent',
    AWS_SHARED_CREDENTIALS_FILE: '/nonexistent',
  };
  const text = async (...args: string[]): Promise<string> =>
    (await run(program, [...args, '--endpoint-url', endpoint], { env, encoding: 'utf8', maxBuffer: 1 << 24 })).stdout;
  return {
    /** For a command that a test starts itself. */
    environment: env,
    /** @throws with the command's own error text when it fails */
    text,
    json: async <T>(...args: string[]): Promise<T> => JSON.parse(await text(...args, '--output', 'json')) as T,
    /** One value of the answer by JMESPath. */
    value: async (query: string, ...args: string[]): Promise<string> =>
      (await text(...args, '--query', query, '--output', 'text')).trim(),
  };
}

import { randomBytes } from 'node:crypto';
import { devNull } from 'node:os';
import type { FunctionSpec } from '../functions.ts';
import { languageOf } from './interpreters.ts';

/**
 * What a function finds in its environment. Source: Lambda developer guide, defined runtime environment variables.
 *
 * @param now - dates the name of the log stream
 */
export function sandboxEnvironment(
  spec: FunctionSpec,
  runtimeApi: string,
  runtimeFolder: string,
  now: Date,
): Record<string, string> {
  const { PATH = '', HOME = '', TMPDIR } = process.env;
  const day = now.toISOString().slice(0, 10).replaceAll('-', '/');
  return {
    PATH,
    HOME,
    ...(TMPDIR ? { TMPDIR } : {}),
    // A function must not act with the profile of whoever started Teal.
    AWS_CONFIG_FILE: devNull,
    AWS_SHARED_CREDENTIALS_FILE: devNull,
    LANG: 'en_US.UTF-8',
    TZ: ':UTC',
    ...(languageOf(spec.runtime) === 'python' ? { PYTHONDONTWRITEBYTECODE: '1', PYTHONUTF8: '1' } : {}),
    ...spec.environment,
    _HANDLER: spec.handler,
    AWS_EXECUTION_ENV: `AWS_Lambda_${spec.runtime}`,
    AWS_LAMBDA_FUNCTION_NAME: spec.name,
    AWS_LAMBDA_FUNCTION_VERSION: spec.version,
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(spec.memoryMiB),
    AWS_LAMBDA_INITIALIZATION_TYPE: 'on-demand',
    AWS_LAMBDA_LOG_GROUP_NAME: spec.logGroup ?? `/aws/lambda/${spec.name}`,
    AWS_LAMBDA_LOG_STREAM_NAME: `${day}/[${spec.version}]${randomBytes(16).toString('hex')}`,
    AWS_LAMBDA_RUNTIME_API: runtimeApi,
    LAMBDA_RUNTIME_DIR: runtimeFolder,
    LAMBDA_TASK_ROOT: spec.codeFolder,
  };
}

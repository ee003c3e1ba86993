import { devNull } from 'node:os';
import type { FunctionSpec, ZipPackage } from '../functions.ts';
import { languageOf } from './interpreters.ts';

export interface SandboxPlace {
  /** `host:port` of the Runtime API. */
  readonly runtimeApi: string;
  readonly logStream: string;
}

/**
 * What Lambda itself sets, which a user's variables cannot change. Source: Lambda developer guide, defined runtime
 * environment variables.
 */
export const reservedEnvironment = (spec: FunctionSpec, place: SandboxPlace): Record<string, string> => ({
  AWS_LAMBDA_FUNCTION_NAME: spec.name,
  AWS_LAMBDA_FUNCTION_VERSION: spec.version,
  AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(spec.memoryMiB),
  AWS_LAMBDA_INITIALIZATION_TYPE: 'on-demand',
  AWS_LAMBDA_LOG_GROUP_NAME: spec.logGroup ?? `/aws/lambda/${spec.name}`,
  AWS_LAMBDA_LOG_STREAM_NAME: place.logStream,
  AWS_LAMBDA_RUNTIME_API: place.runtimeApi,
});

/** What a function in a process of this machine finds. @param temporary - the folder for its temporary files */
export function processEnvironment(
  spec: FunctionSpec,
  code: ZipPackage,
  place: SandboxPlace,
  folders: { readonly runtime: string; readonly temporary: string },
): Record<string, string> {
  const { PATH = '', HOME = '' } = process.env;
  return {
    PATH,
    HOME,
    TMPDIR: folders.temporary,
    // A function must not act with the profile of whoever started Teal.
    AWS_CONFIG_FILE: devNull,
    AWS_SHARED_CREDENTIALS_FILE: devNull,
    AWS_XRAY_CONTEXT_MISSING: 'LOG_ERROR',
    LANG: 'en_US.UTF-8',
    TZ: ':UTC',
    ...(languageOf(code.runtime) === 'python' ? { PYTHONDONTWRITEBYTECODE: '1', PYTHONUTF8: '1' } : {}),
    ...spec.environment,
    ...searchPaths(code, { PATH, ...spec.environment }),
    ...reservedEnvironment(spec, place),
    _HANDLER: code.handler,
    AWS_EXECUTION_ENV: `AWS_Lambda_${code.runtime}`,
    LAMBDA_RUNTIME_DIR: folders.runtime,
    LAMBDA_TASK_ROOT: code.folder,
  };
}

/**
 * Where runtimes look for what layers bring. Nothing can be mounted at `/opt` for a process, so each layer's folder stands
 * in for it; the last layer is looked at first. Source: Lambda developer guide, layer paths.
 */
function searchPaths({ layers, runtime, folder }: ZipPackage, given: Record<string, string>): Record<string, string> {
  const [, node = ''] = /^nodejs(\d+)/.exec(runtime) ?? [];
  const [, python = ''] = /^python(3\.\d+)/.exec(runtime) ?? [];
  const below: Record<string, readonly string[]> = {
    PATH: ['bin'],
    LD_LIBRARY_PATH: ['lib'],
    ...(node ? { NODE_PATH: [`nodejs/node${node}/node_modules`, 'nodejs/node_modules'] } : {}),
    ...(python ? { PYTHONPATH: ['python', `python/lib/python${python}/site-packages`] } : {}),
  };
  const own: Record<string, readonly string[]> = { LD_LIBRARY_PATH: [folder, `${folder}/lib`] };
  const newestFirst = [...layers].reverse();
  const paths = Object.entries(below).map(([name, places]) => {
    const added = [...(own[name] ?? []), ...newestFirst.flatMap((layer) => places.map((place) => `${layer}/${place}`))];
    // Programs of layers come before the machine's, libraries after those that the user names.
    const all = name === 'PATH' ? [...added, given[name]] : [given[name], ...added];
    return [name, all.filter(Boolean).join(':')] as const;
  });
  return Object.fromEntries(paths.filter(([, value]) => value !== ''));
}

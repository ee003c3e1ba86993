/**
 * The runtime of `nodejs*` functions, run as `node bootstrap.cjs`. A string, so that it is there in a bundle too.
 *
 * What AWS's runtime does and this does not: response streaming, freezing between invocations.
 */
export const NODE_BOOTSTRAP = String.raw`'use strict';
const http = require('node:http');
const fs = require('node:fs');
const path = require('node:path');
const util = require('node:util');
const { Module, createRequire } = require('node:module');
const { pathToFileURL } = require('node:url');

const [host, port] = process.env.AWS_LAMBDA_RUNTIME_API.split(':');
const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
const sdkFrom = process.env.TEAL_SDK_FROM;
delete process.env.TEAL_SDK_FROM;
let current;
// Printing waits for the reader: both outputs keep their order, nothing is lost at exit, and memory stays bounded.
for (const output of [process.stdout, process.stderr]) output._handle?.setBlocking?.(true);

function call(method, name, body) {
  return new Promise((resolve, reject) => {
    const headers = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body || '') };
    const request = http.request({ host, port, method, agent, path: '/2018-06-01/runtime/' + name, headers }, (response) => {
      const chunks = [];
      response.on('data', (chunk) => chunks.push(chunk));
      response.on('end', () => resolve({ headers: response.headers, body: Buffer.concat(chunks).toString() }));
      response.on('error', reject);
    });
    request.on('error', reject);
    request.end(body);
  });
}

for (const [name, level] of Object.entries({ log: 'INFO', info: 'INFO', debug: 'DEBUG', warn: 'WARN', error: 'ERROR', trace: 'TRACE' })) {
  console[name] = (...args) => {
    const stamp = new Date().toISOString();
    process.stdout.write([stamp, current ? current.requestId : 'undefined', level, util.format(...args)].join('\t') + '\n');
  };
}

function describe(error, type) {
  const isError = util.types.isNativeError(error) || error instanceof Error;
  if (!isError) return { errorType: type || typeof error, errorMessage: typeof error === 'string' ? error : util.inspect(error), trace: [] };
  return { errorType: type || error.name, errorMessage: String(error.message), trace: String(error.stack || '').split('\n') };
}

async function finish(invocation, kind, value) {
  if (current !== invocation || invocation.isDone) return;
  invocation.isDone = true;
  let body;
  try {
    body = kind === 'error' ? JSON.stringify(value) : JSON.stringify(value === undefined ? null : value);
    if (body === undefined) body = 'null';
  } catch (error) {
    kind = 'error';
    body = JSON.stringify(describe(error, 'Runtime.MarshalError'));
  }
  if (kind === 'error') console.error('Invoke Error', body);
  await new Promise((written) => process.stdout.write('\0teal-end ' + invocation.requestId + '\n', written));
  await call('POST', 'invocation/' + invocation.requestId + '/' + kind, body);
}

async function fatal(error, type) {
  const invocation = current;
  if (invocation && !invocation.isDone) await finish(invocation, 'error', describe(error, type));
  process.exit(129);
}
process.on('uncaughtException', (error) => void fatal(error).catch(() => process.exit(129)));
process.on('unhandledRejection', (reason) => {
  const error = describe(reason);
  void fatal(Object.assign(new Error(error.errorType + ': ' + error.errorMessage), { stack: error.trace.join('\n') }), 'Runtime.UnhandledPromiseRejection')
    .catch(() => process.exit(128));
});
// Nothing is left to do and nothing was answered: Lambda gives null.
process.on('beforeExit', () => {
  if (current && !current.isDone) succeed(current, null);
});

// Lambda's node runtimes come with the AWS SDK; a function that brings none gets Teal's.
function offerSdk() {
  if (!sdkFrom) return;
  const isSdk = (name) => name.startsWith('@aws-sdk/') || name.startsWith('@smithy/');
  const original = Module._resolveFilename;
  const fallback = createRequire(sdkFrom);
  Module._resolveFilename = function (name, ...rest) {
    try {
      return original.call(this, name, ...rest);
    } catch (error) {
      if (!isSdk(name)) throw error;
      try { return fallback.resolve(name); } catch { throw error; }
    }
  };
}
function offerSdkToModules() {
  if (!sdkFrom || !Module.register) return;
  const hook = 'const from = ' + JSON.stringify(sdkFrom) + ';' +
    'export async function resolve(name, context, next) { try { return await next(name, context); } catch (error) {' +
    'if (!/^@(aws-sdk|smithy)\\//.test(name)) throw error; return next(name, { ...context, parentURL: from }); } }';
  Module.register('data:text/javascript,' + encodeURIComponent(hook));
}

function coded(type, message) {
  return Object.assign(new Error(message), { name: type });
}

function isModule(file) {
  if (!file.endsWith('.js')) return file.endsWith('.mjs');
  for (let folder = path.dirname(file); ; folder = path.dirname(folder)) {
    const manifest = path.join(folder, 'package.json');
    if (fs.existsSync(manifest)) {
      try { return JSON.parse(fs.readFileSync(manifest, 'utf8')).type === 'module'; } catch { return false; }
    }
    if (folder === process.env.LAMBDA_TASK_ROOT || folder === path.dirname(folder)) return false;
  }
}

async function loadModule(file) {
  if (isModule(file)) {
    offerSdkToModules();
    return import(pathToFileURL(file).href);
  }
  return require(file);
}

async function loadHandler() {
  const root = process.env.LAMBDA_TASK_ROOT;
  const text = process.env._HANDLER || '';
  const match = /^((?:.*\/)?[^./][^.]*)\.(.+)$/.exec(text);
  if (!match || text.includes('..')) throw coded('Runtime.MalformedHandlerName', 'Bad handler');
  const [, name, exported] = match;
  const file = ['', '.js', '.mjs', '.cjs'].map((end) => path.resolve(root, name + end)).find((at) => fs.statSync(at, { throwIfNoEntry: false })?.isFile());
  if (!file) throw coded('Runtime.ImportModuleError', "Error: Cannot find module '" + name + "'");
  let loaded;
  try {
    loaded = await loadModule(file);
  } catch (error) {
    if (error instanceof SyntaxError) throw Object.assign(error, { name: 'Runtime.UserCodeSyntaxError', message: 'SyntaxError: ' + error.message });
    if (error && /MODULE_NOT_FOUND/.test(error.code)) throw Object.assign(new Error('Error: ' + error.message, { cause: error }), { name: 'Runtime.ImportModuleError', stack: error.stack });
    throw error;
  }
  const find = (from) => exported.split('.').reduce((value, key) => (value == null ? undefined : value[key]), from);
  const handler = find(loaded) || find(loaded.default);
  if (typeof handler !== 'function') throw coded('Runtime.HandlerNotFound', text + ' is undefined or not exported');
  return handler;
}

const parsed = (header) => (header === undefined ? undefined : JSON.parse(header));

function contextOf(invocation) {
  const { headers } = invocation;
  const deadline = Number(headers['lambda-runtime-deadline-ms']);
  const done = (error, value) => (error ? fail(invocation, error) : succeed(invocation, value));
  return {
    callbackWaitsForEmptyEventLoop: true,
    functionVersion: process.env.AWS_LAMBDA_FUNCTION_VERSION,
    functionName: process.env.AWS_LAMBDA_FUNCTION_NAME,
    memoryLimitInMB: process.env.AWS_LAMBDA_FUNCTION_MEMORY_SIZE,
    logGroupName: process.env.AWS_LAMBDA_LOG_GROUP_NAME,
    logStreamName: process.env.AWS_LAMBDA_LOG_STREAM_NAME,
    invokedFunctionArn: headers['lambda-runtime-invoked-function-arn'],
    awsRequestId: invocation.requestId,
    clientContext: parsed(headers['lambda-runtime-client-context']),
    identity: parsed(headers['lambda-runtime-cognito-identity']),
    getRemainingTimeInMillis: () => deadline - Date.now(),
    done, succeed: (value) => done(null, value), fail: (error) => done(error || 'handled'),
  };
}

const broken = () => process.exit(1);
const succeed = (invocation, value) => void finish(invocation, 'response', value).then(() => proceed(invocation), broken);
const fail = (invocation, error) => void finish(invocation, 'error', describe(error)).then(() => proceed(invocation), broken);
function proceed(invocation) {
  if (invocation.hasProceeded || current !== invocation) return;
  invocation.hasProceeded = true;
  void next();
}

let handler;
async function next() {
  let invocation;
  try {
    const { headers, body } = await call('GET', 'invocation/next');
    invocation = { requestId: headers['lambda-runtime-aws-request-id'], headers, isDone: false, hasProceeded: false };
    current = invocation;
    process.env._X_AMZN_TRACE_ID = headers['lambda-runtime-trace-id'];
    invocation.event = JSON.parse(body);
  } catch {
    process.exit(1); // Teal is gone
  }
  const callback = (error, value) => (error ? fail(invocation, error) : succeed(invocation, value));
  try {
    const result = handler(invocation.event, contextOf(invocation), callback);
    if (result && typeof result.then === 'function') result.then((value) => succeed(invocation, value), (error) => fail(invocation, error));
    // A plain result counts for nothing, as in Lambda: the callback may come yet, else beforeExit answers null.
  } catch (error) {
    fail(invocation, error);
  }
}

offerSdk();
loadHandler().then((loaded) => {
  handler = loaded;
  return next();
}, async (error) => {
  const described = describe(error);
  console.error('Uncaught Exception', JSON.stringify(described));
  await call('POST', 'init/error', JSON.stringify(described)).catch(() => undefined);
  process.exit(1);
});
`;

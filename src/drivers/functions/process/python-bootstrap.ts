/** The runtime of `python3.*` functions, run as `python3 bootstrap.py`. A string, so that it is there in a bundle too. */
export const PYTHON_BOOTSTRAP = String.raw`import http.client
import importlib
import json
import os
import sys
import time
import traceback

ROOT = '/2018-06-01/runtime/'
connection = http.client.HTTPConnection(os.environ['AWS_LAMBDA_RUNTIME_API'])
sys.path[0:1] = [os.environ['LAMBDA_TASK_ROOT']]
sys.stdout.reconfigure(line_buffering=True, errors='replace')


def call(method, path, body=None, headers=None):
    connection.request(method, ROOT + path, body=body, headers=headers or {})
    response = connection.getresponse()
    return response.headers, response.read()


class Failure(Exception):
    def __init__(self, error_type, message):
        super().__init__(message)
        self.error_type = error_type


def describe(error, request_id):
    frames = traceback.extract_tb(error.__traceback__)
    own = [frame for frame in frames if frame.filename != __file__ and not frame.filename.startswith('<frozen')]
    failure = isinstance(error, Failure)
    return {
        'errorMessage': str(error),
        'errorType': error.error_type if failure else type(error).__name__,
        'requestId': request_id,
        'stackTrace': [] if failure else traceback.format_list(own),
    }


def report(described):
    print('[ERROR] {}: {}'.format(described['errorType'], described['errorMessage']))
    if described['stackTrace']:
        print('Traceback (most recent call last):\n' + ''.join(described['stackTrace']), end='')


class Client:
    def __init__(self, values):
        self.installation_id = values.get('installation_id')
        self.app_title = values.get('app_title')
        self.app_version_name = values.get('app_version_name')
        self.app_version_code = values.get('app_version_code')
        self.app_package_name = values.get('app_package_name')


class ClientContext:
    def __init__(self, values):
        self.client = Client(values.get('client') or {})
        self.custom = values.get('custom')
        self.env = values.get('env')


class Context:
    def __init__(self, headers):
        self.function_name = os.environ['AWS_LAMBDA_FUNCTION_NAME']
        self.function_version = os.environ['AWS_LAMBDA_FUNCTION_VERSION']
        self.memory_limit_in_mb = os.environ['AWS_LAMBDA_FUNCTION_MEMORY_SIZE']
        self.log_group_name = os.environ['AWS_LAMBDA_LOG_GROUP_NAME']
        self.log_stream_name = os.environ['AWS_LAMBDA_LOG_STREAM_NAME']
        self.invoked_function_arn = headers['Lambda-Runtime-Invoked-Function-Arn']
        self.aws_request_id = headers['Lambda-Runtime-Aws-Request-Id']
        client_context = headers['Lambda-Runtime-Client-Context']
        self.client_context = ClientContext(json.loads(client_context)) if client_context else None
        self.identity = None
        self._deadline = int(headers['Lambda-Runtime-Deadline-Ms'])

    def get_remaining_time_in_millis(self):
        return max(0, self._deadline - int(time.time() * 1000))

    def log(self, message):
        print(message, end='')


def load_handler():
    text = os.environ.get('_HANDLER', '')
    module, dot, name = text.rpartition('.')
    if not dot or not module:
        raise Failure('Runtime.MalformedHandlerName', "Bad handler '{}': not enough values to unpack (expected 2, got 1)".format(text))
    try:
        loaded = importlib.import_module(module.replace('/', '.'))
    except ImportError as error:
        raise Failure('Runtime.ImportModuleError', "Unable to import module '{}': {}".format(module, error))
    except SyntaxError as error:
        raise Failure('Runtime.UserCodeSyntaxError', "Syntax error in module '{}': {}".format(module, error))
    if not hasattr(loaded, name):
        raise Failure('Runtime.HandlerNotFound', "Handler '{}' missing on module '{}'".format(name, module))
    return getattr(loaded, name)


def perform(handler, headers, body):
    request_id = headers['Lambda-Runtime-Aws-Request-Id']
    try:
        result = handler(json.loads(body), Context(headers))
    except Exception as error:
        described = describe(error, request_id)
        report(described)
        return 'error', json.dumps(described)
    try:
        return 'response', json.dumps(result, ensure_ascii=False)
    except Exception as error:
        described = describe(Failure('Runtime.MarshalError', 'Unable to marshal response: {}'.format(error)), request_id)
        report(described)
        return 'error', json.dumps(described)


def serve(handler):
    while True:
        headers, body = call('GET', 'invocation/next')
        request_id = headers['Lambda-Runtime-Aws-Request-Id']
        os.environ['_X_AMZN_TRACE_ID'] = headers['Lambda-Runtime-Trace-Id']
        kind, answer = perform(handler, headers, body)
        sys.stdout.flush()
        sys.stderr.flush()
        sys.stdout.write('\0teal-end ' + request_id + '\n')
        sys.stdout.flush()
        call('POST', 'invocation/' + request_id + '/' + kind, answer.encode('utf-8', 'replace'))


def main():
    try:
        handler = load_handler()
    except Exception as error:
        described = describe(error, '')
        report(described)
        sys.stdout.flush()
        call('POST', 'init/error', json.dumps(described).encode())
        os._exit(1)
    try:
        serve(handler)
    except (OSError, http.client.HTTPException):
        os._exit(1)  # Teal is gone


main()
`;

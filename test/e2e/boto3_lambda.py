"""Takes a function through versions, a weighted alias, permissions, concurrency and events, with boto3.

Usage: python3 boto3_lambda.py ENDPOINT
Prints `fine` when everything is as on AWS.
"""

import io
import json
import sys
import zipfile

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

[endpoint] = sys.argv[1:]
client = boto3.client(
    'lambda',
    endpoint_url=endpoint,
    region_name='us-east-1',
    aws_access_key_id='test',
    aws_secret_access_key='test',
    config=Config(retries={'max_attempts': 0}),
)
ROLE = 'arn:aws:iam::123456789012:role/functions'
QUICKLY = {'Delay': 1, 'MaxAttempts': 60}


def package(text):
    memory = io.BytesIO()
    with zipfile.ZipFile(memory, 'w') as archive:
        archive.writestr('index.py', f'def handler(event, context):\n    return ["{text}", context.function_version]\n')
    return memory.getvalue()


def refused(code, words, call, **arguments):
    try:
        call(**arguments)
    except ClientError as error:
        found = error.response['Error']
        assert found['Code'] == code and words in found['Message'], found
        return error.response
    raise AssertionError(f'{call} was not refused')


def invoke(**arguments):
    answer = client.invoke(FunctionName='walk', **arguments)
    assert 'FunctionError' not in answer, answer
    return answer['ExecutedVersion'], json.loads(answer['Payload'].read())


created = client.create_function(
    FunctionName='walk', Role=ROLE, Runtime='python3.12', Handler='index.handler', Timeout=30, Code={'ZipFile': package('one')}
)
assert (created['State'], created['Version']) == ('Pending', '$LATEST'), created
client.get_waiter('function_active_v2').wait(FunctionName='walk', WaiterConfig=QUICKLY)
one = client.publish_version(FunctionName='walk', CodeSha256=created['CodeSha256'], Description='the first')
client.get_waiter('published_version_active').wait(FunctionName='walk', Qualifier='1', WaiterConfig=QUICKLY)
client.update_function_code(FunctionName='walk', ZipFile=package('two'))
client.get_waiter('function_updated_v2').wait(FunctionName='walk', WaiterConfig=QUICKLY)
two = client.publish_version(FunctionName='walk')
assert (one['Version'], two['Version'], one['Description']) == ('1', '2', 'the first'), (one, two)
assert invoke(Qualifier='1') == ('1', ['one', '1'])
assert invoke(Qualifier='2') == ('2', ['two', '2'])
pages = client.get_paginator('list_versions_by_function').paginate(FunctionName='walk', PaginationConfig={'PageSize': 1})
assert [version['Version'] for version in pages.build_full_result()['Versions']] == ['$LATEST', '1', '2']

alias = client.create_alias(
    FunctionName='walk', Name='live', FunctionVersion='1', RoutingConfig={'AdditionalVersionWeights': {'2': 1.0}}
)
assert alias['RoutingConfig'] == {'AdditionalVersionWeights': {'2': 1.0}}, alias
assert invoke(Qualifier='live') == ('2', ['two', '2'])
alias = client.update_alias(FunctionName='walk', Name='live', RoutingConfig={}, RevisionId=alias['RevisionId'])
assert invoke(Qualifier='live') == ('1', ['one', '1'])
refused('PreconditionFailedException', 'latest Revision Id', client.update_alias, FunctionName='walk', Name='live', RevisionId='no')
refused('ResourceConflictException', 'reference it: [live]', client.delete_function, FunctionName='walk', Qualifier='1')

allowed = client.add_permission(
    FunctionName='walk', Qualifier='live', StatementId='s1', Action='lambda:InvokeFunction', Principal='sns.amazonaws.com'
)
assert json.loads(allowed['Statement'])['Resource'] == alias['AliasArn'], allowed
policy = json.loads(client.get_policy(FunctionName='walk', Qualifier='live')['Policy'])
assert [statement['Sid'] for statement in policy['Statement']] == ['s1'], policy
client.remove_permission(FunctionName='walk', Qualifier='live', StatementId='s1')
refused('ResourceNotFoundException', 'The resource you requested does not exist.', client.get_policy, FunctionName='walk')

client.put_function_concurrency(FunctionName='walk', ReservedConcurrentExecutions=0)
throttled = refused('TooManyRequestsException', 'Rate Exceeded.', client.invoke, FunctionName='walk')
assert throttled['Reason'] == 'ReservedFunctionConcurrentInvocationLimitExceeded', throttled
client.delete_function_concurrency(FunctionName='walk')
assert client.get_account_settings()['AccountLimit']['UnreservedConcurrentExecutions'] == 1000

topic = 'arn:aws:sns:us-east-1:123456789012:outcomes'
config = client.put_function_event_invoke_config(
    FunctionName='walk', MaximumRetryAttempts=0, DestinationConfig={'OnFailure': {'Destination': topic}}
)
assert config['DestinationConfig'] == {'OnSuccess': {}, 'OnFailure': {'Destination': topic}}, config
event = client.invoke(FunctionName='walk', InvocationType='Event', Payload=b'{}')
assert (event['StatusCode'], event['Payload'].read()) == (202, b''), event
assert client.invoke(FunctionName='walk', InvocationType='DryRun')['StatusCode'] == 204

client.delete_alias(FunctionName='walk', Name='live')
client.delete_function(FunctionName='walk')
refused('ResourceNotFoundException', 'Function not found: arn:aws:lambda:us-east-1:', client.get_function, FunctionName='walk')
print('fine')

"""Sends random inputs of every operation through boto3, and compares what the server saw and what came back.

Usage: python3 fuzz_boto.py ENDPOINT SERVICE...
The endpoint's /_echo takes the next reply (POST) and gives the last input (GET), both as tagged JSON.
Prints one line per failure, and fails when there is one.
"""

import base64
import datetime
import http.client
import json
import os
import random
import sys
import urllib.parse

import boto3
from botocore.config import Config

TEXTS = ['a', 'hello world', 'x&y=<z>"\'', 'é☃ü', '100%+plus', 'tr ail', 'line1\nline2', '{"j":[1]}', 'arn:aws:x:y/z?q#f', 'true', '0', 'a\\b']
HEADER_TEXTS = ['a', 'hello', 'a-b', 'v1.2', '100%', 'A-b_c']
DEEPEST = 5
XML = ('query', 'ec2')

# What does not come back as it was sent, and why that is right.
EXPLAINED = {
    'ec2:CopySnapshot': 'boto3 adds a presigned URL of its own',
    'ec2:RequestSpotInstances': 'boto3 encodes UserData',
    'ec2:RunInstances': 'boto3 encodes UserData',
    'lambda:SendDurableExecutionCallbackFailure': 'boto3 sends {} for an optional payload that is absent',
    'lambda:StopDurableExecution': 'boto3 sends {} for an optional payload that is absent',
}


class Sampler:
    def __init__(self, protocol):
        self.protocol = protocol

    def value(self, shape, place='body', depth=0):
        if getattr(shape, 'is_document_type', False):
            return {'a': [1, 'x', True]}
        return getattr(self, shape.type_name)(shape, place, depth)

    def structure(self, shape, place, depth):
        members = list(shape.members.items())
        required = set(shape.required_members)
        if getattr(shape, 'is_tagged_union', False):
            members = [random.choice(members)]
            required = {members[0][0]}
        found = {}
        for name, member in members:
            if name not in required and (depth >= DEEPEST or random.random() < 0.5):
                continue
            self.add(found, name, member, place, depth)
        if not found and self.protocol in XML:  # these cannot carry an empty structure
            for name, member in members:
                self.add(found, name, member, place, depth)
                if found:
                    break
        return found

    def add(self, found, name, member, place, depth):
        location = member.serialization.get('location')
        if location == 'statusCode':
            return
        value = self.value(member, {'header': 'header', 'uri': 'label', 'querystring': 'query'}.get(location, place), depth + 1)
        if value != {} or self.protocol not in XML:
            found[name] = value

    def list(self, shape, place, depth):
        length = 1 if depth >= DEEPEST else random.randint(1, 2)
        return [self.value(shape.member, place, depth + 1) for _ in range(length)]

    def map(self, shape, place, depth):
        return {key: self.value(shape.value, place, depth + 1) for key in random.sample(['k1', 'k-2', 'a.b'], random.randint(1, 2))}

    def string(self, shape, place, _depth):
        if shape.name == 'policyDocumentType':  # boto3 parses these when they are JSON
            return 'no policy'
        return random.choice(HEADER_TEXTS if place in ('header', 'label') else TEXTS)

    def boolean(self, *_):
        return random.random() < 0.5

    def integer(self, *_):
        return random.choice([0, 1, 42, 7])

    long = integer

    def float(self, *_):
        return random.choice([0.5, 1.25, 3.0, 1e-7])

    double = float

    def timestamp(self, *_):  # boto3 sends whole seconds
        return datetime.datetime.fromtimestamp(1700000000 + random.randint(0, 1000), datetime.timezone.utc)

    def blob(self, *_):
        return random.choice([b'x', b'\x00\xff', b'blobby'])


def tagged(value):
    if isinstance(value, datetime.datetime):
        return {'$date': int(value.timestamp() * 1000)}
    if isinstance(value, (bytes, bytearray)):
        return {'$bytes': base64.b64encode(value).decode()}
    if isinstance(value, dict):
        return {key: tagged(held) for key, held in value.items()}
    if isinstance(value, list):
        return [tagged(held) for held in value]
    return value


def difference(want, found, path):
    if want == found:
        return None
    if isinstance(want, dict) and isinstance(found, dict):
        for key in {**want, **found}:
            inner = difference(want.get(key), found.get(key), f'{path}.{key}')
            if inner:
                return inner
    if isinstance(want, list) and isinstance(found, list) and len(want) == len(found):
        for index, (one, other) in enumerate(zip(want, found)):
            inner = difference(one, other, f'{path}.{index}')
            if inner:
                return inner
    return f'{path}: want {str(want)[:90]}, found {str(found)[:90]}'


class Side:
    def __init__(self, endpoint):
        self.connection = http.client.HTTPConnection(urllib.parse.urlparse(endpoint).netloc)

    def ask(self, method, body=None):
        self.connection.request(method, '/_echo', body)
        return json.loads(self.connection.getresponse().read())


def unbound(shape, sent, arrived, drop):
    """What arrived without the members that a client or server fills in by itself."""
    members = shape.members if shape else {}
    return {key: held for key, held in arrived.items() if key in sent or key not in members or not drop(members[key])}


def is_always_there(member):
    """boto3 gives a status, and a body of bytes even when it is empty."""
    return member.serialization.get('location') == 'statusCode' or member.type_name == 'blob'


def round_trip(client, side, operation):
    sampler = Sampler(client.meta.service_model.metadata['protocol'])
    sent = sampler.value(operation.input_shape) if operation.input_shape else {}
    reply = sampler.value(operation.output_shape) if operation.output_shape else {}
    side.ask('POST', json.dumps(tagged(reply)))
    expected = tagged(sent)
    answer = client._make_api_call(operation.name, sent)
    seen = side.ask('GET')
    answer.pop('ResponseMetadata', None)
    answer = {key: held.read() if hasattr(held, 'read') else held for key, held in answer.items()}
    if seen['operation'] != operation.name:
        return f'routed to {seen["operation"]}'
    arrived = unbound(operation.input_shape, expected, seen['input'], lambda member: member.metadata.get('idempotencyToken'))
    returned = unbound(operation.output_shape, reply, tagged(answer), is_always_there)
    return difference(expected, arrived, 'input') or difference(tagged(reply), returned, 'output')


def fuzz(endpoint, service):
    config = Config(parameter_validation=False, inject_host_prefix=False, retries={'max_attempts': 0})
    client = boto3.client(service, endpoint_url=endpoint, region_name='us-east-1', aws_access_key_id='AK', aws_secret_access_key='secret', config=config)
    model, side, failures, passed = client.meta.service_model, Side(endpoint), [], 0
    for name in model.operation_names:
        operation = model.operation_model(name)
        if operation.has_event_stream_output or operation.has_event_stream_input or f'{service}:{name}' in EXPLAINED:
            continue
        try:
            failure = round_trip(client, side, operation)
        except Exception as error:  # every kind of failure is a finding
            failure = repr(error)[:300]
        passed += not failure
        if failure:
            failures.append(f'{service}:{name}: {failure}')
    print(f'{service}: {passed} operations came back unchanged')
    return failures


if __name__ == '__main__':
    random.seed(int(os.environ.get('FUZZ_SEED', '1')))
    found = [failure for service in sys.argv[2:] for failure in fuzz(sys.argv[1], service)]
    print('\n'.join(found))
    sys.exit(1 if found else 0)

"""Puts, reads and lists metrics through boto3, in one of the protocols that CloudWatch is spoken in.

Usage: python3 boto3_metrics.py ENDPOINT PROTOCOL
Prints `fine` when everything is as on AWS.
"""

import datetime
import sys

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

endpoint, protocol = sys.argv[1:]
session = boto3.Session()
# The loader remembers the model, so the client is made of what is changed here.
metadata = session._loader.load_service_model('cloudwatch', 'service-2')['metadata']
metadata['protocol'], metadata['protocols'] = protocol, [protocol]
cloudwatch = session.client(
    'cloudwatch',
    endpoint_url=endpoint,
    region_name='us-east-1',
    aws_access_key_id='test',
    aws_secret_access_key='test',
    config=Config(retries={'max_attempts': 0}, request_min_compression_size_bytes=1),
)
assert cloudwatch.meta.service_model.resolved_protocol == protocol
sent = []
cloudwatch.meta.events.register('before-send.cloudwatch', lambda request, **_: sent.append(request))

namespace = f'Walk/{protocol}'
dimensions = [{'Name': 'Service', 'Value': 'käse & co'}]
minute = datetime.datetime.now(datetime.timezone.utc).replace(second=0, microsecond=0) - datetime.timedelta(minutes=5)
end = minute + datetime.timedelta(minutes=10)


def refused(code, words, call, **arguments):
    try:
        call(**arguments)
    except ClientError as error:
        found = error.response['Error']
        assert found['Code'] == code and words in found['Message'], found
        return
    raise AssertionError(f'{call} was not refused')


cloudwatch.put_metric_data(
    Namespace=namespace,
    MetricData=[
        {'MetricName': 'latency', 'Dimensions': dimensions, 'Timestamp': minute, 'Unit': 'Seconds', 'Values': [0.1, 0.2, 0.9], 'Counts': [5, 4, 1]},
        {'MetricName': 'requests', 'Dimensions': dimensions, 'Timestamp': minute, 'Value': 10},
        {'MetricName': 'errors', 'Dimensions': dimensions, 'Timestamp': minute, 'StatisticValues': {'SampleCount': 2, 'Sum': 3, 'Minimum': 1, 'Maximum': 2}},
    ],
)
assert sent[-1].headers['Content-Encoding'] in (b'gzip', 'gzip'), sent[-1].headers

listed = cloudwatch.get_paginator('list_metrics').paginate(Namespace=namespace).build_full_result()['Metrics']
assert sorted(metric['MetricName'] for metric in listed) == ['errors', 'latency', 'requests'], listed
assert all(metric['Dimensions'] == dimensions for metric in listed), listed

common = {'Namespace': namespace, 'MetricName': 'latency', 'Dimensions': dimensions, 'StartTime': minute, 'EndTime': end, 'Period': 60}
[point] = cloudwatch.get_metric_statistics(**common, Statistics=['Average', 'SampleCount', 'Maximum'])['Datapoints']
assert point['Timestamp'] == minute and point['Unit'] == 'Seconds', point
assert (point['SampleCount'], point['Maximum']) == (10.0, 0.9) and abs(point['Average'] - 0.22) < 1e-12, point
[point] = cloudwatch.get_metric_statistics(**common, ExtendedStatistics=['p90', 'p99'])['Datapoints']
assert point['ExtendedStatistics'] == {'p90': 0.2, 'p99': 0.9}, point


def metric(id, name):
    found = {'Namespace': namespace, 'MetricName': name, 'Dimensions': dimensions}
    return {'Id': id, 'MetricStat': {'Metric': found, 'Period': 60, 'Stat': 'Sum'}, 'ReturnData': False}


queries = [{'Id': 'share', 'Expression': '100 * errors / requests'}, metric('errors', 'errors'), metric('requests', 'requests')]
[result] = cloudwatch.get_metric_data(MetricDataQueries=queries, StartTime=minute, EndTime=end)['MetricDataResults']
assert (result['Id'], result['Timestamps'], result['Values'], result['StatusCode']) == ('share', [minute], [30.0], 'Complete'), result

refused('InvalidParameterValue', 'The value AWS/ for parameter Namespace is invalid.', cloudwatch.put_metric_data, Namespace='AWS/ECS', MetricData=[])
refused('InvalidParameterCombination', 'At least one of the parameters', cloudwatch.get_metric_statistics, **common)
refused('ValidationError', "Error in expression 'share'", cloudwatch.get_metric_data, MetricDataQueries=[{'Id': 'share', 'Expression': 'nothing + 1'}], StartTime=minute, EndTime=end)
refused('InvalidNextToken', 'next token', cloudwatch.list_metrics, NextToken='nonsense')
print('fine')

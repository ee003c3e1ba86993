"""Load balancing through boto3: rules, stickiness, attributes, paging and refusals. Run by boto3-load-balancing.test.ts."""
import http.client
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

options = dict(
    endpoint_url=sys.argv[1], region_name='us-east-1', aws_access_key_id='210987654321', aws_secret_access_key='x',
    config=Config(retries={'max_attempts': 0}),
)
elb, ec2 = boto3.client('elbv2', **options), boto3.client('ec2', **options)


def backend(name):
    class Handler(BaseHTTPRequestHandler):
        protocol_version = 'HTTP/1.1'

        def do_GET(self):
            self.send_response(200)
            self.send_header('X-Name', name)
            self.send_header('Content-Length', '0')
            self.end_headers()

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(('127.0.0.1', 0), Handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server.server_address[1]


def ask(path='/', method='GET', **headers):
    connection = http.client.HTTPConnection('127.0.0.1', port, timeout=30)
    connection.request(method, path, headers={name.replace('_', '-'): value for name, value in headers.items()})
    answer = connection.getresponse()
    body = answer.read().decode()
    connection.close()
    return answer, body


def until(what, holds):
    for _ in range(2400):
        if holds():
            return
        time.sleep(0.05)
    raise SystemExit('waited in vain for ' + what)


def refused(code, words, call, **arguments):
    try:
        call(**arguments)
    except ClientError as refusal:
        error = refusal.response['Error']
        assert error['Code'] == code and words in error['Message'], error
        return
    raise SystemExit('not refused: ' + words)


def attributes(**values):
    return [{'Key': key, 'Value': value} for key, value in values.items()]


def fixed(text):
    return [{'Type': 'fixed-response', 'FixedResponseConfig': {'StatusCode': '200', 'ContentType': 'text/plain', 'MessageBody': text}}]


def weighted(*groups, seconds=None):
    sticky = {'Enabled': True, 'DurationSeconds': seconds} if seconds else {'Enabled': False}
    return [{'Type': 'forward', 'ForwardConfig': {
        'TargetGroups': [{'TargetGroupArn': arn, 'Weight': weight} for arn, weight in groups],
        'TargetGroupStickinessConfig': sticky}}]


subnets = [subnet['SubnetId'] for subnet in ec2.describe_subnets()['Subnets']][:2]
vpc = ec2.describe_vpcs()['Vpcs'][0]['VpcId']
balancer = elb.create_load_balancer(Name='web', Subnets=subnets, Tags=[{'Key': 'team', 'Value': 'web'}])['LoadBalancers'][0]['LoadBalancerArn']
elb.get_waiter('load_balancer_available').wait(LoadBalancerArns=[balancer])

groups = {}
for name in ('blue', 'green'):
    group = elb.create_target_group(
        Name=name, Protocol='HTTP', ProtocolVersion='HTTP1', Port=8080, VpcId=vpc, TargetType='ip', HealthCheckPath='/health',
        HealthCheckIntervalSeconds=5, HealthCheckTimeoutSeconds=2, Matcher={'HttpCode': '200-299'})['TargetGroups'][0]
    assert group['Matcher'] == {'HttpCode': '200-299'} and group['HealthCheckEnabled'], group
    groups[name] = group['TargetGroupArn']
blue, green = groups['blue'], groups['green']
listener = elb.create_listener(LoadBalancerArn=balancer, Protocol='HTTP', Port=18600, DefaultActions=weighted((blue, 1), (green, 0), seconds=600))['Listeners'][0]['ListenerArn']
tags = elb.describe_tags(ResourceArns=[listener])['TagDescriptions'][0]['Tags']
port = int(next((tag['Value'] for tag in tags if tag['Key'] == 'teal:bound-port'), 18600))
for name, group in groups.items():
    elb.register_targets(TargetGroupArn=group, Targets=[{'Id': '127.0.0.1', 'Port': backend(name)}])
    until(name + ' in service', lambda: [one['TargetHealth']['State'] for one in elb.describe_target_health(
        TargetGroupArn=group)['TargetHealthDescriptions']] == ['healthy'])

# A client stays with its group, and with its target, while the weights move.
answer, _ = ask()
assert answer.headers['X-Name'] == 'blue', answer.headers
cookie = '; '.join(line.split(';')[0] for line in answer.headers.get_all('Set-Cookie'))
assert 'AWSALBTG=' in cookie, cookie
elb.modify_listener(ListenerArn=listener, DefaultActions=weighted((blue, 0), (green, 100), seconds=600))
assert {ask()[0].headers['X-Name'] for _ in range(10)} == {'green'}
elb.modify_target_group_attributes(TargetGroupArn=green, Attributes=attributes(**{
    'stickiness.enabled': 'true', 'stickiness.type': 'lb_cookie', 'stickiness.lb_cookie.duration_seconds': '60'}))
assert any(line.startswith('AWSALB=') for line in ask()[0].headers.get_all('Set-Cookie'))
refused('InvalidConfigurationRequest', 'You must enable group stickiness', elb.modify_listener,
        ListenerArn=listener, DefaultActions=weighted((blue, 1), (green, 1)))

# Every condition, each as one rule.
conditions = [
    ({'Field': 'host-header', 'HostHeaderConfig': {'Values': ['*.example.com']}}, dict(Host='www.example.com')),
    ({'Field': 'path-pattern', 'PathPatternConfig': {'Values': ['/img/*']}}, dict(path='/img/a')),
    ({'Field': 'http-header', 'HttpHeaderConfig': {'HttpHeaderName': 'X-Canary', 'Values': ['on*']}}, dict(X_Canary='once')),
    ({'Field': 'http-request-method', 'HttpRequestMethodConfig': {'Values': ['DELETE']}}, dict(method='DELETE')),
    ({'Field': 'query-string', 'QueryStringConfig': {'Values': [{'Key': 'v', 'Value': '2'}]}}, dict(path='/?v=2')),
    ({'Field': 'path-pattern', 'RegexValues': ['^/v[12]/']}, dict(path='/v1/x')),
    ({'Field': 'source-ip', 'SourceIpConfig': {'Values': ['127.0.0.0/8']}}, dict()),
]
rules = []
for number, (condition, request) in enumerate(conditions, 1):
    rule = elb.create_rule(ListenerArn=listener, Priority=number, Conditions=[condition], Actions=fixed(str(number)))['Rules'][0]
    assert rule['Conditions'][0]['Field'] == condition['Field'], rule
    rules.append(rule['RuleArn'])
    assert ask(**request)[1] == str(number), (condition, ask(**request)[1])
elb.set_rule_priorities(RulePriorities=[{'RuleArn': rules[-1], 'Priority': 1}, {'RuleArn': rules[0], 'Priority': 50}])
assert ask(path='/img/a')[1] == str(len(conditions))
pages = list(elb.get_paginator('describe_rules').paginate(ListenerArn=listener, PaginationConfig={'PageSize': 3}))
assert [len(page['Rules']) for page in pages] == [3, 3, 2] and pages[-1]['Rules'][-1]['IsDefault'], pages
elb.delete_rule(RuleArn=rules[-1])
elb.modify_rule(RuleArn=rules[1], Actions=[{'Type': 'redirect', 'RedirectConfig': {
    'Protocol': 'HTTPS', 'Port': '443', 'Path': '/new/#{path}', 'StatusCode': 'HTTP_302'}}])
answer, _ = ask(path='/img/a', Host='shop.test')
assert (answer.status, answer.headers['Location']) == (302, 'https://shop.test:443/new/img/a'), answer.headers

# Attributes.
elb.modify_load_balancer_attributes(LoadBalancerArn=balancer, Attributes=attributes(**{
    'idle_timeout.timeout_seconds': '30', 'access_logs.s3.enabled': 'true', 'access_logs.s3.bucket': 'my-logs'}))
shown = {one['Key']: one['Value'] for one in elb.describe_load_balancer_attributes(LoadBalancerArn=balancer)['Attributes']}
assert shown['idle_timeout.timeout_seconds'] == '30' and shown['access_logs.s3.bucket'] == 'my-logs' and len(shown) == 23, shown
elb.modify_target_group(TargetGroupArn=blue, HealthCheckPath='/', UnhealthyThresholdCount=3)
pages = elb.get_paginator('describe_target_groups').paginate(PaginationConfig={'PageSize': 1})
assert [group['TargetGroupName'] for page in pages for group in page['TargetGroups']] == ['blue', 'green']
assert elb.describe_capacity_reservation(LoadBalancerArn=balancer).get('MinimumLoadBalancerCapacity') is None

# Refusals.
rule = dict(ListenerArn=listener, Priority=100, Conditions=[{'Field': 'path-pattern', 'Values': ['/x']}], Actions=fixed('x'))
refused('PriorityInUse', "Priority '3' is currently in use", elb.create_rule, **{**rule, 'Priority': 3})
refused('ValidationError', "is not a valid CIDR block", elb.create_rule, **{
    **rule, 'Conditions': [{'Field': 'source-ip', 'SourceIpConfig': {'Values': ['10.0.0.0']}}]})
refused('ValidationError', 'Target group stickiness duration must be between 1 and 604800 seconds', elb.create_rule,
        **{**rule, 'Actions': weighted((blue, 1), (green, 1), seconds=700000)})
refused('InvalidLoadBalancerAction', 'creates a loop', elb.create_rule, **{
    **rule, 'Actions': [{'Type': 'redirect', 'RedirectConfig': {'StatusCode': 'HTTP_301'}}]})
refused('InvalidConfigurationRequest', 'S3 bucket name', elb.modify_load_balancer_attributes, LoadBalancerArn=balancer,
        Attributes=attributes(**{'access_logs.s3.bucket': ''}))
refused('TargetGroupNotFound', 'One or more target groups not found', elb.describe_target_groups, Names=['none'])
refused('ResourceInUse', 'is currently in use by a listener or a rule', elb.delete_target_group, TargetGroupArn=blue)
elb.delete_load_balancer(LoadBalancerArn=balancer)
elb.get_waiter('load_balancers_deleted').wait(LoadBalancerArns=[balancer])
for group in groups.values():
    elb.delete_target_group(TargetGroupArn=group)
print('fine')

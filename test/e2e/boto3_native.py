"""Blue/green of the ECS controller through boto3: a hook, a pause, a release and a stop. Run by boto3-native.test.ts."""
import io
import sys
import time
import urllib.request
import zipfile

import boto3
from botocore.config import Config

endpoint, node, app = sys.argv[1:4]
options = dict(
    endpoint_url=endpoint, region_name='us-east-1', aws_access_key_id='210987654321', aws_secret_access_key='x',
    config=Config(retries={'max_attempts': 0}),
)
ecs, elb, lam, ec2 = (boto3.client(name, **options) for name in ('ecs', 'elbv2', 'lambda', 'ec2'))
ROLE = 'arn:aws:iam::210987654321:role/any'
HOOK = '''
def handler(event, context):
    asked = event['hookDetails'].get('asked', 0)
    if asked < 1:
        return {'hookStatus': 'IN_PROGRESS', 'callBackDelay': 1, 'hookDetails': {'asked': asked + 1}}
    return {'hookStatus': event['hookDetails']['answer']}
'''


def zipped(source):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, 'w') as archive:
        archive.writestr('index.py', source)
    return buffer.getvalue()


def task_definition(version):
    container = dict(
        name='web', image='any', memory=128, command=[node, '-e', app], portMappings=[dict(containerPort=8080)],
        environment=[dict(name='VERSION', value=version), dict(name='CHECKOUT', value='works')],
    )
    made = ecs.register_task_definition(family='web', networkMode='awsvpc', containerDefinitions=[container])
    return made['taskDefinition']['taskDefinitionArn']


def wait_for(arn, what, is_so):
    until = time.time() + 120
    while time.time() < until:
        found = ecs.describe_service_deployments(serviceDeploymentArns=[arn])['serviceDeployments'][0]
        if is_so(found):
            return found
        time.sleep(0.1)
    raise SystemExit(f'waited in vain for {what}: {found}')


def reach(arn, status):
    return wait_for(arn, status, lambda found: found['status'] == status)


def version():
    return urllib.request.urlopen(url).headers['x-version']


network = ec2.describe_subnets()['Subnets']
subnets, vpc = [one['SubnetId'] for one in network[:2]], network[0]['VpcId']
groups = [
    elb.create_target_group(
        Name=name, Protocol='HTTP', Port=8080, VpcId=vpc, TargetType='ip', HealthCheckIntervalSeconds=10,
    )['TargetGroups'][0]['TargetGroupArn']
    for name in ('blue', 'green')
]
balancer = elb.create_load_balancer(Name='web', Subnets=subnets)['LoadBalancers'][0]['LoadBalancerArn']
listener = elb.create_listener(
    LoadBalancerArn=balancer, Protocol='HTTP', Port=80,
    DefaultActions=[dict(Type='forward', TargetGroupArn=groups[0])],
)['Listeners'][0]['ListenerArn']
tags = elb.describe_tags(ResourceArns=[listener])['TagDescriptions'][0]['Tags']
port = next((tag['Value'] for tag in tags if tag['Key'] == 'teal:bound-port'), '80')
url = f'http://127.0.0.1:{port}/'
rule = elb.describe_rules(ListenerArn=listener)['Rules'][0]['RuleArn']

lam.create_function(
    FunctionName='hook', Role=ROLE, Runtime='python3.12', Handler='index.handler', Timeout=30,
    Code=dict(ZipFile=zipped(HOOK)),
)
lam.get_waiter('function_active_v2').wait(FunctionName='hook')


def hook(stage, answer):
    return dict(
        hookTargetArn='arn:aws:lambda:us-east-1:210987654321:function:hook', roleArn=ROLE,
        lifecycleStages=[stage], hookDetails=dict(answer=answer),
    )


ecs.create_cluster(clusterName='shop')
made = ecs.create_service(
    cluster='shop', serviceName='web', taskDefinition=task_definition('v1'), desiredCount=1,
    deploymentConfiguration=dict(strategy='BLUE_GREEN', bakeTimeInMinutes=0),
    loadBalancers=[dict(
        targetGroupArn=groups[0], containerName='web', containerPort=8080,
        advancedConfiguration=dict(alternateTargetGroupArn=groups[1], productionListenerRule=rule, roleArn=ROLE),
    )],
    networkConfiguration=dict(awsvpcConfiguration=dict(subnets=subnets)),
)['service']
reach(made['currentServiceDeployment'], 'SUCCESSFUL')
assert version() == 'v1', version()


def update(target, hooks, bake):
    return ecs.update_service(
        cluster='shop', service='web', taskDefinition=task_definition(target),
        deploymentConfiguration=dict(strategy='BLUE_GREEN', bakeTimeInMinutes=bake, lifecycleHooks=hooks),
    )['service']['currentServiceDeployment']


pause = dict(targetType='PAUSE', lifecycleStages=['PRE_PRODUCTION_TRAFFIC_SHIFT'])
released = update('v2', [hook('POST_SCALE_UP', 'SUCCEEDED'), pause], 0)
paused = wait_for(released, 'the pause', lambda found: any(
    one['status'] == 'AWAITING_ACTION' for one in found.get('lifecycleHookDetails', [])
))
assert paused['lifecycleStage'] == 'PRE_PRODUCTION_TRAFFIC_SHIFT', paused
assert version() == 'v1', version()
ecs.continue_service_deployment(
    serviceDeploymentArn=released, hookId=paused['lifecycleHookDetails'][-1]['hookId'],
)
reach(released, 'SUCCESSFUL')
assert version() == 'v2', version()

failed = update('v3', [hook('POST_PRODUCTION_TRAFFIC_SHIFT', 'FAILED')], 60)
reach(failed, 'ROLLBACK_SUCCESSFUL')
assert version() == 'v2', version()

stopped = update('v4', [], 1000)
wait_for(stopped, 'the bake time', lambda found: found.get('lifecycleStage') == 'BAKE_TIME')
assert version() == 'v4', version()
ecs.stop_service_deployment(serviceDeploymentArn=stopped, stopType='ROLLBACK')
reach(stopped, 'ROLLBACK_SUCCESSFUL')
assert version() == 'v2', version()
print('fine')

"""The main flow through boto3: a release with a hook, its end, and a stop that rolls back. Run by boto3.test.ts."""
import io
import json
import sys
import time
import zipfile

import boto3
from botocore.config import Config

endpoint, node, app = sys.argv[1:4]
options = dict(
    endpoint_url=endpoint, region_name='us-east-1', aws_access_key_id='210987654321', aws_secret_access_key='x',
    config=Config(retries={'max_attempts': 0}),
)
ecs, elb, deploy, lam, ec2 = (boto3.client(name, **options) for name in ('ecs', 'elbv2', 'codedeploy', 'lambda', 'ec2'))
ROLE = 'arn:aws:iam::210987654321:role/any'

HOOK = '''
import base64, datetime, hashlib, hmac, json, os, urllib.request
def handler(event, context):
    body = json.dumps({'deploymentId': event['DeploymentId'],
                       'lifecycleEventHookExecutionId': event['LifecycleEventHookExecutionId'], 'status': 'Succeeded'}).encode()
    day = datetime.datetime.now(datetime.timezone.utc).strftime('%Y%m%d')
    credential = '/'.join([os.environ['AWS_ACCESS_KEY_ID'], day, os.environ['AWS_REGION'], 'codedeploy', 'aws4_request'])
    request = urllib.request.Request(os.environ['AWS_ENDPOINT_URL'], body, {
        'Content-Type': 'application/x-amz-json-1.1',
        'X-Amz-Target': 'CodeDeploy_20141006.PutLifecycleEventHookExecutionStatus',
        'Authorization': 'AWS4-HMAC-SHA256 Credential=%s, SignedHeaders=host, Signature=0' % credential})
    return urllib.request.urlopen(request).status
'''


def zipped(source):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, 'w') as archive:
        archive.writestr('index.py', source)
    return buffer.getvalue()


def register(version):
    return ecs.register_task_definition(family='web', networkMode='awsvpc', containerDefinitions=[{
        'name': 'web', 'image': 'web', 'memory': 128, 'command': [node, '-e', app], 'portMappings': [{'containerPort': 8080}],
        'environment': [{'name': 'VERSION', 'value': version}]}])['taskDefinition']['taskDefinitionArn']


def release(definition, config=None):
    spec = {'version': 0.0, 'Resources': [{'TargetService': {'Type': 'AWS::ECS::Service', 'Properties': {
        'TaskDefinition': definition, 'LoadBalancerInfo': {'ContainerName': 'web', 'ContainerPort': 8080}}}}],
        'Hooks': [{'AfterInstall': 'hook'}]}
    extra = {'deploymentConfigName': config} if config else {}
    return deploy.create_deployment(applicationName='app', deploymentGroupName='group', revision={
        'revisionType': 'AppSpecContent', 'appSpecContent': {'content': json.dumps(spec)}}, **extra)['deploymentId']


def until(what, ask):
    for _ in range(2400):
        found = ask()
        if found:
            return found
        time.sleep(0.05)
    raise SystemExit('waited in vain for ' + what)


def info(id):
    return deploy.get_deployment(deploymentId=id)['deploymentInfo']


def ended(id):
    return until('the end of ' + id, lambda: info(id) if info(id)['status'] in ('Succeeded', 'Failed', 'Stopped') else None)


subnets = [subnet['SubnetId'] for subnet in ec2.describe_subnets()['Subnets']]
vpc = ec2.describe_vpcs()['Vpcs'][0]['VpcId']
balancer = elb.create_load_balancer(Name='alb', Subnets=subnets[:2])['LoadBalancers'][0]['LoadBalancerArn']
blue, green = (elb.create_target_group(Name=name, Protocol='HTTP', Port=8080, VpcId=vpc, TargetType='ip')['TargetGroups'][0]['TargetGroupArn']
               for name in ('blue', 'green'))
listener = elb.create_listener(LoadBalancerArn=balancer, Protocol='HTTP', Port=80, DefaultActions=[
    {'Type': 'forward', 'TargetGroupArn': blue}])['Listeners'][0]['ListenerArn']
ecs.create_cluster(clusterName='cluster')
ecs.create_service(cluster='cluster', serviceName='service', taskDefinition=register('v1'), desiredCount=1,
                   deploymentController={'type': 'CODE_DEPLOY'},
                   networkConfiguration={'awsvpcConfiguration': {'subnets': subnets}},
                   loadBalancers=[{'targetGroupArn': blue, 'containerName': 'web', 'containerPort': 8080}])
lam.create_function(FunctionName='hook', Runtime='python3.12', Role=ROLE, Handler='index.handler', Timeout=20, Code={'ZipFile': zipped(HOOK)})
deploy.create_application(applicationName='app', computePlatform='ECS')
deploy.create_deployment_group(
    applicationName='app', deploymentGroupName='group', serviceRoleArn=ROLE, deploymentConfigName='CodeDeployDefault.ECSAllAtOnce',
    deploymentStyle={'deploymentType': 'BLUE_GREEN', 'deploymentOption': 'WITH_TRAFFIC_CONTROL'},
    ecsServices=[{'clusterName': 'cluster', 'serviceName': 'service'}],
    blueGreenDeploymentConfiguration={
        'deploymentReadyOption': {'actionOnTimeout': 'CONTINUE_DEPLOYMENT', 'waitTimeInMinutes': 0},
        'terminateBlueInstancesOnDeploymentSuccess': {'action': 'TERMINATE', 'terminationWaitTimeInMinutes': 0}},
    loadBalancerInfo={'targetGroupPairInfoList': [{
        'targetGroups': [{'name': 'blue'}, {'name': 'green'}], 'prodTrafficRoute': {'listenerArns': [listener]}}]})
until('a steady service', lambda: ecs.describe_services(cluster='cluster', services=['service'])['services'][0]['taskSets'][0]['stabilityStatus'] == 'STEADY_STATE')

first = release(register('v2'))
done = ended(first)
assert done['status'] == 'Succeeded', done
target = deploy.get_deployment_target(deploymentId=first, targetId='cluster:service')['deploymentTarget']['ecsTarget']
events = [(event['lifecycleEventName'], event['status']) for event in target['lifecycleEvents']]
assert [name for name, _ in events] == ['BeforeInstall', 'Install', 'AfterInstall', 'BeforeAllowTraffic', 'AllowTraffic', 'AfterAllowTraffic'], events
assert all(status == 'Succeeded' for _, status in events), events

second = release(register('v3'), 'CodeDeployDefault.ECSCanary10Percent15Minutes')
try:
    release(register('v4'))
    raise SystemExit('a second active deployment was accepted')
except deploy.exceptions.DeploymentLimitExceededException as refused:
    assert "The Deployment Group 'group' already has an active Deployment '%s'" % second in str(refused), refused


def shares():
    forward = elb.describe_listeners(ListenerArns=[listener])['Listeners'][0]['DefaultActions'][0]['ForwardConfig']['TargetGroups']
    return {group['TargetGroupArn']: group['Weight'] for group in forward}


until('the canary', lambda: shares() == {green: 90, blue: 10})
deploy.stop_deployment(deploymentId=second, autoRollbackEnabled=True)
stopped = ended(second)
assert stopped['status'] == 'Stopped', stopped
rollback = ended(stopped['rollbackInfo']['rollbackDeploymentId'])
assert rollback['status'] == 'Succeeded' and rollback['creator'] == 'codeDeployRollback', rollback
assert shares() == {green: 100, blue: 0}, shares()
print('fine')

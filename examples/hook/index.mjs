// A check of a release before it gets traffic: asks CHECK_URL, and tells CodeDeploy whether the answer was good.
// ECS's own blue/green deployments read the same from what it gives back.
import { CodeDeploy } from '@aws-sdk/client-codedeploy';

export async function handler(event) {
  const answer = await fetch(process.env.CHECK_URL, { headers: { 'x-test': 'yes' } });
  console.log(`${process.env.CHECK_URL} answered ${answer.status}: ${await answer.text()}`);
  const { DeploymentId: deploymentId, LifecycleEventHookExecutionId: lifecycleEventHookExecutionId } = event;
  if (deploymentId) {
    const status = answer.ok ? 'Succeeded' : 'Failed';
    await new CodeDeploy({}).putLifecycleEventHookExecutionStatus({
      deploymentId,
      lifecycleEventHookExecutionId,
      status,
    });
  }
  return { hookStatus: answer.ok ? 'SUCCEEDED' : 'FAILED' };
}

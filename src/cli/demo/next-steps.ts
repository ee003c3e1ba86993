import { NAMES, type Stack } from './stack.ts';

/** What to try with the `aws` command while the demo goes on running. */
export function nextSteps(endpoint: string, { productionUrl }: Stack): string {
  return `it goes on running until Ctrl-C. In another terminal:

  export AWS_ENDPOINT_URL=${endpoint} AWS_ACCESS_KEY_ID=demo AWS_SECRET_ACCESS_KEY=demo AWS_DEFAULT_REGION=us-east-1

  curl ${productionUrl}
  aws deploy list-deployments --application-name ${NAMES.application} --deployment-group-name ${NAMES.group}
  aws deploy get-deployment --deployment-id ID
  aws deploy get-deployment-target --deployment-id ID --target-id ${NAMES.cluster}:${NAMES.service}
  aws ecs describe-services --cluster ${NAMES.cluster} --services ${NAMES.service}
  aws elbv2 describe-listeners --load-balancer-arn "$(aws elbv2 describe-load-balancers --query 'LoadBalancers[0].LoadBalancerArn' --output text)"
  aws deploy stop-deployment --deployment-id ID --auto-rollback-enabled
`;
}

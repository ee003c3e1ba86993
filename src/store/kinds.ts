/** Every kind of record, and the table that keeps it. A new kind is a name here and a migration that makes its table. */
export const RECORD_KINDS = [
  'codedeploy_applications',
  'codedeploy_configs',
  'codedeploy_groups',
  'codedeploy_revisions',
  'codedeploy_deployments',
  'codedeploy_active_deployments',
  'ecs_clusters',
  'ecs_families',
  'ecs_task_definitions',
  'ecs_services',
  'ecs_task_sets',
  'ecs_tasks',
  'acm_certificates',
  'elbv2_load_balancers',
  'elbv2_target_groups',
  'elbv2_listeners',
  'elbv2_rules',
  'elbv2_targets',
  'lambda_functions',
  'lambda_invocations',
  'iam_roles',
  'resource_tags',
  'teal_settings',
] as const;

export type RecordKind = (typeof RECORD_KINDS)[number];

import { sql, type Kysely } from 'kysely';
import { createMetricJournal, createMetricTables, createPackedMetricTable } from './metric-series.ts';
import type { Tables } from './tables.ts';

export interface Migration {
  /** Four digits and a name; migrations run in this order, each once. */
  readonly name: string;
  up(db: Kysely<Tables>): Promise<void>;
}

const documents = (...kinds: string[]): Migration['up'] => {
  return async (db) => {
    for (const kind of kinds) {
      await db.schema
        .createTable(kind)
        .addColumn('seq', 'integer', (column) => column.primaryKey().autoIncrement())
        .addColumn('account', 'text', (column) => column.notNull())
        .addColumn('region', 'text', (column) => column.notNull())
        .addColumn('id', 'text', (column) => column.notNull())
        .addColumn('parent', 'text')
        .addColumn('doc', 'text', (column) => column.notNull())
        .addUniqueConstraint(`${kind}_key`, ['account', 'region', 'id'])
        .execute();
      await sql`create index ${sql.ref(`${kind}_parent`)} on ${sql.table(kind)} (account, region, parent)`.execute(db);
    }
  };
};

export const MIGRATIONS: readonly Migration[] = [
  {
    name: '0001-first-records',
    up: documents(
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
    ),
  },
  {
    name: '0002-certificates-and-protocols',
    async up(db) {
      await documents('acm_certificates')(db);
      await addMembers(db, 'elbv2_listeners', { protocol: 'HTTP', certificateArns: [], attributes: {} });
      await addMembers(db, 'elbv2_target_groups', { protocol: 'HTTP', protocolVersion: 'HTTP1' });
      await addMembers(db, 'elbv2_target_groups', { protocol: 'HTTP' }, '$.healthCheck');
    },
  },
  {
    name: '0003-watching',
    up: documents(
      'cloudwatch_alarms',
      'cloudwatch_alarm_history',
      'logs_groups',
      'logs_streams',
      'logs_metric_filters',
      'sns_topics',
      'sns_subscriptions',
      'sns_deliveries',
      'events_buses',
      'events_rules',
      'events_deliveries',
    ),
  },
  { name: '0004-metrics', up: createMetricTables },
  {
    name: '0005-log-events',
    async up(db) {
      await documents('ecs_task_outputs')(db);
      await sql`create table log_events (id integer primary key autoincrement, group_key integer not null,
        stream_key integer not null, at integer not null, ingested_at integer not null, message text not null)`.execute(
        db,
      );
      await sql`create index log_events_of_group on log_events (group_key, at)`.execute(db);
      await sql`create index log_events_of_stream on log_events (stream_key, at)`.execute(db);
      await sql`create table log_sizes (group_key integer primary key, bytes integer not null)`.execute(db);
    },
  },
  { name: '0006-log-subscriptions', up: documents('logs_subscription_filters', 'logs_deliveries') },
  {
    name: '0007-lambda-versions',
    async up(db) {
      await documents(
        'lambda_versions',
        'lambda_version_counters',
        'lambda_aliases',
        'lambda_policies',
        'lambda_event_configs',
        'lambda_deliveries',
      )(db);
      await sql`update lambda_invocations set doc = json_insert(doc, '$.acceptedAt', json_extract(doc, '$.dueAt'))`.execute(
        db,
      );
      await addMembers(db, 'lambda_invocations', { refusals: 0 });
    },
  },
  { name: '0008-lambda-layers', up: documents('lambda_layer_versions', 'lambda_layer_counters') },
  { name: '0009-metric-journal', up: createMetricJournal },
  { name: '0010-packed-metrics', up: createPackedMetricTable },
  { name: '0011-dashboards', up: documents('cloudwatch_dashboards') },
  { name: '0012-service-deployments', up: documents('ecs_service_revisions', 'ecs_service_deployments') },
  {
    name: '0013-autoscaling',
    up: documents('autoscaling_targets', 'autoscaling_policies', 'autoscaling_activities'),
  },
  { name: '0014-deployment-runs', up: documents('ecs_deployment_runs') },
  { name: '0015-scheduled-actions', up: documents('autoscaling_scheduled_actions') },
  { name: '0016-objects', up: documents('s3_buckets', 's3_objects', 's3_uploads', 's3_parts') },
  { name: '0017-ecs-account-settings', up: documents('ecs_account_settings') },
];

/** Gives every document of a kind the members that it lacks. @param at - where in the document they belong */
async function addMembers(db: Kysely<Tables>, kind: string, members: object, at = '$'): Promise<void> {
  for (const [member, value] of Object.entries(members))
    await sql`update ${sql.table(kind)} set doc = json_insert(doc, ${`${at}.${member}`}, json(${JSON.stringify(value)}))`.execute(
      db,
    );
}

/** Brings the database up to date. @throws when the database was written by a newer Teal */
export async function migrate(db: Kysely<Tables>): Promise<void> {
  await sql`create table if not exists migrations (name text primary key, applied_at text not null)`.execute(db);
  const done = new Set((await db.selectFrom('migrations').select('name').execute()).map((row) => row.name));
  const unknown = [...done].filter((name) => !MIGRATIONS.some((migration) => migration.name === name));
  if (unknown.length > 0)
    throw new Error(
      `the data folder was written by a newer Teal (it has ${unknown.join(', ')}); use that version, or another --data`,
    );
  for (const migration of MIGRATIONS) {
    if (done.has(migration.name)) continue;
    await db.transaction().execute(async (tx) => {
      await migration.up(tx);
      await sql`insert into migrations (name, applied_at) values (${migration.name}, datetime('now'))`.execute(tx);
    });
  }
}

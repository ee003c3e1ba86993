import type { ApplicationInfo } from '@aws-sdk/client-codedeploy';
import type { ApplicationRecord } from '../records.ts';

export const applicationInfo = (application: ApplicationRecord): ApplicationInfo => ({
  applicationId: application.id,
  applicationName: application.name,
  createTime: new Date(application.createdAt),
  linkedToGitHub: false,
  computePlatform: application.computePlatform,
});

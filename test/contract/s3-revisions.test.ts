import {
  CreateDeploymentCommand,
  GetApplicationRevisionCommand,
  ListApplicationRevisionsCommand,
  RegisterApplicationRevisionCommand,
  type S3Location,
} from '@aws-sdk/client-codedeploy';
import { CreateBucketCommand, PutBucketVersioningCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { Shop, type Stack } from '../support/shop.ts';

let shop: Shop;
let stack: Stack;
beforeAll(async () => {
  shop = await Shop.open(47_500);
  stack = await shop.build('store');
  await shop.teal.s3.send(new CreateBucketCommand({ Bucket: 'specs' }));
  const versioning = { Bucket: 'specs', VersioningConfiguration: { Status: 'Enabled' as const } };
  await shop.teal.s3.send(new PutBucketVersioningCommand(versioning));
});
afterAll(() => shop?.close());

const APP_SPEC = `version: 0.0
Resources:
  - TargetService:
      Type: AWS::ECS::Service
      Properties:
        TaskDefinition: web:1
        LoadBalancerInfo: { ContainerName: web, ContainerPort: 8080 }
`;

const put = (Key: string, Body: string) => shop.teal.s3.send(new PutObjectCommand({ Bucket: 'specs', Key, Body }));

async function deploy(s3Location: S3Location): Promise<string> {
  const { deploymentId = '' } = await shop.teal.codedeploy.send(
    new CreateDeploymentCommand({
      applicationName: 'shop',
      deploymentGroupName: stack.name,
      revision: { revisionType: 'S3', s3Location },
    }),
  );
  return deploymentId;
}

it.each<[string, string, Partial<S3Location>]>([
  ['REVISION_MISSING', 'The specified key does not exist.', { key: 'none.yaml' }],
  ['REVISION_MISSING', 'The specified bucket does not exist', { bucket: 'nowhere' }],
  ['REVISION_MISSING', 'The specified version does not exist.', { version: 'x'.repeat(32) }],
  ['INVALID_REVISION', 'but the revision says 0123', { eTag: '0123' }],
  ['INVALID_REVISION', 'The AppSpec file must have Resources', { key: 'bad.yaml' }],
])('fails with %s, and touches nothing, when it reads: %s', async (code, words, more) => {
  await put('app.yaml', APP_SPEC);
  await put('bad.yaml', 'version: 0.0');
  const before = await shop.picture(stack);

  const failed = await shop.reach(
    await deploy({ bucket: 'specs', key: 'app.yaml', bundleType: 'YAML', ...more }),
    'Failed',
  );

  expect(failed.errorInformation).toMatchObject({ code, message: expect.stringContaining(words) as string });
  expect(failed.rollbackInfo?.rollbackDeploymentId).toBeUndefined();
  expect(await shop.picture(stack)).toEqual(before);
});

it('deploys the version that is named, and shows the location as it was given', async () => {
  const { VersionId: version, ETag: eTag } = await put('app.yaml', APP_SPEC);
  await put('app.yaml', 'something else');
  const s3Location = { bucket: 'specs', key: 'app.yaml', bundleType: 'YAML' as const, version, eTag };
  const revision = { revisionType: 'S3' as const, s3Location };
  const application = { applicationName: 'shop' };
  await shop.teal.codedeploy.send(
    new RegisterApplicationRevisionCommand({ ...application, revision, description: 'registered' }),
  );

  const ready = await shop.reach(await deploy(s3Location), 'Ready', 'Failed');

  expect(ready).toMatchObject({ status: 'Ready', revision });
  const { revisionInfo } = await shop.teal.codedeploy.send(
    new GetApplicationRevisionCommand({ ...application, revision }),
  );
  expect(revisionInfo).toMatchObject({ description: 'registered', deploymentGroups: [stack.name] });
  const { revisions } = await shop.teal.codedeploy.send(
    new ListApplicationRevisionsCommand({ ...application, s3Bucket: 'specs', deployed: 'include' }),
  );
  expect(revisions).toEqual([revision]);
});

import type { Deployment } from './deployment.ts';
import { planOf } from './plan/plan-state.ts';
import type { NativeRelease, StageHookRun } from './stages.ts';

type Weights = Readonly<Record<string, number>>;

/** What the function of a stage hook is told: weights only where traffic is about to move, or has. Source: §9.2. */
export function hookPayload(deployment: Deployment, run: StageHookRun) {
  const { native } = deployment.release;
  if (!native) throw new Error(`deployment ${deployment.id} has no stages`);
  return {
    executionId: run.id,
    lifecycleStage: run.stage,
    resourceArn: native.deploymentArn,
    executionDetails: {
      serviceArn: native.serviceArn,
      targetServiceRevisionArn: native.targetRevisionArn,
      testTrafficWeights: run.stage === 'TEST_TRAFFIC_SHIFT' ? testWeights(deployment, native) : {},
      productionTrafficWeights: PRODUCTION.includes(run.stage) ? productionWeights(deployment, native) : {},
    },
    ...(run.details !== undefined && { hookDetails: run.details }),
  };
}

const PRODUCTION: readonly StageHookRun['stage'][] = ['PRE_PRODUCTION_TRAFFIC_SHIFT', 'PRODUCTION_TRAFFIC_SHIFT'];

const testWeights = ({ release }: Deployment, native: NativeRelease): Weights => split(native, release.undo ? 0 : 100);

const productionWeights = (deployment: Deployment, native: NativeRelease): Weights =>
  split(native, deployment.release.undo ? 0 : (planOf(deployment).share ?? 0));

/** By revision, in percent. */
const split = ({ targetRevisionArn, source }: NativeRelease, share: number): Weights => ({
  [targetRevisionArn]: share,
  ...(source && { [source.revisionArn]: Math.round((100 - share) * 10) / 10 }),
});

import type { Deployment, Instant, Release } from '../deployment.ts';
import { compilePlan } from './compile-plan.ts';
import type { NativeRelease } from '../stages.ts';
import type { PlanState, Sides, Step, StepKind } from './step.ts';

/** A freshly compiled plan before its first step. */
export function newPlanState(release: Release, now: Instant): PlanState {
  const sides = release.undo ? sidesOfUndo(release.undo) : release.native && sidesOfNative(release.native);
  return { ...compilePlan(release), at: 0, since: now, acting: false, ...(sides && { sides }) };
}

/** The plan in a deployment's record. */
export const planOf = ({ progress }: Pick<Deployment, 'progress'>): PlanState => progress.plan as PlanState;

/** The step that runs; `undefined` when all are over. */
export const currentStep = (plan: PlanState): Step | undefined => plan.steps[plan.at];

/** Whether the plan's step of this kind has begun to act, or is over. */
export function hasActed(plan: PlanState, kind: StepKind): boolean {
  const index = plan.steps.findIndex((step) => step.kind === kind);
  return index >= 0 && (plan.at > index || (plan.at === index && plan.acting));
}

/** Whether every step of this kind is over. */
export const isOver = (plan: PlanState, kind: StepKind): boolean =>
  plan.at > plan.steps.findLastIndex((step) => step.kind === kind);

/** ECS knows who serves before the plan begins; CodeDeploy has to look. */
const sidesOfNative = ({ source, targetGroupArn }: NativeRelease): Sides | undefined =>
  source && {
    originalTaskSetArn: source.taskSetArn,
    originalTargetGroupArn: source.targetGroupArn,
    replacementTargetGroupArn: targetGroupArn,
  };

function sidesOfUndo(undo: NonNullable<Release['undo']>): Sides | undefined {
  const { originalTaskSetArn, originalTargetGroupArn, replacementTargetGroupArn, replacementTaskSetArn } = undo;
  if (originalTaskSetArn === undefined) return undefined;
  if (originalTargetGroupArn === undefined || replacementTargetGroupArn === undefined) return undefined;
  return {
    originalTaskSetArn,
    originalTargetGroupArn,
    replacementTargetGroupArn,
    ...(replacementTaskSetArn !== undefined && { replacementTaskSetArn }),
  };
}

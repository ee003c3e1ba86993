import type { Decision } from './decide/decision.ts';
import { currentStep, planOf } from './plan/plan-state.ts';
import type { Deployment } from './deployment.ts';

const both = (step: string): readonly string[] => [`engine.${step}.recorded`, `engine.${step}.performed`];

/** Every checkpoint that a canary with hooks and a test listener reaches, in order of the first time. */
export const ENGINE_CHECKPOINTS: readonly string[] = [
  'engine.begin.recorded',
  'engine.notice.performed',
  'engine.preflight.recorded',
  ...both('invoke-hook'),
  'engine.hook.recorded',
  ...both('prepare-traffic'),
  ...both('create-task-set'),
  'engine.steady.recorded',
  ...both('shift-test'),
  ...both('shift'),
  'engine.interval.recorded',
  ...both('make-primary'),
  'engine.termination-wait.recorded',
  ...both('terminate-original'),
];

/** Every checkpoint that an ECS-native canary with a hook after scale-up and a test rule reaches, in order. */
export const NATIVE_CHECKPOINTS: readonly string[] = [
  'engine.begin.recorded',
  'engine.preflight.recorded',
  ...both('prepare-traffic'),
  ...both('create-task-set'),
  'engine.steady.recorded',
  ...both('enter-hook'),
  'engine.hook-answer.recorded',
  'engine.stage-hook.recorded',
  ...both('shift-test'),
  ...both('shift'),
  'engine.interval.recorded',
  'engine.bake.recorded',
  ...both('terminate-original'),
  'engine.gone.recorded',
];

/** Every checkpoint that ends a deployment and rolls it back. */
export const ROLLBACK_CHECKPOINTS: readonly string[] = [
  'engine.end.recorded',
  ...both('restore-production'),
  ...both('restore-test'),
  ...both('reinstate-original'),
  ...both('remove-replacement'),
];

/** The name of a decision's checkpoints: the act's, or the step's that is over. */
export function checkpointStep(deployment: Deployment, decision: Decision): string {
  const name = decision.do === 'pass' ? (currentStep(planOf(deployment))?.kind ?? 'finish') : decision.do;
  return `engine.${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}

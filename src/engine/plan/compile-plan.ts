import type { Release, Undo } from '../deployment.ts';
import type { HookName } from '../progress.ts';
import { nativeRollbackSteps, nativeSteps } from './native-steps.ts';
import { shiftSchedule } from './shift-schedule.ts';
import type { Plan, Step } from './step.ts';

/**
 * Compiles a release into the steps that make it true, or, where it undoes another deployment, into those of a
 * rollback: traffic first, removal last. Source: spec/codedeploy-ecs §9.3, §12.4.
 */
export function compilePlan(release: Release): Plan {
  const { native, undo } = release;
  if (native) return { steps: undo ? nativeRollbackSteps(release, native, undo) : nativeSteps(release, native) };
  return { steps: undo ? rollbackSteps(release, undo) : releaseSteps(release) };
}

function releaseSteps(release: Release): readonly Step[] {
  const hook = (event: HookName): Step => {
    const functionName = release.appSpec?.hooks[event];
    return { kind: 'hook', event, ...(functionName !== undefined && { functionName }) };
  };
  return [
    { kind: 'preflight', event: 'BeforeInstall' },
    hook('BeforeInstall'),
    { kind: 'prepareTraffic', event: 'Install' },
    { kind: 'createTaskSet', event: 'Install' },
    { kind: 'steady', event: 'Install' },
    hook('AfterInstall'),
    ...when(release.testListenerArn !== undefined, [
      { kind: 'shiftTest', event: 'AllowTestTraffic' },
      hook('AfterAllowTestTraffic'),
    ]),
    ...(release.readyWaitMinutes === undefined
      ? []
      : [{ kind: 'readyGate', minutes: release.readyWaitMinutes } as const]),
    hook('BeforeAllowTraffic'),
    ...productionSteps(release),
    { kind: 'makePrimary', event: 'AllowTraffic' },
    hook('AfterAllowTraffic'),
    { kind: 'terminationWait', minutes: release.terminationWaitMinutes },
    { kind: 'terminateOriginal' },
  ];
}

const productionSteps = (release: Release): readonly Step[] =>
  shiftSchedule(release.routing).flatMap(({ share, thenMinutes }): Step[] => [
    { kind: 'shift', share, event: 'AllowTraffic' },
    ...(thenMinutes === undefined ? [] : [{ kind: 'interval', minutes: thenMinutes, event: 'AllowTraffic' } as const]),
  ]);

/** A deployment that had touched nothing has nothing to undo, and its rollback succeeds at once. */
function rollbackSteps(release: Release, undo: Undo): readonly Step[] {
  if (undo.originalTaskSetArn === undefined || undo.originalTargetGroupArn === undefined) return [];
  return [
    { kind: 'restoreProduction' },
    ...when(release.testListenerArn !== undefined, [{ kind: 'restoreTest' }]),
    { kind: 'reinstateOriginal' },
    { kind: 'removeReplacement' },
  ];
}

const when = (condition: boolean, steps: readonly Step[]): readonly Step[] => (condition ? steps : []);

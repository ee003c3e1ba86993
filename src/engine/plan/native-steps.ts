import { type Release, shiftsTraffic, type TrafficRouting, type Undo } from '../deployment.ts';
import type { NativeRelease, Stage } from '../stages.ts';
import { shiftSchedule } from './shift-schedule.ts';
import type { Step } from './step.ts';

/**
 * The steps of an ECS-native deployment. The first one of a service, and one without a load balancer, has no traffic to
 * move. Source: spec/platform §9.3.
 */
export function nativeSteps(release: Release, native: NativeRelease): readonly Step[] {
  const moves = native.source !== undefined && shiftsTraffic(release);
  return [
    ...(native.source && native.reconciles ? reconcileSteps(release, native) : []),
    ...(moves ? [{ kind: 'preflight', event: 'PRE_SCALE_UP' } as const] : []),
    ...hooksAt(native, 'PRE_SCALE_UP'),
    ...(moves ? [{ kind: 'prepareTraffic', event: 'SCALE_UP' } as const] : []),
    { kind: 'createTaskSet', event: 'SCALE_UP' },
    { kind: 'steady', event: 'SCALE_UP' },
    ...hooksAt(native, 'POST_SCALE_UP'),
    ...(moves ? trafficSteps(release, native) : []),
    ...(native.source ? endSteps(native) : []),
  ];
}

/** All traffic to the revision that serves, and then every other one goes. */
const reconcileSteps = (release: Release, native: NativeRelease): readonly Step[] => [
  ...restoreSteps(release, 'RECONCILE_SERVICE', 'RECONCILE_SERVICE'),
  { kind: 'reconcile', event: 'RECONCILE_SERVICE' },
  ...hooksAt(native, 'RECONCILE_SERVICE'),
];

const trafficSteps = (release: Release, native: NativeRelease): readonly Step[] => [
  ...(release.testListenerArn === undefined ? [] : [{ kind: 'shiftTest', event: 'TEST_TRAFFIC_SHIFT' } as const]),
  ...hooksAt(native, 'TEST_TRAFFIC_SHIFT'),
  ...hooksAt(native, 'POST_TEST_TRAFFIC_SHIFT'),
  ...shiftSchedule(withinBounds(release.routing)).flatMap(({ share, thenMinutes }): readonly Step[] => [
    ...hooksAt(native, 'PRE_PRODUCTION_TRAFFIC_SHIFT'),
    { kind: 'shift', share, event: 'PRODUCTION_TRAFFIC_SHIFT' },
    ...hooksAt(native, 'PRODUCTION_TRAFFIC_SHIFT'),
    ...(thenMinutes === undefined
      ? []
      : [{ kind: 'interval', minutes: thenMinutes, event: 'PRODUCTION_TRAFFIC_SHIFT' } as const]),
  ]),
  ...hooksAt(native, 'POST_PRODUCTION_TRAFFIC_SHIFT'),
];

/** ECS allows steps of 100 percent, which are all at once. */
const withinBounds = (routing: TrafficRouting): TrafficRouting =>
  routing.kind !== 'allAtOnce' && routing.percentage >= 100 ? { kind: 'allAtOnce' } : routing;

const endSteps = (native: NativeRelease): readonly Step[] => [
  { kind: 'bake', minutes: native.bakeMinutes, event: 'BAKE_TIME' },
  { kind: 'terminateOriginal', event: 'CLEAN_UP' },
  { kind: 'gone', side: 'original', event: 'CLEAN_UP' },
];

/** Traffic first and at once; then its hooks hear of it, whatever they answer; removal last. Source: §9.2. */
export function nativeRollbackSteps(release: Release, native: NativeRelease, undo: Undo): readonly Step[] {
  if (undo.originalTaskSetArn === undefined) return [];
  return [
    ...restoreSteps(release, 'PRODUCTION_TRAFFIC_SHIFT', 'TEST_TRAFFIC_SHIFT'),
    ...(undo.movedProduction ? hooksAt(native, 'PRODUCTION_TRAFFIC_SHIFT') : []),
    ...(undo.movedTest ? hooksAt(native, 'TEST_TRAFFIC_SHIFT') : []),
    { kind: 'removeReplacement', event: 'CLEAN_UP' },
    { kind: 'gone', side: 'replacement', event: 'CLEAN_UP' },
  ];
}

function restoreSteps(release: Release, production: Stage, test: Stage): readonly Step[] {
  if (!shiftsTraffic(release)) return [];
  return [
    { kind: 'restoreProduction', event: production },
    ...(release.testListenerArn === undefined ? [] : [{ kind: 'restoreTest', event: test } as const]),
  ];
}

const hooksAt = ({ hooks }: NativeRelease, stage: Stage): readonly Step[] =>
  hooks.filter(({ stages }) => stages.includes(stage)).map((hook) => ({ kind: 'stageHook', hook, event: stage }));

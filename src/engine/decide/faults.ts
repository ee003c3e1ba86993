import { hasActed, planOf, currentStep } from '../plan/plan-state.ts';
import type { Deployment, ErrorInformation } from '../deployment.ts';
import type { PortFault, Route } from '../ports.ts';
import type { Act, Ending } from './decision.ts';
import { elbInvalid, error, fail, forbidden } from './endings.ts';
import { type Observed, seen, type Seen } from './observed.ts';

export interface Fault {
  readonly fault: PortFault;
  readonly message: string;
  /** What the other side answered. */
  readonly answer?: string | undefined;
}

/** Whether trying again may help. */
export const isTransient = ({ fault }: Fault): boolean => fault === 'throttled' || fault === 'unavailable';

/** The first fault in what was observed, with what it means for the deployment. */
export function findFault(
  deployment: Deployment,
  observed: Observed,
): { readonly fault: Fault; readonly error: ErrorInformation } | undefined {
  const { service, targetGroups, production, test } = observed;
  if (service.is === 'fault') return { fault: service, error: describeFault(deployment, 'service', service) };
  const parts = { traffic: targetGroups, production, ...(test && { test }) };
  for (const part of ['traffic', 'production', 'test'] as const) {
    const fault = parts[part];
    if (fault?.is === 'fault') return { fault, error: describeFault(deployment, part, fault) };
  }
  return undefined;
}

/** What a rollback does with a listener that is gone: nothing forwards there, so nothing has to be moved back. */
export function withoutLostListeners({ production, test, ...observed }: Observed): Observed {
  const found = (routes: Seen<readonly Route[]>) =>
    routes.is === 'fault' && routes.fault === 'missing' ? seen<readonly Route[]>([]) : routes;
  return { ...observed, production: found(production), ...(test && { test: found(test) }) };
}

type Part = 'service' | 'traffic' | 'production' | 'test';

function describeFault(deployment: Deployment, part: Part, fault: Fault): ErrorInformation {
  if (fault.fault === 'forbidden')
    return forbidden(deployment, part === 'service' ? 'AmazonECS' : 'ElasticLoadBalancing');
  if (part === 'service') return error('INVALID_ECS_SERVICE', fault.message);
  if (part === 'traffic' || fault.fault !== 'missing') return elbInvalid(fault.message);
  const begun = planOf(deployment).sides !== undefined;
  const what = begun ? 'was deleted while this deployment needs it' : 'is needed by this deployment';
  return elbInvalid(`The ${part} listener ${what}. ${fault.message}.`);
}

type Reach = 'hook' | 'traffic' | 'tasks';

const REACH: Readonly<Record<Act['do'], Reach>> = {
  invokeHook: 'hook',
  prepareTraffic: 'traffic',
  createTaskSet: 'tasks',
  shiftTest: 'traffic',
  shift: 'traffic',
  makePrimary: 'tasks',
  terminateOriginal: 'tasks',
  restoreProduction: 'traffic',
  restoreTest: 'traffic',
  reinstateOriginal: 'tasks',
  removeReplacement: 'tasks',
  reconcile: 'tasks',
  enterHook: 'hook',
};

/** How a deployment ends when an act is refused for good. Source: spec/codedeploy-ecs §14. */
export function endingOf(deployment: Deployment, act: Act, fault: Fault): Ending {
  return keepForward(deployment, refusal(deployment, REACH[act.do], fault));
}

/** How a deployment ends that the engine itself cannot carry on. */
export const endingOfEngineFault = (deployment: Deployment, message: string): Ending =>
  keepForward(deployment, fail(deployment, error('INTERNAL_ERROR', `The engine failed: ${message}`)));

/** Once the original is being terminated, going back to it would send requests to nothing. */
function keepForward(deployment: Deployment, ending: Ending): Ending {
  return hasActed(planOf(deployment), 'terminateOriginal') ? { ...ending, rollBack: false } : ending;
}

function refusal(deployment: Deployment, reach: Reach, fault: Fault): Ending {
  const denied = fault.fault === 'forbidden';
  switch (reach) {
    case 'hook':
      return failHook(deployment, 'UnknownError', fault.message, {
        because: denied ? forbidden(deployment, 'AWSLambda') : undefined,
        logTail: fault.answer,
      });
    case 'traffic':
      return fail(deployment, denied ? forbidden(deployment, 'ElasticLoadBalancing') : elbInvalid(fault.message));
    case 'tasks':
      return fail(deployment, denied ? forbidden(deployment, 'AmazonECS') : error('ECS_UPDATE_ERROR', fault.message));
  }
}

const HOOK_FAILED = error(
  'HOOK_EXECUTION_FAILURE',
  'The deployment failed because one or more of the lifecycle event validation functions failed.',
);

interface HookFailure {
  readonly because?: ErrorInformation | undefined;
  /** The end of the function's log, or what the endpoint answered. */
  readonly logTail?: string | undefined;
}

/** How a deployment ends when a hook did not succeed; `detail` goes to the event's diagnostics. */
export function failHook(
  deployment: Deployment,
  errorCode: 'ScriptFailed' | 'ScriptTimedOut' | 'UnknownError',
  detail: string,
  { because = HOOK_FAILED, logTail }: HookFailure = {},
): Ending {
  const step = currentStep(planOf(deployment));
  const scriptName = step?.kind === 'hook' ? step.functionName : undefined;
  const diagnostics = {
    errorCode,
    message: detail,
    ...(scriptName !== undefined && { scriptName }),
    ...(logTail !== undefined && logTail !== '' && { logTail }),
  };
  return fail(deployment, because, { diagnostics });
}

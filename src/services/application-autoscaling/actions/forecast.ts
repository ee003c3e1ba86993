import type { GetPredictiveScalingForecastCommand } from '@aws-sdk/client-application-auto-scaling';
import type { Action } from '../../../wire/types.ts';
import { notServed } from '../faults.ts';

/** @throws {ValidationException} always: no policy forecasts */
export const getPredictiveScalingForecast = (): Action<typeof GetPredictiveScalingForecastCommand> => () =>
  Promise.reject(notServed('Predictive scaling'));

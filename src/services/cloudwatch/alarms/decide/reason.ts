import type { ThresholdRule } from '../records.ts';
import { datapointsToAlarm, type Datapoint, type Verdict } from './decide.ts';
import { COMPARISON_WORDS, isBreaching } from './threshold.ts';
import { counted, double, shortStamp, wasOrWere } from './words.ts';

type Decided = Extract<Verdict, { do: 'be' }>;

/** Says in AWS's words why an alarm has the state that was decided. Source: spec/platform §12.7, StateReason. */
export function reasonOf(rule: ThresholdRule, { value, points, filled }: Decided): string {
  if (value === 'INSUFFICIENT_DATA')
    return `Insufficient Data: ${counted(rule.evaluationPeriods, 'datapoint')} ${wasOrWere(rule.evaluationPeriods)} unknown.`;
  const crossed = points.filter((point) => isBreaching(rule, point.value) === (value === 'ALARM'));
  const minimum = value === 'ALARM' ? datapointsToAlarm(rule) : rule.evaluationPeriods - datapointsToAlarm(rule) + 1;
  if (filled > 0 && crossed.length < minimum) return ofMissing(rule, points.length, filled);
  return ofPoints(rule, value, crossed, minimum);
}

function ofMissing(rule: ThresholdRule, received: number, filled: number): string {
  const found = received === 0 ? 'no datapoints' : counted(received, 'datapoint');
  const periods = counted(rule.evaluationPeriods, 'period');
  const treatment = rule.treatMissingData === 'breaching' ? 'Breaching' : 'NonBreaching';
  return `Threshold Crossed: ${found} ${received === 1 ? 'was' : 'were'} received for ${periods} and ${counted(filled, 'missing datapoint')} ${wasOrWere(filled)} treated as [${treatment}].`;
}

/** Alarms that never named how many datapoints must breach have the words of the time before they could. */
function ofPoints(rule: ThresholdRule, value: 'OK' | 'ALARM', crossed: readonly Datapoint[], minimum: number): string {
  const listed = crossed.map((point) => `${double(point.value)} (${shortStamp(point.at)})`).join(', ');
  const compared = `${wasOrWere(crossed.length)} ${value === 'OK' ? 'not ' : ''}${COMPARISON_WORDS[rule.comparison]} the threshold (${double(rule.threshold)})`;
  if (rule.datapointsToAlarm === undefined)
    return `Threshold Crossed: ${counted(crossed.length, 'datapoint')} [${listed}] ${compared}.`;
  const change = value === 'ALARM' ? 'OK -> ALARM' : 'ALARM -> OK';
  return `Threshold Crossed: ${crossed.length} out of the last ${rule.evaluationPeriods} datapoints [${listed}] ${compared} (minimum ${counted(minimum, 'datapoint')} for ${change} transition).`;
}

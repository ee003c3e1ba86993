import type { LogPosition } from '../../store/log-events.ts';
import { invalidToken } from './faults.ts';

/*
 * A place in the order of events, in 56 digits as AWS has them: a 3, the time in 15, the number of the event in 40.
 */

export const digitsOf = ({ at, id }: LogPosition): string =>
  `3${String(at).padStart(15, '0')}${String(id).padStart(40, '0')}`;

/** @throws {InvalidParameterException} for anything else */
export function positionOf(digits: string): LogPosition {
  const [, at = '', id = ''] = /^3(\d{15})(\d{40})$/.exec(digits) ?? [];
  if (at === '' || !Number.isSafeInteger(Number(id))) throw invalidToken();
  return { at: Number(at), id: Number(id) };
}

export type StreamToken =
  | { readonly reads: 'forward'; readonly after: LogPosition }
  | { readonly reads: 'backward'; readonly before: LogPosition };

export const forwardToken = (after: LogPosition): string => `f/${digitsOf(after)}/s`;
export const backwardToken = (before: LogPosition): string => `b/${digitsOf(before)}/s`;

/** @throws {InvalidParameterException} */
export function readStreamToken(token: string): StreamToken {
  const [, way, digits = ''] = /^([fb])\/(\d{56})\/s$/.exec(token) ?? [];
  const position = positionOf(digits);
  return way === 'f' ? { reads: 'forward', after: position } : { reads: 'backward', before: position };
}

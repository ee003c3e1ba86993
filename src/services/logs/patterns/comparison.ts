import { invalidPattern } from './invalid-pattern.ts';
import type { Token } from './tokens.ts';
import { regexOf, wildcard } from './text-match.ts';

/** A part of a message: of JSON anything, of a column its text. */
export type Part = unknown;
export type Test = (part: Part) => boolean;

const NUMBER = /^[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?$/;

/** What a comparison asks of a part of the message. @throws {InvalidParameterException} when it can ask nothing */
export function comparison(operator: string, operand: Token): Test {
  const number = operand.kind === 'word' && NUMBER.test(operand.text) ? Number(operand.text) : undefined;
  switch (operator) {
    case '=':
      return equals(operand, number);
    case '!=': {
      const isEqual = equals(operand, number);
      return (part) => !isEqual(part);
    }
    default:
      if (number === undefined) throw invalidPattern();
      return ordered(operator, number);
  }
}

function equals(operand: Token, number: number | undefined): Test {
  if (operand.kind === 'regex') {
    const expression = regexOf(operand.text);
    return (part) => isScalar(part) && expression.test(String(part));
  }
  if (operand.kind !== 'word' && operand.kind !== 'quoted') throw invalidPattern();
  const isAsWritten = wildcard(operand.text);
  return (part) => isScalar(part) && ((number !== undefined && numberOf(part) === number) || isAsWritten(String(part)));
}

function ordered(operator: string, bound: number): Test {
  const holds: (value: number) => boolean =
    operator === '<'
      ? (value) => value < bound
      : operator === '<='
        ? (value) => value <= bound
        : operator === '>'
          ? (value) => value > bound
          : (value) => value >= bound;
  return (part) => holds(numberOf(part)); // comparing with NaN is false
}

const isScalar = (part: Part): part is string | number | boolean =>
  typeof part === 'string' || typeof part === 'number' || typeof part === 'boolean';

const numberOf = (part: Part): number =>
  typeof part === 'number' ? part : typeof part === 'string' && NUMBER.test(part) ? Number(part) : NaN;

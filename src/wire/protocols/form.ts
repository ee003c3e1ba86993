import { ApiError } from '../api-error.ts';

/**
 * The parameters of a query request as a tree: `Targets.member.1.Id` is four steps.
 *
 * A tree and not arrays, so that an index of a billion costs one node.
 */
export interface FormNode {
  value?: string;
  children?: Map<string, FormNode>;
}

/** No AWS input is nested deeper; each further step would cost a map. */
const DEEPEST = 32;

export function formTree(pairs: Iterable<readonly [name: string, value: string]>): FormNode {
  const root: FormNode = {};
  for (const [name, value] of pairs) {
    const steps = name.split('.', DEEPEST + 1);
    if (steps.length > DEEPEST) throw new ApiError('MalformedQueryString', 'A parameter is nested too deeply');
    let node = root;
    for (const step of steps) node = childOf(node, step);
    node.value = value;
  }
  return root;
}

function childOf(node: FormNode, step: string): FormNode {
  node.children ??= new Map();
  const known = node.children.get(step);
  if (known) return known;
  const made: FormNode = {};
  node.children.set(step, made);
  return made;
}

/** @throws {ApiError} `MalformedQueryString` for a broken percent sign */
export function* formPairs(text: string): Iterable<readonly [string, string]> {
  for (const pair of text.split('&')) {
    if (pair === '') continue;
    const equals = pair.indexOf('=');
    const name = equals < 0 ? pair : pair.slice(0, equals);
    yield [decode(name), equals < 0 ? '' : decode(pair.slice(equals + 1))];
  }
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch {
    throw new ApiError('MalformedQueryString', 'The query string contains a syntax error');
  }
}

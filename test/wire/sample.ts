import { kindOf, membersOf, requiredNames, traitsOf, type Member, type Shape } from '../../src/wire/schema.ts';
import type { Seeded } from './seeded.ts';

type Fields = Record<string, unknown>;
type Place = 'body' | 'header' | 'label' | 'query';

const TEXTS = [
  'a',
  'hello world',
  'x&y=<z>"\'',
  'é☃ü',
  '100%+plus',
  ' lead',
  'tr ail ',
  'line1\nline2',
  '{"j":[1]}',
  'arn:aws:x:y/z?q#f',
  'true',
  '0',
  'a\\b',
  '\t',
];
const HEADER_TEXTS = ['a', 'hello', 'a-b', 'v1.2', '100%', 'A-b_c'];
const LABELS = ['abc', 'a b', 'x:y', 'ü%', 'a/b'];
const NUMBERS = [0, 1, 42, 1_700_000_123, -5];
const DOCUMENTS = [{ a: [1, 'x', true], b: { c: 'd' } }, 'text', 5];
const BYTES = ['x', 'blob\u0000\u00ff', 'abc'];
const DEEPEST = 5;

/** Makes random values of a shape. Query protocols cannot carry an empty structure, so there none is made. */
export function sampler(random: Seeded, canBeEmpty: boolean): (shape: Shape) => Fields {
  const value = (shape: Shape, place: Place, depth: number): unknown => {
    switch (kindOf(shape)) {
      case 'structure':
        return shape.isUnionSchema() ? union(shape, place, depth) : structure(shape, place, depth);
      case 'list': {
        const length = depth >= DEEPEST ? 1 : 1 + random.below(3);
        return Array.from({ length }, () => value(shape.getValueSchema(), place, depth + 1));
      }
      case 'map': {
        const keys = ['k1', random.pick(['k 2', 'a.b', 'ü'])].slice(0, 1 + random.below(2));
        return Object.fromEntries(keys.map((key) => [key, value(shape.getValueSchema(), place, depth + 1)]));
      }
      case 'string':
        return random.pick(place === 'header' ? HEADER_TEXTS : place === 'label' ? LABELS : TEXTS);
      case 'boolean':
        return random.next() < 0.5;
      case 'timestamp':
        return new Date(1_700_000_000_000 + random.below(1000) * 1000 + (place === 'body' ? random.below(1000) : 0));
      case 'blob':
        return new Uint8Array(Buffer.from(random.pick(BYTES), 'latin1'));
      case 'document':
        return random.pick<unknown>(DOCUMENTS);
      case 'number':
      case 'bigInteger':
      case 'bigDecimal':
        return random.pick(NUMBERS);
      case 'unit':
        return {};
    }
  };
  const memberValue = ({ shape }: Member, place: Place, depth: number): unknown =>
    value(shape, placeOf(shape) ?? place, depth + 1);

  const structure = (shape: Shape, place: Place, depth: number): Fields => {
    const required = new Set(requiredNames(shape));
    const members = membersOf(shape);
    const chosen = members.filter(({ name }) => required.has(name) || (depth < DEEPEST && random.next() < 0.5));
    const first = canBeEmpty || chosen.length > 0 ? [] : members.slice(0, 1);
    return Object.fromEntries([...chosen, ...first].map((member) => [member.name, memberValue(member, place, depth)]));
  };
  const union = (shape: Shape, place: Place, depth: number): Fields => {
    const member = random.pick(membersOf(shape));
    return { [member.name]: memberValue(member, place, depth) };
  };
  return (shape) => (kindOf(shape) === 'unit' ? {} : structure(shape, 'body', 0));
}

function placeOf(shape: Shape): Place | undefined {
  const { httpHeader, httpLabel, httpQuery } = traitsOf(shape);
  return httpHeader ? 'header' : httpLabel ? 'label' : httpQuery ? 'query' : undefined;
}

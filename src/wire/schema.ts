/**
 * The only place that knows the literal layout of the SDK's "static schemas" (arrays that each client package exports).
 * Everything else in wire asks the functions below.
 */
import { NormalizedSchema } from '@smithy/core/schema';

/** The schema of one value: a structure, a list, a string, … */
export type Shape = NormalizedSchema;

export type Kind =
  | 'structure'
  | 'list'
  | 'map'
  | 'string'
  | 'boolean'
  | 'number'
  | 'timestamp'
  | 'blob'
  | 'document'
  | 'bigInteger'
  | 'bigDecimal'
  | 'unit';

export type TimestampForm = 'date-time' | 'http-date' | 'epoch-seconds' | 'unset';

/** The Smithy traits that the wire obeys. */
export interface Traits {
  readonly jsonName?: string;
  readonly xmlName?: string;
  readonly xmlFlattened?: number;
  readonly ec2QueryName?: string;
  readonly sensitive?: number;
  readonly sparse?: number;
  readonly httpLabel?: number;
  readonly httpQuery?: string;
  readonly httpHeader?: string;
  readonly httpPrefixHeaders?: string;
  readonly httpPayload?: number;
  readonly httpResponseCode?: number;
  readonly http?: readonly [method: string, uri: string, status: number];
  readonly error?: 'client' | 'server';
  readonly httpError?: number;
  readonly awsQueryError?: readonly [code: string, status: number];
}

export interface Member {
  readonly name: string;
  readonly shape: Shape;
}

const OPERATION = 9;
const ERROR = -3;
const STRUCTURE = 3;
const NAMESPACE = 1;
const NAME = 2;
const TRAITS = 3;
const OPERATION_INPUT = 4;
const OPERATION_OUTPUT = 5;
const MEMBER_NAMES = 4;
const REQUIRED_COUNT = 6;
const TIMESTAMP_FORMS: Readonly<Record<number, TimestampForm>> = { 5: 'date-time', 6: 'http-date', 7: 'epoch-seconds' };

type Raw = readonly unknown[];
const raw = (shape: Shape): Raw => shape.getSchema() as unknown as Raw;

/** The schema of a value from whatever an SDK package or {@link structure} holds. */
export const shapeOf = (reference: unknown): Shape => NormalizedSchema.of(reference as never);

export const kindOf = (shape: Shape): Kind => {
  if (shape.isUnitSchema()) return 'unit';
  if (shape.isStructSchema()) return 'structure';
  if (shape.isListSchema()) return 'list';
  if (shape.isMapSchema()) return 'map';
  if (shape.isStringSchema()) return 'string';
  if (shape.isBooleanSchema()) return 'boolean';
  if (shape.isNumericSchema()) return 'number';
  if (shape.isTimestampSchema()) return 'timestamp';
  if (shape.isBlobSchema()) return 'blob';
  if (shape.isBigIntegerSchema()) return 'bigInteger';
  if (shape.isBigDecimalSchema()) return 'bigDecimal';
  return 'document';
};

/** A structure's members in the model's order; none for the unit shape. */
export const membersOf = (shape: Shape): readonly Member[] =>
  shape.isUnitSchema() ? [] : [...shape.structIterator()].map(([name, member]) => ({ name, shape: member }));

/** The names of a structure's required members: they stand first, and their count follows the members. */
export function requiredNames(shape: Shape): readonly string[] {
  const schema = raw(shape);
  const count = schema[REQUIRED_COUNT];
  return typeof count === 'number' ? (schema[MEMBER_NAMES] as string[]).slice(0, count) : [];
}

/** The shape's own traits with those of the member that points at it; the member's win. */
export const traitsOf = (shape: Shape): Traits => shape.getMergedTraits();

/** Only the traits that stand on the member. */
export const memberTraitsOf = (shape: Shape): Traits => shape.getMemberTraits();

/** What two references to the same schema share, to remember something per schema. */
export const identityOf = (shape: Shape): object => raw(shape);

/** The shape's name in the model, such as `CreateDeploymentInput`. */
export const nameOf = (shape: Shape): string => shape.getName() ?? '';

export const timestampFormOf = (shape: Shape): TimestampForm =>
  TIMESTAMP_FORMS[shape.getSchema() as unknown as number] ?? 'unset';

/** The member of a structure that is a stream of events, if it has one. */
export const eventStreamOf = (shape: Shape): Member | undefined =>
  membersOf(shape).find((member) => member.shape.isStreaming() && member.shape.isStructSchema());

/** Makes a structure that no model has, for envelopes. A member's `of` is a shape, or a function giving one. */
export function structure(name: string, members: readonly { readonly name: string; readonly of: Shape }[]): Shape {
  const names = members.map((member) => member.name);
  const schemas = members.map((member) => referenceTo(member.of));
  return shapeOf([STRUCTURE, 'teal.wire', name, 0, names, schemas]);
}

/** Keeps the member's own traits: they ride in the pair `[schema, traits]`. */
const referenceTo = (shape: Shape): unknown => {
  const bare = shape.getSchema() as unknown;
  const target = Array.isArray(bare) ? () => bare as unknown : bare;
  const traits = shape.getMemberTraits();
  return Object.keys(traits).length === 0 ? target : [target, traits];
};

/** The shape of text without any trait. */
export const textShape = (): Shape => shapeOf(0);
/** The shape of true or false without any trait. */
export const booleanShape = (): Shape => shapeOf(2);

export interface RawOperation {
  readonly name: string;
  readonly traits: Traits;
  readonly input: Shape;
  readonly output: Shape;
}

/** Reads an export of an SDK package as an operation's schema, if it is one. */
export function asOperation(exported: unknown): RawOperation | undefined {
  if (!Array.isArray(exported) || exported[0] !== OPERATION) return undefined;
  const schema = exported as Raw;
  const traits = typeof schema[TRAITS] === 'object' ? (schema[TRAITS] as Traits) : {};
  const [input, output] = [shapeOf(schema[OPERATION_INPUT]), shapeOf(schema[OPERATION_OUTPUT])];
  return { name: schema[NAME] as string, traits, input, output };
}

/** Reads an export of an SDK package as an exception's schema, if it is one of the service's own. */
export function asException(exported: unknown): { readonly name: string; readonly shape: Shape } | undefined {
  if (!Array.isArray(exported) || exported[0] !== ERROR) return undefined;
  const schema = exported as Raw;
  if (String(schema[NAMESPACE]).startsWith('smithy.ts.sdk.synthetic')) return undefined;
  return { name: schema[NAME] as string, shape: shapeOf(schema) };
}

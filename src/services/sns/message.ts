import type { MessageAttributeValue } from '@aws-sdk/client-sns';
import { invalidParameter, invalidValue } from './faults.ts';
import type { AttributeValue, Protocol } from './records.ts';

export interface Published {
  readonly Message?: string | undefined;
  readonly Subject?: string | undefined;
  readonly MessageStructure?: string | undefined;
  readonly MessageAttributes?: Readonly<Record<string, MessageAttributeValue>> | undefined;
}

/** A message as its publisher meant it. */
export interface Draft {
  readonly subject?: string;
  readonly attributes: Readonly<Record<string, AttributeValue>>;
  textFor(protocol: Protocol): string;
}

/** Bytes. Source: SNS quotas. */
export const LARGEST = 262_144;

/** @throws InvalidParameter, ParameterValueInvalid */
export function readMessage(given: Published): Draft {
  const { Message: text = '', Subject: subject, MessageStructure: structure } = given;
  if (text === '') throw invalidParameter('Empty message');
  if (subject !== undefined && !isSubject(subject)) throw invalidParameter('Subject');
  const attributes = readAttributes(given.MessageAttributes ?? {});
  if (sizeOf(given) > LARGEST) throw invalidParameter('Message too long');
  if (structure !== undefined && structure !== '' && structure !== 'json')
    throw invalidParameter('Message Structure - the only structure is json');
  const perProtocol = structure === 'json' ? readStructure(text) : { default: text };
  return {
    ...(subject !== undefined && { subject }),
    attributes,
    textFor: (protocol) =>
      (Object.hasOwn(perProtocol, protocol) ? perProtocol[protocol] : undefined) ?? perProtocol.default,
  };
}

/** What counts against the limit: the message and its attributes. */
export function sizeOf({ Message = '', MessageAttributes = {} }: Published): number {
  const attributes = Object.entries(MessageAttributes).map(
    ([name, { DataType = '', StringValue = '', BinaryValue }]) =>
      Buffer.byteLength(name + DataType + StringValue) + (BinaryValue?.length ?? 0),
  );
  return attributes.reduce((sum, size) => sum + size, Buffer.byteLength(Message));
}

/** Up to 100 printable characters that begin with none of white space. Source: API Reference, Publish. */
const isSubject = (subject: string): boolean => /^(?!\s)[^\p{Cc}]{1,100}$/u.test(subject);

function readStructure(text: string): Readonly<Record<string, string>> & { readonly default: string } {
  let all: unknown;
  try {
    all = JSON.parse(text);
  } catch {
    throw invalidParameter('Message Structure - JSON message body failed to parse');
  }
  if (typeof all !== 'object' || all === null || Array.isArray(all))
    throw invalidParameter('Message Structure - JSON message body failed to parse');
  const texts = Object.entries(all).filter((entry): entry is [string, string] => typeof entry[1] === 'string');
  const usual = texts.find(([name]) => name === 'default')?.[1];
  if (usual === undefined) throw invalidParameter('Message Structure - No default entry in JSON message body');
  return { ...Object.fromEntries(texts), default: usual };
}

const readAttributes = (given: Readonly<Record<string, MessageAttributeValue>>) =>
  Object.fromEntries(Object.entries(given).map(([name, value]) => [name, readAttribute(name, value)]));

function readAttribute(name: string, given: MessageAttributeValue): AttributeValue {
  const { DataType: type = '', StringValue: text, BinaryValue: bytes } = given;
  if (!/^[\w.-]{1,256}$/.test(name)) throw invalidValue(`Invalid message attribute name '${name}'.`);
  if (!/^(String|Number|Binary)(\..+)?$/.test(type))
    throw invalidValue(
      `The message attribute '${name}' has an invalid message attribute type, the set of supported type prefixes is Binary, Number, and String.`,
    );
  const value = type.startsWith('Binary') ? bytes && Buffer.from(bytes).toString('base64') : text;
  if (value === undefined || value === '')
    throw invalidValue(
      `The message attribute '${name}' must contain non-empty message attribute value for message attribute type '${type}'.`,
    );
  if (type.startsWith('Number') && !Number.isFinite(Number(value)))
    throw invalidValue(`Could not cast message attribute '${name}' value to number.`);
  return { type, value };
}

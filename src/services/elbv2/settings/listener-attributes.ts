import { validationError } from '../faults.ts';
import type { ListenerRecord } from '../records.ts';
import { flag, type AttributeRule, type AttributeRules } from './attribute-rules.ts';

type Protocol = ListenerRecord['protocol'];
type WithAttributes = Pick<ListenerRecord, 'attributes'>;

const SERVER = 'routing.http.response.server.enabled';
const ANSWER_HEADER = /^routing\.http\.response\.(.+)\.header_value$/;

/** One of those, or empty: the header is left to the target. */
const oneOf = (...values: string[]): AttributeRule => ({ value: '', oneOf: ['', ...values] });
const TEXT: AttributeRule = { value: '' };

const ANSWER_HEADERS: AttributeRules = {
  strict_transport_security: TEXT,
  access_control_allow_origin: TEXT,
  access_control_allow_methods: TEXT,
  access_control_allow_headers: TEXT,
  access_control_allow_credentials: oneOf('true'),
  access_control_expose_headers: TEXT,
  access_control_max_age: TEXT,
  content_security_policy: TEXT,
  x_content_type_options: oneOf('nosniff'),
  x_frame_options: oneOf('DENY', 'SAMEORIGIN'),
};

/** Of what a TLS listener tells targets; kept and shown, without effect. */
const REQUEST_HEADERS = [
  'x_amzn_mtls_clientcert_serial_number',
  'x_amzn_mtls_clientcert_issuer',
  'x_amzn_mtls_clientcert_subject',
  'x_amzn_mtls_clientcert_validity',
  'x_amzn_mtls_clientcert_leaf',
  'x_amzn_mtls_clientcert',
  'x_amzn_tls_version',
  'x_amzn_tls_cipher_suite',
];

const HTTP: AttributeRules = {
  [SERVER]: flag('true'),
  ...Object.fromEntries(
    Object.entries(ANSWER_HEADERS).map(([name, rule]) => [`routing.http.response.${name}.header_value`, rule]),
  ),
};
const HTTPS: AttributeRules = {
  ...HTTP,
  ...Object.fromEntries(REQUEST_HEADERS.map((name) => [`routing.http.request.${name}.header_name`, TEXT])),
};

/** The attributes that a listener of a protocol has. Source: API Reference, ListenerAttribute; limits assumed. */
export const listenerAttributes = (protocol: Protocol): AttributeRules => (protocol === 'HTTPS' ? HTTPS : HTTP);

/** What is left of the attributes when a listener takes another protocol. */
export const attributesOf = (protocol: Protocol, set: ListenerRecord['attributes']): ListenerRecord['attributes'] =>
  Object.fromEntries(Object.entries(set).filter(([key]) => Object.hasOwn(listenerAttributes(protocol), key)));

const LONGEST_NAME = 40;
const LONGEST_VALUE = 1024;

/** Refuses what could not stand in a header. @throws {ApiError} `ValidationError` */
export function checkHeaderTexts(attributes: Readonly<Record<string, string>>): void {
  for (const [key, value] of Object.entries(attributes)) {
    if (key.endsWith('.header_name')) checkName(key, value);
    if (ANSWER_HEADER.test(key)) checkValue(key, value);
  }
}

function checkName(key: string, value: string): void {
  if (value.length > LONGEST_NAME)
    throw validationError(`The value of '${key}' cannot be greater than ${LONGEST_NAME} characters`);
  if (!/^[A-Za-z0-9_-]*$/.test(value)) throw validationError(`The value '${value}' of '${key}' is not a header name`);
}

function checkValue(key: string, value: string): void {
  if (value.length > LONGEST_VALUE)
    throw validationError(`The value of '${key}' cannot be greater than ${LONGEST_VALUE} characters`);
  // A line break in it would begin a header of its own.
  if (!/^[\t\x20-\x7e]*$/.test(value))
    throw validationError(`The value of '${key}' contains a character that is not valid`);
  if (key.includes('.access_control_max_age.') && !/^\d*$/.test(value))
    throw validationError(`The value of '${key}' must be a valid integer`);
}

/** Whether answers that the load balancer makes itself carry its `Server` header. */
export const showsServerHeader = ({ attributes }: WithAttributes): boolean => attributes[SERVER] !== 'false';

/** The headers that are set on every answer: `x_frame_options` is `X-Frame-Options`. */
export const answerHeaders = ({ attributes }: WithAttributes): [name: string, value: string][] =>
  Object.entries(attributes).flatMap(([key, value]) => {
    const name = ANSWER_HEADER.exec(key)?.[1];
    return name === undefined || value === '' ? [] : [[headerName(name), value]];
  });

const headerName = (name: string): string =>
  name
    .split('_')
    .map((word) => `${word.charAt(0).toUpperCase()}${word.slice(1)}`)
    .join('-');

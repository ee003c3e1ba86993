import { flag, type AttributeRules } from './attribute-rules.ts';

const HEADERS = [
  'strict_transport_security',
  'access_control_allow_origin',
  'access_control_allow_methods',
  'access_control_allow_headers',
  'access_control_allow_credentials',
  'access_control_expose_headers',
  'access_control_max_age',
  'content_security_policy',
  'x_content_type_options',
  'x_frame_options',
];

/** What an HTTP listener has; all of them at their defaults. */
export const LISTENER_ATTRIBUTES: AttributeRules = {
  'routing.http.response.server.enabled': flag('true'),
  ...Object.fromEntries(HEADERS.map((header) => [`routing.http.response.${header}.header_value`, { value: '' }])),
};

import type { InputTransformer } from '@aws-sdk/client-eventbridge';
import { validation } from './faults.ts';
import { readPath, valueAt } from './json-path.ts';
import type { EventEnvelope, RuleRecord, TargetRecord } from './records.ts';

/** What a target gets of an event, as JSON. */
export function inputOf(
  target: TargetRecord,
  event: EventEnvelope,
  rule: Pick<RuleRecord, 'arn' | 'name'>,
  acceptedAt: Date,
): string {
  if (target.Input !== undefined) return target.Input;
  if (target.InputPath !== undefined) return JSON.stringify(valueAt(target.InputPath, event) ?? null);
  if (!target.InputTransformer) return JSON.stringify(event);
  return transformed(target.InputTransformer, event, {
    'aws.events.rule-arn': rule.arn,
    'aws.events.rule-name': rule.name,
    'aws.events.event.ingestion-time': acceptedAt.toISOString(),
    'aws.events.event': withoutDetail(event),
    'aws.events.event.json': event,
  });
}

const withoutDetail = ({ detail: _detail, ...event }: EventEnvelope): unknown => event;

const RESERVED = /^aws\.events\.(rule-arn|rule-name|event(\.ingestion-time|\.json)?)$/;

/**
 * Fills `<name>` in: between quotes as text, elsewhere as JSON. What is not in the event is an empty text.
 * Source: EventBridge User Guide, input transformation.
 */
function transformed(
  { InputPathsMap: paths = {}, InputTemplate: template = '' }: InputTransformer,
  event: EventEnvelope,
  reserved: Readonly<Record<string, unknown>>,
): string {
  const valueOf = (name: string): unknown =>
    Object.hasOwn(paths, name) ? (valueAt(paths[name] ?? '', event) ?? '') : (reserved[name] ?? '');
  return fill(template, valueOf);
}

function fill(template: string, valueOf: (name: string) => unknown): string {
  let isQuoted = false;
  return template.replace(/\\.|"|<([\w.-]+)>/gs, (token, name: string | undefined) => {
    if (name !== undefined) return isQuoted ? asText(valueOf(name)) : JSON.stringify(valueOf(name));
    if (token === '"') isQuoted = !isQuoted;
    return token;
  });
}

/** Inside quotes already. */
const asText = (value: unknown): string =>
  JSON.stringify(typeof value === 'string' ? value : JSON.stringify(value)).slice(1, -1);

/** @throws ValidationException for an input that could give no JSON, or more inputs than one */
export function checkInput({ Id, Input, InputPath, InputTransformer: transformer }: TargetRecord): void {
  if ([Input, InputPath, transformer].filter((given) => given !== undefined).length > 1)
    throw validation(`Only one of Input, InputPath, or InputTransformer must be provided for target ${Id}.`);
  if (Input !== undefined && !isJson(Input)) throw validation(`JSON syntax error in input for target ${Id}`);
  if (InputPath !== undefined && !readPath(InputPath)) throw validation(`Invalid InputPath for target ${Id}.`);
  if (transformer) checkTransformer(Id, transformer);
}

function checkTransformer(id: string, { InputPathsMap: paths = {}, InputTemplate: template = '' }: InputTransformer) {
  const wrong = Object.values(paths).find((path) => !readPath(path));
  if (wrong !== undefined) throw validation(`Invalid InputPathsMap for target ${id} : '${wrong}' is no path.`);
  for (const [, name = ''] of template.matchAll(/<([\w.-]+)>/g))
    if (!Object.hasOwn(paths, name) && !RESERVED.test(name))
      throw validation(`InputTemplate for target ${id} contains invalid placeholder ${name}.`);
  const tried = fill(template, () => 'x');
  // Several texts, one a line, are a text of several lines.
  if (!isJson(tried) && !tried.split('\n').every(isJson))
    throw validation(`Invalid InputTemplate for target ${id} : what it gives is no JSON.`);
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

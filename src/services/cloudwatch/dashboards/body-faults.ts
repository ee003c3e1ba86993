/** What is wrong with the body of a dashboard, and where. */
export interface BodyFault {
  /** A JSON pointer such as `/widgets/0/properties`; empty for the whole. */
  readonly path: string;
  readonly message: string;
}

const MOST_WIDGETS = 500;
const TYPES = ['metric', 'text', 'log', 'alarm', 'explorer', 'custom'];
/** Units of the grid. Source: CloudWatch API Reference, "Dashboard body structure and syntax". */
const RANGES: Readonly<Record<string, readonly [least: number, most: number]>> = {
  x: [0, 23],
  y: [0, Infinity],
  width: [1, 24],
  height: [1, 1000],
};
/** What the properties of each type of widget cannot be without. */
const REQUIRED: Readonly<Record<string, readonly string[]>> = {
  text: ['markdown'],
  log: ['region', 'query'],
  alarm: ['alarms'],
  custom: ['endpoint'],
};

/** @returns what is wrong; the body must be a text of JSON */
export function bodyFaults(body: string): readonly BodyFault[] {
  const read = parsed(body);
  if (!isObject(read)) return [{ path: '', message: 'The field DashboardBody must be a valid JSON object' }];
  const { widgets } = read;
  if (widgets === undefined) return [{ path: '', message: "should have required property 'widgets'" }];
  if (!Array.isArray(widgets)) return [{ path: '/widgets', message: 'should be array' }];
  if (widgets.length > MOST_WIDGETS)
    return [{ path: '/widgets', message: `should NOT have more than ${MOST_WIDGETS} items` }];
  return widgets.flatMap((widget: unknown, index) => widgetFaults(widget, `/widgets/${index}`));
}

function widgetFaults(widget: unknown, path: string): readonly BodyFault[] {
  if (!isObject(widget)) return [{ path, message: 'should be object' }];
  const { type, properties } = widget;
  const faults = placeFaults(widget, path);
  if (type === undefined) return [...faults, { path, message: "should have required property 'type'" }];
  if (typeof type !== 'string' || !TYPES.includes(type))
    return [
      ...faults,
      { path: `${path}/type`, message: `should be equal to one of the allowed values: ${TYPES.join(',')}` },
    ];
  if (properties === undefined) return [...faults, { path, message: "should have required property 'properties'" }];
  if (!isObject(properties)) return [...faults, { path: `${path}/properties`, message: 'should be object' }];
  return [...faults, ...propertyFaults(type, properties, `${path}/properties`)];
}

function placeFaults(widget: Fields, path: string): readonly BodyFault[] {
  return Object.entries(RANGES).flatMap(([member, [least, most]]): BodyFault[] => {
    const value = widget[member];
    if (value === undefined) return [];
    const place = `${path}/${member}`;
    if (typeof value !== 'number' || !Number.isInteger(value)) return [{ path: place, message: 'should be integer' }];
    if (value < least) return [{ path: place, message: `should be >= ${least}` }];
    return value > most ? [{ path: place, message: `should be <= ${most}` }] : [];
  });
}

function propertyFaults(type: string, properties: Fields, path: string): readonly BodyFault[] {
  const missing = (REQUIRED[type] ?? []).filter((member) => properties[member] === undefined);
  const faults = missing.map((member) => ({ path, message: `should have required property '${member}'` }));
  return type === 'metric' ? [...faults, ...metricFaults(properties, path)] : faults;
}

function metricFaults({ metrics, annotations }: Fields, path: string): readonly BodyFault[] {
  if (metrics === undefined)
    return annotations === undefined ? [{ path, message: "should have required property 'metrics'" }] : [];
  if (!Array.isArray(metrics)) return [{ path: `${path}/metrics`, message: 'should be array' }];
  return metrics.flatMap((metric: unknown, index) =>
    Array.isArray(metric) ? [] : [{ path: `${path}/metrics/${index}`, message: 'should be array' }],
  );
}

type Fields = Readonly<Record<string, unknown>>;

const isObject = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

const SRC = join(dirname(fileURLToPath(import.meta.url)), '..', 'src');

interface Rule {
  /** Files this rule is about: a prefix of the path below src/. */
  readonly from: string;
  /** Prefixes below src/ it may import, beside its own folder. `type:` allows types only. */
  readonly may: readonly string[];
  /** Packages it must not import, as prefixes. */
  readonly notPackages?: readonly string[];
  readonly because: string;
}

/** How a Docker Engine is spoken to: functions from images run on the same one as tasks. */
const ENGINE = ['docker-answers', 'engine', 'images'].map((file) => `drivers/runtimes/docker/${file}.ts`);

/** The import table of docs/architecture.md. The first rule that fits a file holds for it. */
const RULES: readonly Rule[] = [
  {
    from: 'main.ts',
    may: ['kernel/', 'platform/', 'server/', 'store/', 'telemetry/', 'wire/dispatch.ts', 'drivers/open-drivers.ts'],
    because: 'main starts and closes the parts, and what they are made of is in platform/',
  },
  {
    from: 'platform/',
    may: [
      'kernel/',
      'engine/',
      'aws/',
      'wire/',
      'services/',
      'type:store/',
      'type:telemetry/',
      'type:drivers/open-drivers.ts',
      'type:drivers/runtimes/runtime.ts',
      'type:drivers/balancers/balancer.ts',
      'type:server/',
    ],
    notPackages: ['@aws-sdk', '@smithy', 'kysely'],
    because:
      'it builds services and engines, on a store and drivers that main opens, and is all that may know them all',
  },
  {
    from: 'kernel/',
    may: [],
    notPackages: ['@aws-sdk', '@smithy', 'kysely'],
    because: 'the kernel knows nothing of the rest',
  },
  {
    from: 'store/',
    may: ['kernel/'],
    notPackages: ['@aws-sdk', '@smithy'],
    because: 'the store keeps records and knows no service',
  },
  {
    from: 'engine/plan/',
    may: ['kernel/', 'engine/'],
    notPackages: ['node:', '@aws-sdk'],
    because: 'plans are compiled without I/O',
  },
  {
    from: 'engine/decide/',
    may: ['kernel/', 'engine/'],
    notPackages: ['node:', '@aws-sdk'],
    because: 'deciding needs no I/O and no clock',
  },
  {
    from: 'engine/',
    may: ['kernel/'],
    notPackages: ['@aws-sdk', '@smithy'],
    because: 'the engine sees the world through its ports only',
  },
  { from: 'aws/', may: ['kernel/', 'engine/'], because: 'ports are written with SDK clients and nothing of Teal' },
  { from: 'wire/', may: ['kernel/'], because: 'the wire knows no service' },
  {
    from: 'services/codedeploy/',
    may: ['kernel/', 'store/', 'engine/', 'wire/types.ts', 'wire/api-error.ts', 'type:aws/'],
    because: 'a service reaches others only through their API',
  },
  ...(
    [
      'ecs:runtimes/runtime',
      'elbv2:balancers/balancer',
      'lambda:functions/functions',
      'iam:',
      'sts:',
      'ec2:',
      'acm:',
      'cloudwatch:',
      'logs:',
      'sns:',
      'events:',
      'application-autoscaling:',
      's3:',
    ] as const
  ).map((pair): Rule => {
    const [service = '', driver = ''] = pair.split(':');
    return {
      from: `services/${service}/`,
      may: [
        'kernel/',
        'store/',
        'wire/types.ts',
        'wire/api-error.ts',
        'type:aws/',
        // The second front door of the engine.
        ...(service === 'ecs' ? ['engine/'] : []),
        ...(driver ? [`type:drivers/${driver}.ts`] : []),
        // The interface's zero values, for the service's own test balancer.
        ...(service === 'elbv2' ? ['drivers/balancers/counts.ts', 'drivers/balancers/latency.ts'] : []),
      ],
      because: 'a service reaches others only through their API, and drivers through their interface',
    };
  }),
  ...(['runtimes', 'balancers', 'functions'] as const).flatMap((kind): Rule[] => [
    { from: `drivers/${kind}/table.ts`, may: ['kernel/', `drivers/${kind}/`], because: 'the table names the drivers' },
    {
      from: `drivers/${kind}/`,
      may: ['kernel/', ...(kind === 'functions' ? ENGINE : [])],
      notPackages: ['@aws-sdk', 'kysely'],
      because: 'a driver knows neither services nor the store',
    },
  ]),
  { from: 'drivers/open-drivers.ts', may: ['kernel/', 'drivers/'], because: 'it opens one driver of each kind' },
  { from: 'telemetry/', may: ['kernel/'], because: 'telemetry counts what it is told and knows no service' },
  { from: 'server/', may: ['kernel/'], because: 'the server carries requests and knows no service' },
  { from: 'cli/up.ts', may: ['kernel/', 'main.ts'], because: 'up starts Teal' },
  { from: 'cli/', may: ['kernel/'], because: 'a command is one more AWS client' },
];

interface Import {
  readonly file: string;
  readonly target: string;
  readonly typeOnly: boolean;
}

it.each(RULES.map((rule) => [rule.from, rule] as const))('keeps the import table for src/%s', (_from, rule) => {
  const wrong = imports()
    .filter((found) => !isTest(found.file) && RULES.find((candidate) => found.file.startsWith(candidate.from)) === rule)
    .filter((found) => !allowed(rule, found))
    .map((found) => `src/${found.file} imports ${found.target}: ${rule.because}`);

  expect(wrong).toEqual([]);
});

it('has a rule for every file', () => {
  const files = sources().filter((file) => !isTest(file));

  expect(files.filter((file) => !RULES.some((rule) => file.startsWith(rule.from)))).toEqual([]);
});

it('reads the time and sets timers in the kernel clock only, outside the drivers and the command line', () => {
  const clocked = sources().filter(
    (file) => /^(store|engine|aws|wire|services|platform)\//.test(file) && !isTest(file),
  );
  const wrong = clocked.filter((file) =>
    /\bDate\.now\(|new Date\(\)|\bset(Timeout|Interval)\(/.test(readFileSync(join(SRC, file), 'utf8')),
  );

  expect(wrong).toEqual([]);
});

it('has no cycle of imports that run', () => {
  const edges = new Map<string, string[]>();
  for (const { file, target, typeOnly } of imports()) {
    if (typeOnly || !target.startsWith('./') || isTest(file)) continue;
    edges.set(file, [...(edges.get(file) ?? []), target.slice(2)]);
  }

  expect([...edges.keys()].flatMap((file) => cycleFrom(file, edges) ?? [])).toEqual([]);
});

function cycleFrom(start: string, edges: ReadonlyMap<string, readonly string[]>): string | undefined {
  const seen = new Set<string>();
  const walk = (file: string, path: readonly string[]): string | undefined => {
    for (const next of edges.get(file) ?? []) {
      if (next === start) return [...path, next].join(' → ');
      if (seen.has(next)) continue;
      seen.add(next);
      const found = walk(next, [...path, next]);
      if (found) return found;
    }
    return undefined;
  };
  return walk(start, [start]);
}

const isTest = (file: string): boolean => /\.(test|conformance)\.ts$|(^|\/)fake[^/]*(\/|\.ts$)/.test(file);

function allowed(rule: Rule, found: Import): boolean {
  if (!found.target.startsWith('./'))
    return found.typeOnly || !(rule.notPackages ?? []).some((prefix) => found.target.startsWith(prefix));
  const target = found.target.slice(2);
  const own = rule.from.endsWith('/') ? target.startsWith(rule.from) : target === rule.from;
  if (own) return true;
  return rule.may.some((may) =>
    may.startsWith('type:') ? found.typeOnly && target.startsWith(may.slice(5)) : target.startsWith(may),
  );
}

function imports(): Import[] {
  return sources().flatMap((file) => {
    const text = readFileSync(join(SRC, file), 'utf8');
    const found = [
      ...text.matchAll(/^(?:import|export)\s+(type\s+)?(?:[^'";]*?\sfrom\s+)?'([^']+)'|\bimport\(\s*'([^']+)'\s*\)/gms),
    ];
    return found.map((match) => {
      const target = match[2] ?? match[3] ?? '';
      const resolved = target.startsWith('.') ? `./${relative(SRC, join(SRC, dirname(file), target))}` : target;
      return { file, target: resolved, typeOnly: match[1] !== undefined || isTypeOnlyList(match[0]) };
    });
  });
}

/** `import { type A, type B } from …` imports nothing at run time. */
const isTypeOnlyList = (statement: string): boolean => {
  const names = /\{([^}]*)\}/.exec(statement)?.[1];
  return names !== undefined && names.split(',').every((name) => name.trim() === '' || name.trim().startsWith('type '));
};

function sources(folder = ''): string[] {
  return readdirSync(join(SRC, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = folder ? `${folder}/${entry.name}` : entry.name;
    if (entry.isDirectory()) return sources(path);
    return entry.name.endsWith('.ts') ? [path] : [];
  });
}

/** A file of `constraints/`, as bin/constraints.py writes it. */
export interface ConstraintFile {
  /** By the name of the shape. */
  readonly shapes: Readonly<Record<string, ShapeLimits>>;
  /** Structure, member, name of the member's shape. */
  readonly members: Readonly<Record<string, Readonly<Record<string, string>>>>;
}

interface ShapeLimits {
  /** The schemas of the SDK know only "number". */
  readonly type?: string;
  readonly min?: number;
  readonly max?: number;
  readonly pattern?: string;
  readonly enum?: readonly string[];
  /** Names of the shapes of a list's items and of a map's keys and values. */
  readonly item?: string;
  readonly key?: string;
  readonly value?: string;
}

/** What one value must satisfy. `min` and `max` bound a number's value, and the length of anything else. */
export interface Constraint {
  readonly integer: 'integer' | 'long' | undefined;
  readonly min: number | undefined;
  readonly max: number | undefined;
  readonly pattern: Pattern | undefined;
  readonly allowed: ReadonlySet<string> | undefined;
  readonly item: Constraint | undefined;
  readonly key: Constraint | undefined;
  readonly value: Constraint | undefined;
}

export interface Pattern {
  /** As the model writes it, for the message. */
  readonly source: string;
  readonly expression: RegExp;
}

/** Finds what a member of a structure must satisfy; the members are compiled when first asked for. */
export interface ConstraintTable {
  find(structure: string, member: string): Constraint | undefined;
  /** For who walks structures: what was made of a schema, made once. */
  remember<T extends object>(schema: object, make: () => T): T;
}

export function constraintTable(file: ConstraintFile): ConstraintTable {
  const compiled = new Map<string, Constraint>();
  const compile = (name: string | undefined): Constraint | undefined => {
    const limits = name === undefined ? undefined : file.shapes[name];
    if (name === undefined || !limits) return undefined;
    const known = compiled.get(name);
    if (known) return known;
    const made: Constraint = {
      integer: limits.type === 'integer' || limits.type === 'long' ? limits.type : undefined,
      min: limits.min,
      max: limits.max,
      pattern: limits.pattern === undefined ? undefined : compilePattern(limits.pattern),
      allowed: limits.enum && new Set(limits.enum),
      item: compile(limits.item),
      key: compile(limits.key),
      value: compile(limits.value),
    };
    compiled.set(name, made);
    return made;
  };
  const remembered = new WeakMap<object, object>();
  return {
    remember<T extends object>(schema: object, make: () => T): T {
      const known = remembered.get(schema) as T | undefined;
      if (known) return known;
      const made = make();
      remembered.set(schema, made);
      return made;
    },
    find(structure, member) {
      const members = Object.hasOwn(file.members, structure) ? file.members[structure] : undefined;
      return members && Object.hasOwn(members, member) ? compile(members[member]) : undefined;
    },
  };
}

/** AWS matches the whole value, anchored or not. Patterns are Java's: most are right with `u`, some only without. */
function compilePattern(source: string): Pattern | undefined {
  for (const flags of ['u', '']) {
    try {
      return { source, expression: new RegExp(`^(?:${inJavaScript(source)})$`, flags) };
    } catch {
      // the next flags may do; a pattern that JavaScript cannot read is not enforced
    }
  }
  return undefined;
}

/** Java's POSIX classes have no name in JavaScript. */
const inJavaScript = (source: string): string => source.replaceAll('\\p{Print}', '[\\x20-\\x7e]');

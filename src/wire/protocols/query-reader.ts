import { ApiError } from '../api-error.ts';
import { kindOf, memberTraitsOf, membersOf, traitsOf, type Member, type Shape } from '../schema.ts';
import type { FormNode } from './form.ts';
import type { Fields } from './protocol.ts';
import { readText } from './text-scalars.ts';

/** What awsQuery and ec2Query do differently. */
export interface QueryDialect {
  /** The parameter's name for a member. */
  keyOf(member: Member): string;
  /** The node whose children are a list's indices. */
  itemsOf(list: Shape, node: FormNode): FormNode;
  /** The code for a value of the wrong form. */
  readonly malformedCode: string;
}

/** Lists stand under `member` (or their own item name), maps under `entry`. */
export const awsQueryDialect: QueryDialect = {
  keyOf: ({ name, shape }) => memberTraitsOf(shape).xmlName ?? name,
  itemsOf(list, node) {
    if (traitsOf(list).xmlFlattened) return node;
    const named = traitsOf(list.getValueSchema()).xmlName ?? 'member';
    return node.children?.get(named) ?? node.children?.get('member') ?? node;
  },
  malformedCode: 'MalformedInput',
};

/** Lists are always flat, names are capitalised. */
export const ec2QueryDialect: QueryDialect = {
  keyOf({ name, shape }) {
    const traits = memberTraitsOf(shape);
    const plain = traits.xmlName ?? name;
    return traits.ec2QueryName ?? plain.charAt(0).toUpperCase() + plain.slice(1);
  },
  itemsOf: (_list, node) => node,
  malformedCode: 'InvalidParameterValue',
};

/**
 * Reads an operation's input from its parameters; those that the model lacks are dropped. The SDK has no such reader.
 *
 * @throws {ApiError} for a value of the wrong form, naming the parameter
 */
export function readQuery(shape: Shape, root: FormNode, dialect: QueryDialect): Fields {
  return readStructure(shape, root, '', dialect);
}

function readStructure(shape: Shape, node: FormNode, path: string, dialect: QueryDialect): Fields {
  const out: Record<string, unknown> = {};
  for (const member of membersOf(shape)) {
    const key = dialect.keyOf(member);
    const child = node.children?.get(key);
    if (child) out[member.name] = readValue(member.shape, child, path === '' ? key : `${path}.${key}`, dialect);
  }
  return out;
}

function readValue(shape: Shape, node: FormNode, path: string, dialect: QueryDialect): unknown {
  switch (kindOf(shape)) {
    case 'structure':
      return readStructure(shape, node, path, dialect);
    case 'list': {
      const items = inOrder(dialect.itemsOf(shape, node), path, dialect);
      return items.map(([index, item]) => readValue(shape.getValueSchema(), item, `${path}.${index}`, dialect));
    }
    case 'map':
      return readMap(shape, node, path, dialect);
    default: {
      if (node.value === undefined) throw malformed(dialect, `Unexpected complex element near ${path}`);
      const value = readText(shape, node.value);
      if (value === undefined) throw malformed(dialect, `The value of ${path} is not a valid ${kindOf(shape)}`);
      return value;
    }
  }
}

function readMap(shape: Shape, node: FormNode, path: string, dialect: QueryDialect): Fields {
  const entries = traitsOf(shape).xmlFlattened ? node : (node.children?.get('entry') ?? node);
  const keyName = traitsOf(shape.getKeySchema()).xmlName ?? 'key';
  const valueName = traitsOf(shape.getValueSchema()).xmlName ?? 'value';
  const read = inOrder(entries, path, dialect).flatMap(([index, entry]) => {
    const key = entry.children?.get(keyName)?.value;
    const held = entry.children?.get(valueName);
    const place = `${path}.${index}.${valueName}`;
    return key === undefined || !held ? [] : [[key, readValue(shape.getValueSchema(), held, place, dialect)] as const];
  });
  return Object.fromEntries(read);
}

/** A list's parameters by their number, not as text: 10 comes after 9. */
function inOrder(items: FormNode, path: string, dialect: QueryDialect): readonly (readonly [string, FormNode])[] {
  const found = [...(items.children ?? [])];
  if (found.some(([index]) => !/^\d+$/.test(index))) throw malformed(dialect, `Unexpected list element near ${path}`);
  return found.sort(([a], [b]) => Number(a) - Number(b));
}

const malformed = (dialect: QueryDialect, message: string): ApiError => new ApiError(dialect.malformedCode, message);

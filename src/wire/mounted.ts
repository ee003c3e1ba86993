import { catalogue, type CatalogueEntry } from './catalogue.ts';
import { constraintTable, type ConstraintTable } from './constraint-table.ts';
import type { ServiceModel } from './model.ts';
import type { Service } from './types.ts';

export interface Loaded {
  readonly model: ServiceModel;
  readonly constraints: ConstraintTable;
}

/** A service in its place on the wire. */
export interface Mounted {
  readonly service: Service;
  readonly entry: CatalogueEntry;
  /** Its schemas and constraints, read when the first request asks. */
  load(): Promise<Loaded>;
}

export function mount(service: Service): Mounted {
  const entry = catalogue[service.name];
  let loading: Promise<Loaded> | undefined;
  return {
    service,
    entry,
    load() {
      loading ??= loadEntry(entry).catch((cause: unknown) => {
        loading = undefined; // the next request tries again
        throw cause;
      });
      return loading;
    },
  };
}

async function loadEntry(entry: CatalogueEntry): Promise<Loaded> {
  const [model, file] = await Promise.all([entry.load(), entry.loadConstraints()]);
  return { model, constraints: constraintTable(file) };
}

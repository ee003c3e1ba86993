import type { ListFunctionsCommand } from '@aws-sdk/client-lambda';
import type { Action } from '../../../wire/types.ts';
import type { LambdaTools } from '../deps.ts';
import { invalidParameter } from '../faults.ts';
import { functionsIn } from '../records.ts';
import { shownFunction } from '../shown.ts';

/** Lambda gives at most so many, however many are asked for. */
const MAX_PAGE = 50;

/** Pages by name, so that functions made or deleted between two pages shift nothing. */
export const listFunctions =
  ({ store }: LambdaTools): Action<typeof ListFunctionsCommand> =>
  async (input, ctx) => {
    const after = readMarker(input.Marker);
    const records = (await functionsIn(store).list(ctx))
      .filter((record) => after === undefined || record.name > after)
      .sort((a, b) => (a.name < b.name ? -1 : 1));
    const page = records.slice(0, Math.min(input.MaxItems ?? MAX_PAGE, MAX_PAGE));
    const last = page.at(-1);
    const hasMore = last !== undefined && page.length < records.length;
    return { Functions: page.map(shownFunction), ...(hasMore ? { NextMarker: writeMarker(last.name) } : {}) };
  };

const writeMarker = (name: string): string => Buffer.from(`after:${name}`).toString('base64');

function readMarker(marker: string | undefined): string | undefined {
  if (!marker) return undefined;
  const [, name] = /^after:(.+)$/.exec(Buffer.from(marker, 'base64').toString()) ?? [];
  if (name === undefined) throw invalidParameter('Invalid marker: use the NextMarker of an earlier answer');
  return name;
}

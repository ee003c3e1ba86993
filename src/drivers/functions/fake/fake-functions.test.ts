import { functionsConformance } from '../functions.conformance.ts';
import { createFakeFunctions, type FakeHandler } from './fake-functions.ts';

const handlers = new Map<string, FakeHandler>([
  ['echo', (event) => event],
  ['nothing', () => undefined],
  [
    'throws',
    () => {
      throw new TypeError('no luck');
    },
  ],
]);

functionsConformance('fake', () => createFakeFunctions(handlers));

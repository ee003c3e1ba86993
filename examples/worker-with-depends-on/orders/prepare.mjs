// The init container: brings the data to the schema that the release needs, and ends.
import { writeFileSync } from 'node:fs';

const { VERSION, SCHEMA, ORDERS = '1000' } = process.env;
writeFileSync('/data/orders.json', JSON.stringify({ schema: Number(SCHEMA), orders: Number(ORDERS) }));
console.log(`${VERSION} prepared ${ORDERS} orders at schema ${SCHEMA}`);

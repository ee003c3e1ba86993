import { stat } from 'node:fs/promises';
import { gauge, type Readings } from '../kernel/readings.ts';

/** Tells the size of a database's files. */
export const storeSize =
  (database: string): Readings =>
  async () => {
    const parts = { database, log: `${database}-wal` };
    const samples = await Promise.all(
      Object.entries(parts).map(async ([part, file]) => ({ labels: { part }, value: await sizeOf(file) })),
    );
    return [
      gauge('teal_store_size_bytes', 'Size of the store on disk: its database and its write-ahead log.', samples),
    ];
  };

const sizeOf = (file: string): Promise<number> =>
  stat(file).then(
    ({ size }) => size,
    () => 0,
  );

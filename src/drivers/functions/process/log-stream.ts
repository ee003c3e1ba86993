import { randomBytes } from 'node:crypto';

/** As Lambda names the log streams of its sandboxes. */
export const newLogStream = (version: string, now: Date): string =>
  `${now.toISOString().slice(0, 10).replaceAll('-', '/')}/[${version}]${randomBytes(16).toString('hex')}`;

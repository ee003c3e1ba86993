import type { Readable } from 'node:stream';
import type { Clock } from '../../../kernel/clock.ts';
import { millis } from '../../../kernel/span.ts';

/** After this much output the reader rests, so that a function that only prints does not keep Teal busy. */
const READ_BYTES = 1024 * 1024;
const REST = millis(5);
/** More output than this is not read before some of it was taken. */
const UNTAKEN_BYTES = 1024 * 1024;

/** Answers when a piece of output was taken, if that takes time. */
export type OnOutput = (chunk: Buffer) => Promise<void> | undefined;

/** Hands on what a function prints, no faster than it is taken. */
export function readOutput(output: Readable, clock: Clock, onOutput: OnOutput): void {
  let read = 0;
  let untaken = 0;
  output.on('error', () => undefined);
  output.on('data', (chunk: Buffer) => {
    const taken = onOutput(chunk);
    read += chunk.length;
    untaken += chunk.length;
    const rest = read < READ_BYTES ? undefined : clock.sleep(REST);
    if (rest) read = 0;
    const mustWait = untaken > UNTAKEN_BYTES;
    const done = Promise.resolve(taken).then(() => (untaken -= chunk.length));
    if (!rest && !mustWait) return;
    output.pause();
    void Promise.all([rest, mustWait && done]).then(() => output.resume());
  });
}

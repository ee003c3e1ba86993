import { describe } from 'vitest';
import { endingConformance } from './conformance/ending.conformance.ts';
import { restartConformance } from './conformance/restart.conformance.ts';
import { runningConformance } from './conformance/running.conformance.ts';
import { runtimeBench, type RuntimeUnderTest } from './testing/runtime-bench.ts';

/** The behaviour every runtime shares; call it from a test file of the driver. */
export function runtimeConformance(subject: RuntimeUnderTest): void {
  const skip = subject.unavailable !== undefined && !process.env['CI'];
  const why = subject.unavailable === undefined ? '' : ` (${subject.unavailable})`;

  describe.skipIf(skip)(`a ${subject.name} runtime${why}`, () => {
    const bench = runtimeBench(subject);

    runningConformance(bench);
    endingConformance(bench);
    restartConformance(bench);
  });
}

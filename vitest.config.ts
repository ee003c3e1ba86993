import { BaseSequencer, type TestSpecification } from 'vitest/node';
import { defineConfig } from 'vitest/config';

/** Files of these folders take longest, and wait most of the time. */
const LONG = /\/test\/(crash|e2e)\/|\/runtimes\/docker\/|-docker-/;
/** How many other files follow a long one, to use the processor while it waits. */
const SHORT_PER_LONG = 2;

/** Spreads the long files over the first part of the run: all at once they would only be in each other's way. */
class LongOnesEarly extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const usual = await super.sort(files);
    const isLong = ({ moduleId }: TestSpecification): boolean => LONG.test(moduleId);
    const short = usual.filter((file) => !isLong(file));
    const early = usual.filter(isLong).flatMap((file) => [file, ...short.splice(0, SHORT_PER_LONG)]);
    return [...early, ...short];
  }
}

export default defineConfig({
  test: {
    include: ['src/**/*.test.ts', 'test/**/*.test.ts'],
    // Limits are for what hangs: on a busy machine everything takes many times as long as on an idle one.
    testTimeout: 180_000,
    hookTimeout: 180_000,
    expect: { poll: { timeout: 60_000, interval: 20 } },
    pool: 'forks',
    // Files share what they import; to import Teal and the AWS clients anew for each took a fifth of the whole time.
    isolate: false,
    // One more than the cores that CI has: the long tests wait for deployments most of the time.
    maxWorkers: 3,
    minWorkers: 3, // as many: a worker that goes when its work is done ends the whole run, others with it
    sequence: { sequencer: LongOnesEarly },
    env: { AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true' },
    reporters: ['default'],
  },
});

import { BaseSequencer, type TestSpecification } from 'vitest/node';
import { defineConfig } from 'vitest/config';

/** Files of these folders take longest and mostly wait: they begin first, so that none is left alone at the end. */
const LONG = /\/test\/(crash|e2e)\/|\/runtimes\/docker\/|-docker-/;

class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const usual = await super.sort(files);
    const isLong = ({ moduleId }: TestSpecification): boolean => LONG.test(moduleId);
    return [...usual.filter(isLong), ...usual.filter((file) => !isLong(file))];
  }
}

export default defineConfig({
  test: {
    include: ['src/**/*.test.ts', 'test/**/*.test.ts'],
    testTimeout: 60_000,
    hookTimeout: 60_000,
    pool: 'forks',
    // Files share what they import; to import Teal and the AWS clients anew for each took a fifth of the whole time.
    isolate: false,
    // One more than the cores that CI has: the long tests wait for deployments most of the time.
    maxWorkers: 3,
    minWorkers: 3, // as many: a worker that goes when its work is done ends the whole run, others with it
    sequence: { sequencer: LongestFirst },
    env: { AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true' },
    reporters: ['default'],
  },
});

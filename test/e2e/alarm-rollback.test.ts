import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import type { Sample as Answer } from '../../src/cli/demo/traffic.ts';
import type { Ailment } from '../support/ailing-app.ts';
import { releaseAiling, WATCHED } from '../support/ailing-release.ts';
import { spawnTeal } from '../support/spawned-teal.ts';

it.each(Object.keys(WATCHED) as Ailment[])(
  'an alarm stops a canary that %s, and it goes back',
  { timeout: 180_000 },
  async (ailment) => {
    const data = await mkdtemp(join(tmpdir(), 'teal-alarm-'));
    const teal = await spawnTeal(
      ['--port', '0', '--data', data, '--runtime', 'process', '--time-scale', '30'].concat(['--log-level', 'warn']),
    );
    try {
      const { stopped, rollback, answers } = await releaseAiling(teal.url, ailment);

      expect(stopped).toMatchObject({ status: 'Stopped', errorInformation: { code: 'ALARM_ACTIVE' } });
      expect(rollback.status).toBe('Succeeded');
      expect(versions(answers.slice(-50))).toEqual(['v1']);
      // It never had more than its tenth, and whatever failed was answered so by the release itself.
      expect(share(answers, 'v2')).toBeLessThan(0.2);
      expect(answers.filter(({ failure = 'status 500' }) => failure !== 'status 500')).toEqual([]);
    } finally {
      await teal.stop();
      await rm(data, { recursive: true, force: true });
    }
  },
);

const versions = (answers: readonly Answer[]): (string | undefined)[] => [
  ...new Set(answers.map(({ version }) => version)),
];

const share = (answers: readonly Answer[], version: string): number =>
  answers.filter((answer) => answer.version === version).length / answers.length;

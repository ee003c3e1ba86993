// How long a bad release hurts: from its first bad answer to its last, when an alarm watches the canary.
// npm run bench -- rollback [--time-scale N] [--json]
//
// Bad answers are those with a status of 500; of a release that is slow or logs errors, every answer of it counts.
// AWS publishes metrics and looks at an alarm once a minute, so at time scale 1 some two minutes are to be expected there.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { Ailment } from '../test/support/ailing-app.ts';
import { releaseAiling, WATCHED } from '../test/support/ailing-release.ts';
import { spawnTeal } from '../test/support/spawned-teal.ts';
import { print } from './support.ts';

const { values: options } = parseArgs({
  options: { json: { type: 'boolean' }, 'time-scale': { type: 'string', default: '30' } },
});

interface Hurt {
  readonly release: Ailment;
  /** Real, from the first answer of the bad release that was bad to its last answer of any kind. */
  readonly seconds: number;
  readonly badAnswers: number;
  readonly answers: number;
  readonly ending: string;
}

async function measure(release: Ailment): Promise<Hurt> {
  const data = mkdtempSync(join(tmpdir(), 'teal-rollback-'));
  const scale = options['time-scale'];
  const teal = await spawnTeal([
    '--port',
    '0',
    '--data',
    data,
    '--runtime',
    'process',
    '--time-scale',
    scale,
    '--log-level',
    'warn',
  ]);
  try {
    const { stopped, rollback, answers } = await releaseAiling(teal.url, release);
    const isBad = ({ failure, version }: (typeof answers)[number]) =>
      release.startsWith('answers') ? failure !== undefined : version === 'v2';
    const bad = answers.filter(isBad).map(({ at }) => at);
    const last = Math.max(...answers.filter((answer) => isBad(answer) || answer.version === 'v2').map(({ at }) => at));
    return {
      release,
      seconds: (last - Math.min(...bad)) / 1000,
      badAnswers: bad.length,
      answers: answers.length,
      ending: `${stopped.status} by ${stopped.errorInformation?.code}, rollback ${rollback.status}`,
    };
  } finally {
    await teal.stop();
    rmSync(data, { recursive: true, force: true });
  }
}

const hurts: Hurt[] = [];
for (const release of Object.keys(WATCHED) as Ailment[]) hurts.push(await measure(release));
const minute = 60 / Number(options['time-scale']);
print(
  options.json,
  hurts,
  hurts.map(({ release, seconds, badAnswers, answers, ending }) => {
    const periods = (seconds / minute).toFixed(1);
    return `rollback: a release that ${release}: ${seconds.toFixed(1)} s from first to last bad answer, ${periods} alarm periods of ${minute} s; ${badAnswers} of ${answers} answers; ${ending}`;
  }),
);

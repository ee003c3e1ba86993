import Dockerode from 'dockerode';
import { execFile, spawn } from 'node:child_process';
import { copyFile, mkdir, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { dockerAnswers, engineAddress } from '../../src/drivers/runtimes/docker/docker-answers.ts';

const run = promisify(execFile);

/** Raise the number when the recipe below changes. */
const IMAGE = `teal-test-node:${process.version}-1`;
const NODE_IN_IMAGE = '/usr/local/bin/node';

/** Why tests cannot use Docker here, or `undefined` when an Engine answers. */
export async function dockerUnavailable(): Promise<string | undefined> {
  return (await dockerAnswers()) ? undefined : 'no Docker Engine answers';
}

/**
 * Builds, once per machine, an image of this machine's Node at `/usr/local/bin/node`, and gives its name. It comes from
 * no registry: the image holds the binary, the libraries it loads, a `/tmp`, and nothing else.
 */
export async function ensureNodeImage(engine = new Dockerode(engineAddress())): Promise<string> {
  const isThere = await engine
    .getImage(IMAGE)
    .inspect()
    .then(
      () => true,
      () => false,
    );
  if (!isThere) await build(engine);
  return IMAGE;
}

async function build(engine: Dockerode): Promise<void> {
  const root = await mkdtemp(join(tmpdir(), 'teal-image-'));
  try {
    await put(root, process.execPath, NODE_IN_IMAGE);
    for (const library of await librariesOf(process.execPath)) await put(root, library, library);
    await mkdir(join(root, 'tmp'), { mode: 0o777 });
    await mkdir(join(root, 'etc'));
    await writeFile(join(root, 'etc', 'passwd'), 'root:x:0:0:root:/:/none\nnode:x:1000:1000:node:/:/none\n');
    const tar = spawn('tar', ['-C', root, '-c', '.'], { stdio: ['ignore', 'pipe', 'inherit'] });
    const [repo, tag] = IMAGE.split(':');
    const progress = await engine.importImage(tar.stdout, { repo, tag });
    for await (const _line of progress);
  } finally {
    await rm(root, { recursive: true, force: true });
  }
}

async function put(root: string, from: string, to: string): Promise<void> {
  await mkdir(dirname(join(root, to)), { recursive: true });
  await copyFile(await realpath(from), join(root, to));
}

/** The loader and every shared library a program needs, by absolute path. */
async function librariesOf(program: string): Promise<string[]> {
  const { stdout } = await run('ldd', [program]);
  return stdout.split('\n').flatMap((line) => /(\/\S+) \(0x/.exec(line)?.[1] ?? []);
}

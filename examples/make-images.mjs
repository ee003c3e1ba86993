// Builds the images of the examples: `node examples/make-images.mjs [--base IMAGE]`. Without a base, the Dockerfiles
// build on an image made of this machine's own Node, so that no registry is asked.
import { execFileSync, spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const here = dirname(fileURLToPath(import.meta.url));
const OWN_BASE = `teal-examples/node:${process.version}`;
const VERSIONS = ['v1', 'v2'];
const IMAGES = {
  web: 'web-with-sidecar/web',
  catalogue: 'web-with-sidecar/catalogue',
  orders: 'worker-with-depends-on/orders',
};

const { base = ownBase() } = parseArgs({ options: { base: { type: 'string' } } }).values;
for (const [name, folder] of Object.entries(IMAGES))
  for (const version of VERSIONS) {
    const image = `teal-examples/${name}:${version}`;
    const args = ['--build-arg', `BASE=${base}`, '--build-arg', `VERSION=${version}`, '--tag', image];
    docker('build', '--quiet', ...args, join(here, folder));
    console.log(image);
  }

/** Imports, once per machine, Node's binary and the libraries it loads as an image. */
function ownBase() {
  if (spawnSync('docker', ['image', 'inspect', OWN_BASE]).status === 0) return OWN_BASE;
  if (process.platform !== 'linux')
    throw new Error('only Node for Linux can be put into an image: use --base node:20-slim');
  const folder = mkdtempSync(join(tmpdir(), 'teal-examples-'));
  const root = join(folder, 'root');
  try {
    put(root, process.execPath, '/usr/local/bin/node');
    const libraries = execFileSync('ldd', [process.execPath], { encoding: 'utf8' }).matchAll(/(\/\S+) \(0x/g);
    for (const [, library] of libraries) put(root, library, library);
    mkdirSync(join(root, 'etc'));
    writeFileSync(join(root, 'etc', 'passwd'), 'root:x:0:0:root:/:/none\nnode:x:1000:1000:node:/:/none\n');
    const archive = join(folder, 'image.tar');
    execFileSync('tar', ['-C', root, '--owner=0', '--group=0', '-cf', archive, '.']);
    docker('import', archive, OWN_BASE);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  return OWN_BASE;
}

function put(root, from, to) {
  mkdirSync(dirname(join(root, to)), { recursive: true });
  copyFileSync(realpathSync(from), join(root, to));
}

/** @throws with what Docker said */
function docker(...args) {
  const { status, stdout, stderr, error } = spawnSync('docker', args, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`docker ${args.join(' ')}: ${error?.message ?? `${stdout}${stderr}`}`);
}

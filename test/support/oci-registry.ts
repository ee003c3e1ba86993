import { createHash } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import { programFor } from '../../src/drivers/runtimes/docker/pause-image.ts';
import { tarOf } from '../../src/drivers/runtimes/docker/tar.ts';

/** A registry on loopback over plain HTTP that has one image, `waits:1`, whose program waits for ever. */
export interface OciRegistry {
  readonly image: string;
  readonly digest: string;
  /** How often its manifest was asked for by tag. */
  asked(): number;
  close(): Promise<void>;
}

const DOCKER = 'application/vnd.docker';
const digestOf = (bytes: Buffer): string => `sha256:${createHash('sha256').update(bytes).digest('hex')}`;

/** @param arch - as the Engine calls it, `amd64` or `arm64` */
export async function ociRegistry(arch: string): Promise<OciRegistry> {
  const tar = tarOf('pause', programFor(arch) ?? Buffer.alloc(0), 0o755);
  const layer = gzipSync(tar);
  const config = Buffer.from(
    JSON.stringify({
      architecture: arch,
      os: 'linux',
      config: { Cmd: ['/pause'] },
      rootfs: { type: 'layers', diff_ids: [digestOf(tar)] },
    }),
  );
  const described = (bytes: Buffer, type: string) => ({ mediaType: type, size: bytes.length, digest: digestOf(bytes) });
  const type = `${DOCKER}.distribution.manifest.v2+json`;
  const manifest = Buffer.from(
    JSON.stringify({
      schemaVersion: 2,
      mediaType: type,
      config: described(config, `${DOCKER}.container.image.v1+json`),
      layers: [described(layer, `${DOCKER}.image.rootfs.diff.tar.gzip`)],
    }),
  );
  const digest = digestOf(manifest);
  const blobs = new Map([config, layer].map((blob) => [`/v2/waits/blobs/${digestOf(blob)}`, blob]));
  let asked = 0;
  const server = createServer(({ url = '', method }, response) => {
    if (url === '/v2/') return void response.end();
    if (url === '/v2/waits/manifests/1' && method === 'HEAD') asked += 1;
    const isManifest = url === '/v2/waits/manifests/1' || url === `/v2/waits/manifests/${digest}`;
    const bytes = isManifest ? manifest : blobs.get(url);
    if (!bytes) {
      response.writeHead(404, { 'content-type': 'application/json' });
      return void response.end(JSON.stringify({ errors: [{ code: 'MANIFEST_UNKNOWN', message: 'manifest unknown' }] }));
    }
    response.writeHead(200, {
      'content-type': isManifest ? type : 'application/octet-stream',
      'content-length': bytes.length,
      'docker-content-digest': isManifest ? digest : digestOf(bytes),
    });
    response.end(method === 'HEAD' ? undefined : bytes);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    image: `127.0.0.1:${(server.address() as AddressInfo).port}/waits:1`,
    digest,
    asked: () => asked,
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
}

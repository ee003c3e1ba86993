import type Docker from 'dockerode';
import { Readable } from 'node:stream';
import { unless } from './engine.ts';
import { tarOf } from './tar.ts';

/** Raise the number when the program changes. */
const IMAGE = 'teal-pause:1';
export const PAUSE_COMMAND = ['/pause'];

/**
 * Makes sure that the Engine holds the image whose only program waits for ever, and gives its name. It holds the
 * namespaces that the containers of a task share, so that they outlive each container, as the pause container of the
 * ECS agent does. It comes from no registry: the program is these 200 bytes.
 */
export async function ensurePauseImage(engine: Docker): Promise<string> {
  if (await engine.getImage(IMAGE).inspect().catch(unless(404))) return IMAGE;
  const { Arch } = await engine.version();
  const program = programFor(Arch);
  if (!program) throw new Error(`tasks of several containers need an Engine on amd64 or arm64, found ${Arch}`);
  const [repo, tag] = IMAGE.split(':');
  const progress = await engine.importImage(Readable.from([tarOf('pause', program, 0o755)]), { repo, tag });
  for await (const _line of progress);
  return IMAGE;
}

/** Calls pause(2), or ppoll(2) for nothing on arm64, again and again. */
const CODE = {
  amd64: { machine: 62, code: [0xb8, 0x22, 0, 0, 0, 0x0f, 0x05, 0xeb, 0xf7] },
  arm64: {
    machine: 183,
    code: [0xd2800000, 0xd2800001, 0xd2800002, 0xd2800003, 0xd2800928, 0xd4000001, 0x17fffffa].flatMap((word) => [
      ...new Uint8Array(Uint32Array.of(word).buffer),
    ]),
  },
} as const;

const HEADERS = 64 + 56;
const LOAD_AT = 0x400000;

/** The smallest ELF file: a header, one segment, the code. Source: ELF-64 object file format, version 1.5. */
export function programFor(arch: string): Buffer | undefined {
  const known = arch === 'amd64' || arch === 'arm64' ? CODE[arch] : undefined;
  if (!known) return undefined;
  const { machine, code } = known;
  const size = HEADERS + code.length;
  const file = Buffer.alloc(size);
  Buffer.from([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1]).copy(file);
  file.writeUInt16LE(2, 16); // executable
  file.writeUInt16LE(machine, 18);
  file.writeUInt32LE(1, 20);
  file.writeBigUInt64LE(BigInt(LOAD_AT + HEADERS), 24); // entry
  file.writeBigUInt64LE(64n, 32); // program headers
  file.writeUInt16LE(64, 52);
  file.writeUInt16LE(56, 54);
  file.writeUInt16LE(1, 56);
  file.writeUInt32LE(1, 64); // to load
  file.writeUInt32LE(5, 68); // readable, executable
  file.writeBigUInt64LE(BigInt(LOAD_AT), 80);
  file.writeBigUInt64LE(BigInt(LOAD_AT), 88);
  file.writeBigUInt64LE(BigInt(size), 96);
  file.writeBigUInt64LE(BigInt(size), 104);
  file.writeBigUInt64LE(0x10000n, 112);
  Buffer.from(code).copy(file, HEADERS);
  return file;
}

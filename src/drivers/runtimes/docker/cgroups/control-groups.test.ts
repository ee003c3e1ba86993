import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { cgroupfsV1 } from './cgroupfs-v1.ts';
import { cgroupfsV2 } from './cgroupfs-v2.ts';
import { quotaMicros } from './control-groups.ts';
import { systemdSlices } from './systemd-slices.ts';

const LIMITS = { cpus: 0.25, memoryBytes: 1024 };

describe('control groups', () => {
  let root: string;
  beforeEach(async () => void (root = await mkdtemp(join(tmpdir(), 'teal-cgroups-'))));
  afterEach(() => rm(root, { recursive: true }));
  const read = (...path: string[]): Promise<string> => readFile(join(root, ...path), 'utf8');

  it('of version 1 are a folder with its limit in the tree of each controller', async () => {
    expect(await cgroupfsV1(root).ensure('teal-a', LIMITS)).toBe('/teal-a');

    expect(await read('memory', 'teal-a', 'memory.limit_in_bytes')).toBe('1024');
    expect(await read('cpu', 'teal-a', 'cpu.cfs_quota_us')).toBe('25000');
    expect(await cgroupfsV1(root).list('teal-')).toEqual(['teal-a']);
  });

  it('of version 2 are a folder that is handed the controllers it has limits of', async () => {
    expect(await cgroupfsV2(root).ensure('teal-a', LIMITS)).toBe('/teal-a');

    expect(await read('cgroup.subtree_control')).toBe('+cpu +memory');
    expect(await read('teal-a', 'memory.max')).toBe('1024');
    expect(await read('teal-a', 'cpu.max')).toBe('25000 100000');
    expect(await cgroupfsV2(root).list('teal-')).toEqual(['teal-a']);
  });

  it('of systemd are slices limited until the machine goes down', async () => {
    const asked: string[] = [];
    const slices = systemdSlices((...words) => {
      asked.push(words.join(' '));
      return Promise.resolve('teal-a.slice loaded active active Slice\n');
    });

    expect(await slices.ensure('teal-a', LIMITS)).toBe('teal-a.slice');
    expect(await slices.list('teal-')).toEqual(['teal-a']);
    await slices.remove('teal-a');

    expect(asked).toEqual([
      'start teal-a.slice',
      'set-property --runtime teal-a.slice MemoryMax=1024 CPUQuota=25%',
      'list-units --all --plain --no-legend --type=slice teal-*',
      'stop teal-a.slice',
      'revert teal-a.slice',
    ]);
  });

  it('are removed with those below them, and once only', async () => {
    await mkdir(join(root, 'teal-a', 'below'), { recursive: true });

    await cgroupfsV2(root).remove('teal-a');
    await cgroupfsV2(root).remove('teal-a');

    expect(await cgroupfsV2(root).list('teal-')).toEqual([]);
  });

  it('get no less time than the kernel takes', () => {
    expect(quotaMicros(0.001)).toBe(1000);
    expect(quotaMicros(1.5)).toBe(150_000);
  });
});

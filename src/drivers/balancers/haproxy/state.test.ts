import { mkdtempSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readState, writeState, type State } from './state.ts';

describe('what is remembered across a crash', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'teal-state-'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const state = (epoch: number): State => ({
    host: '127.0.0.1',
    config: { epoch, listeners: [], targetGroups: [] },
    groups: [],
    ports: [],
  });
  const file = () => join(folder, 'state.json');

  it('is the last that was written, for this user only', () => {
    writeState(folder, state(1));
    writeState(folder, state(2));

    expect(readState(folder, '::1')).toEqual(state(2));
    expect(statSync(file()).mode & 0o777).toBe(0o600);
  });

  it('is the new one when a crash came after the old was taken away', () => {
    writeState(folder, state(1));
    renameSync(file(), `${file()}.new`);

    expect(readState(folder, '::1')).toEqual(state(1));
  });

  it('is the old one when a crash came while the new was written', () => {
    writeState(folder, state(1));
    writeFileSync(`${file()}.new`, '{"host":');

    expect(readState(folder, '::1')).toEqual(state(1));
  });

  it('is nothing at first', () => {
    expect(readState(folder, '::1')).toMatchObject({ host: '::1', config: { epoch: 0, listeners: [] } });
  });
});

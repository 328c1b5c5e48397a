import { spawnSync } from 'node:child_process';
import { chmodSync, cpSync, lstatSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { findBinaries, runnableBinaries } from './find-binaries.ts';
import { unprivilegedIdentity } from './process-identity.ts';

const { found: embedded } = findBinaries(['embedded'], '');

test('embedded binaries under a private home, or without their links, run from a copy', () => {
  if (embedded === undefined)
    throw new Error('npm brings embedded binaries, and there are none: run npm ci');
  const root = mkdtempSync(join(tmpdir(), 'groundhog-binaries-'));
  try {
    const home = join(root, 'home');
    mkdirSync(home, { mode: 0o700 });
    const withoutLinks = join(home, 'native');
    cpSync(dirname(embedded.directory), withoutLinks, {
      recursive: true,
      filter: (source) => !lstatSync(source).isSymbolicLink(),
    });
    const scratch = join(root, 'scratch');
    mkdirSync(scratch);
    for (const open of [root, scratch]) chmodSync(open, 0o755);
    const identity = unprivilegedIdentity();
    const original = { source: 'embedded', directory: join(withoutLinks, 'bin') } as const;
    const directory = runnableBinaries(original, identity, scratch);
    const run = spawnSync(join(directory, 'postgres'), ['--version'], { ...identity, cwd: '/' });
    expect([directory, run.status]).toEqual([join(scratch, 'native', 'bin'), 0]);
  } finally {
    rmSync(root, { recursive: true });
  }
});

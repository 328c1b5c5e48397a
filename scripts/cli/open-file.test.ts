import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, expect, test } from 'vitest';
import { openFile } from './open-file.ts';

/** Where commands are looked for during a test. */
let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'groundhog-open-'));
  const before = process.env['PATH'];
  process.env['PATH'] = directory;
  return () => {
    process.env['PATH'] = before;
    rmSync(directory, { recursive: true, force: true });
  };
});

test.runIf(process.platform === 'linux')(
  'a file counts as opened where a command is there for it and finds a program',
  async () => {
    expect(await openFile('page.html')).toBe(false);
    const outcomes: boolean[] = [];
    for (const exitCode of [0, 3]) {
      const command = join(directory, 'xdg-open');
      writeFileSync(command, `#!/bin/sh\nexit ${exitCode}\n`);
      chmodSync(command, 0o755);
      outcomes.push(await openFile('page.html'));
    }
    expect(outcomes).toEqual([true, false]);
  },
);

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { expect, test } from 'vitest';

const launcher = join(import.meta.dirname, '../groundhog.js');

async function mutants(
  ...args: readonly string[]
): Promise<{ readonly report: unknown; readonly exitCode: number | null }> {
  const child = spawn(process.execPath, [launcher, 'mutants', ...args, '--json'], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const [stdout] = await Promise.all([text(child.stdout), once(child, 'close')]);
  return { report: JSON.parse(stdout), exitCode: child.exitCode };
}

const patience = { timeout: 120_000 };

test('a mutant that is caught ends the command with 0', patience, async () => {
  const { report, exitCode } = await mutants('CD-13');
  expect(report).toMatchObject({ killed: ['CD-13'], survived: [] });
  expect(exitCode).toBe(0);
});

test(
  'one that survives, because what it breaks is not checked, ends it with 1',
  patience,
  async () => {
    const { report, exitCode } = await mutants('CD-13', '--without', 'I2');
    expect(report).toMatchObject({
      killed: [],
      survived: ['CD-13'],
      results: [
        { id: 'CD-13', verdict: 'survived', reason: expect.stringMatching(/^found only I/) },
      ],
    });
    expect(exitCode).toBe(1);
  },
);

// Every ban of .oxlintrc.json fires where it should and nowhere else: a linter that reads nothing agrees with everything.

import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';

const root = process.cwd();
const run = promisify(execFile);

/** Place, what stands there, and the words the linter must say. */
const banned = [
  ['harness/session/date.ts', 'export const now = Date.now();', 'Take host.clock'],
  ['harness/session/new-date.ts', 'export const now = new Date();', 'Take host.clock'],
  ['harness/session/performance.ts', 'export const now = performance.now();', 'Take host.clock'],
  ['harness/session/timeout.ts', 'setTimeout(() => undefined, 1);', 'Take host.clock'],
  ['harness/session/interval.ts', 'setInterval(() => undefined, 1);', 'Take host.clock'],
  ['harness/session/immediate.ts', 'setImmediate(() => undefined);', 'Take host.clock'],
  [
    'harness/session/timers.ts',
    "import { setTimeout as wait } from 'node:timers/promises';\nawait wait(1);",
    'Take host.clock',
  ],
  ['harness/session/hrtime.ts', 'export const now = process.hrtime();', 'Take host.clock'],
  ['harness/session/dice.ts', 'export const dice = Math.random();', 'Take host.random'],
  ['harness/session/uuid.ts', 'export const id = crypto.randomUUID();', 'Take host.ids'],
  [
    'harness/session/node-uuid.ts',
    "import { randomUUID } from 'node:crypto';\nexport const id = randomUUID();",
    'Take host.ids',
  ],
  ['harness/session/fetch.ts', "await fetch('http://127.0.0.1');", 'inside an effect'],
  ['harness/session/env.ts', "export const home = process.env['HOME'];", 'reads the environment'],
  [
    'harness/session/process.ts',
    "import { env } from 'node:process';\nexport const home = env['HOME'];",
    'global process',
  ],
  ['harness/session/console.ts', "console.log('x');", 'no-console'],
  ['harness/session/exit.ts', 'process.exit(1);', 'scripts/main.ts decides'],
  ['harness/session/kill.ts', "process.kill(1, 'SIGKILL');", "verifier's worker"],
  ['scenarios/desk/exit.ts', 'process.exit(1);', 'scripts/main.ts decides'],
  ['scenarios/desk/kill.ts', "process.kill(1, 'SIGKILL');", "verifier's worker"],
  ['scenarios/desk/process.ts', "import { exit } from 'node:process';\nexit(1);", 'global process'],
  ['scenarios/desk/console.ts', "console.log('x');", 'no-console'],
  ['scripts/commands/console.ts', "console.log('x');", 'no-console'],
  ['evals/gate/any.ts', 'export const free = (value: any): void => void value;', 'no-explicit-any'],
  [
    'evals/gate/bang.ts',
    'export const sure = (value?: string): string => value!;',
    'no-non-null-assertion',
  ],
  ['evals/gate/default.ts', 'export default 1;', 'no-default-export'],
  ['evals/gate/notKebab.ts', 'export const one = 1;', 'filename-case'],
  [
    'evals/gate/floating.ts',
    'const work = async (): Promise<void> => undefined;\nwork();',
    'no-floating-promises',
  ],
  [
    'evals/gate/switch.ts',
    "export const say = (on: 'a' | 'b'): void => {\n  switch (on) {\n    case 'a':\n      break;\n  }\n};",
    'switch-exhaustiveness-check',
  ],
  [
    'evals/gate/params.ts',
    'export const four = (a: 1, b: 2, c: 3, d: 4): number => a + b + c + d;',
    'max-params',
  ],
  [
    'evals/gate/long.ts',
    `export function long(): void {\n${'  void 0;\n'.repeat(71)}}`,
    'max-lines-per-function',
  ],
  ['evals/gate/longer.ts', `let n = 0;\n${'n += 1;\n'.repeat(301)}export { n };`, 'max-lines'],
] as const;

/** Where the same things are right, and the linter is silent. */
const allowed = [
  ['harness/host/clock.ts', 'export const now = Date.now();'],
  ['harness/testing/clock.ts', 'export const now = Date.now();'],
  ['harness/session/date.test.ts', 'export const now = Date.now();'],
  [
    'harness/session/hash.ts',
    "import { createHash } from 'node:crypto';\nexport const hash = createHash('sha256').digest('hex');",
  ],
  ['scenarios/verifier/worker.ts', "process.kill(process.pid, 'SIGKILL');"],
  ['scenarios/verifier/worker-main.ts', "process.kill(process.pid, 'SIGKILL');"],
  ['scripts/main.ts', "console.log('x');\nprocess.exit(0);"],
  ['tool.config.ts', 'export default 1;'],
] as const;

const reportSchema = z.object({
  diagnostics: z.array(
    z.object({
      code: z.string(),
      message: z.string(),
      help: z.string().optional(),
      filename: z.string(),
    }),
  ),
  number_of_files: z.number(),
});

let folder: string;
let report: z.infer<typeof reportSchema>;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'groundhog-lint-'));
  for (const name of ['.oxlintrc.json', 'tsconfig.json', '.gitignore', 'package.json']) {
    await cp(join(root, name), join(folder, name));
  }
  await symlink(join(root, 'node_modules'), join(folder, 'node_modules'));
  for (const [path, text] of [...banned, ...allowed]) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), `${text}\n`);
  }
  report = reportSchema.parse(JSON.parse(await lint(folder)));
});

afterAll(() => rm(folder, { recursive: true, force: true }));

test.for(banned)('%s is told off', ([path, , words]) => {
  expect(saidOf(path).join('\n')).toContain(words);
});

test.for(allowed)('%s is left alone', ([path]) => {
  expect(saidOf(path)).toEqual([]);
});

test('the linter looked at every file', () => {
  expect(report.number_of_files).toBe(banned.length + allowed.length);
});

function saidOf(path: string): string[] {
  return report.diagnostics
    .filter(({ filename }) => resolve(folder, filename) === join(folder, path))
    .map(({ code, message, help }) => `${code} ${message} ${help ?? ''}`);
}

/** oxlint exits with 1 when it finds something, which is what is wanted here. */
async function lint(cwd: string): Promise<string> {
  const bin = join(root, 'node_modules/oxlint/bin/oxlint');
  const { stdout } = await run(process.execPath, [bin, '--format', 'json'], { cwd }).catch(
    (error: { readonly stdout: string }) => error,
  );
  return stdout;
}

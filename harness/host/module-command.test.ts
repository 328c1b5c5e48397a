import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { afterAll, expect, test } from 'vitest';
import { moduleCommand } from './module-command.ts';

const folder = mkdtempSync(join(tmpdir(), 'module-command-'));
const module = pathToFileURL(join(folder, 'a module.ts'));
writeFileSync(
  module,
  `import { getCompileCacheDir } from 'node:module';
const said: string[] = [...process.argv.slice(2), String(getCompileCacheDir() !== undefined)];
console.log(said.join(' '));`,
);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const run = (command: readonly string[]): string =>
  execFileSync(process.execPath, command, { encoding: 'utf8' }).trim();

test('a module is run with what it is given, and what V8 makes of it is kept', () => {
  expect(run(moduleCommand(module, 'to', 'do'))).toBe('to do true');
  expect(run([fileURLToPath(module), 'to', 'do'])).toBe('to do false');
});

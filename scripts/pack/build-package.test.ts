import { spawnSync } from 'node:child_process';
import {
  copyFileSync,
  cpSync,
  existsSync,
  globSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import manifest from '../../package.json' with { type: 'json' };
import declarations from '../../tsconfig.declarations.json' with { type: 'json' };
import sources from '../../tsconfig.json' with { type: 'json' };
import { buildPackage } from './build-package.ts';

// A project of somebody else, in which the package lies as npm puts it there: under `node_modules`, where no types are stripped.

const root = join(import.meta.dirname, '../..');
const project = mkdtempSync(join(tmpdir(), 'groundhog-project-'));
const installed = join(project, 'node_modules/groundhog');

beforeAll(() => {
  buildPackage(root, join(installed, 'dist'));
  mkdirSync(join(installed, 'scripts'));
  for (const file of ['package.json', 'scripts/groundhog.js']) {
    copyFileSync(join(root, file), join(installed, file));
  }
  for (const name of readdirSync(join(root, 'node_modules'))) {
    symlinkSync(join(root, 'node_modules', name), join(project, 'node_modules', name));
  }
  writeFileSync(join(project, 'package.json'), '{ "type": "module" }');
  cpSync(join(root, 'docs/examples'), project, { recursive: true });
  for (const file of globSync('*.ts', { cwd: project })) {
    const path = join(project, file);
    writeFileSync(path, readFileSync(path, 'utf8').replaceAll(/'#(?=\w)/g, "'groundhog/"));
  }
});
afterAll(() => rmSync(project, { recursive: true, force: true }));

test('each door of the checkout but the bench is one of the package, and opens', () => {
  const inside = Object.keys(manifest.imports).filter((name) => name !== '#bench');
  const outside = Object.keys(manifest.exports).filter((name) => name !== './package.json');
  expect(outside).toEqual(inside.map((name) => name.replace('#', './')));
  const doors = outside.map((name) => name.replace('.', 'groundhog'));
  // The door for vitest opens only within it: a test below enters it.
  const opened = doors.filter((name) => !name.endsWith('/vitest'));
  const program = `for (const name of ${JSON.stringify(opened)}) console.log(name, Object.keys(await import(name)).length > 0)`;
  expect(run('--input-type=module', '--eval', program)).toEqual({
    exitCode: 0,
    said: opened.map((name) => `${name} true`).join('\n'),
  });
});

test('declarations are written of what is checked together, and of nothing else', () => {
  const apart = sources.exclude.filter((name) => name !== 'node_modules');
  expect(declarations.exclude).toEqual(expect.arrayContaining(apart));
  expect(apart).toHaveLength(1);
});

test('what a module loads from beside it is there', () => {
  const modules = globSync('dist/**/*.js', { cwd: installed });
  const beside = modules.flatMap((module) => {
    const source = readFileSync(join(installed, module), 'utf8');
    const named = [...source.matchAll(/new URL\('(?<file>[^']*\.\w+)', import\.meta\.url\)/g)];
    return named.map(({ groups }) => join(dirname(module), groups?.['file'] ?? ''));
  });
  expect(beside).toContain('dist/scenarios/verifier/worker-process.js');
  expect(beside.filter((file) => !existsSync(join(installed, file)))).toEqual([]);
});

test('a scenario of the project is replayed and a card made of it, and its recording is a page', () => {
  expect(groundhog('replay', 'outage-card.ts')).toEqual({
    exitCode: 0,
    said: expect.stringMatching(/^X-01: 8 exchanges, 0 divergences, 0 network requests/),
  });
  const making = ['--like', 'outage-card.ts', '--as', 'X-02', '--out', 'x-02.ts'];
  expect(groundhog('promote', 'X-01.jsonl', ...making).exitCode).toBe(0);
  expect(readFileSync(join(project, 'x-02.ts'), 'utf8')).toContain("from 'groundhog/scenarios'");
  expect(groundhog('view', 'X-01.jsonl', '--out', 'page.html').exitCode).toBe(0);
  const page = readFileSync(join(project, 'page.html'), 'utf8');
  expect(page.includes('function goToAddress(')).toBe(true);
});

test('its tests replay their recordings', () => {
  const vitest = join(root, 'node_modules/vitest/vitest.mjs');
  const { exitCode, said } = run(vitest, 'run', 'order-agent.test.ts', '--reporter=default');
  expect(said).toContain('1 passed');
  expect(exitCode).toBe(0);
});

function groundhog(...args: readonly string[]): Ended {
  return run(join(installed, 'scripts/groundhog.js'), ...args);
}

interface Ended {
  readonly exitCode: number | null;
  readonly said: string;
}

function run(...args: readonly string[]): Ended {
  const { VITEST: _, ...env } = process.env;
  const { status, stdout, stderr } = spawnSync(process.execPath, args, {
    cwd: project,
    env,
    encoding: 'utf8',
  });
  return { exitCode: status, said: `${stdout}${stderr}`.trim() };
}

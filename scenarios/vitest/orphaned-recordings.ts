import { globSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { TestCase, TestModule } from 'vitest/node';
import { recordingPath, recordingsOf } from './recording-path.ts';

/**
 * Recordings beside the test files of a run that no test of theirs has: the test was renamed or deleted, or its file was. A test
 * that did not run, because a filter left it out, has its recording all the same.
 */
export function orphanedRecordings(modules: readonly TestModule[]): readonly string[] {
  // Of a file that could not be loaded nobody knows its tests.
  const loaded = modules.filter((each) => each.errors().length === 0);
  const had = new Set(
    loaded.flatMap(({ moduleId, children }) =>
      [...children.allTests()].map((test) => recordingPath(moduleId, namesOf(test)).toLowerCase()),
    ),
  );
  const beside = loaded.flatMap(({ moduleId }) => recordingsIn(recordingsOf(moduleId)));
  const folders = new Set(modules.map(({ moduleId }) => dirname(moduleId)));
  return [
    ...beside.filter((path) => !had.has(path.toLowerCase())),
    ...[...folders].flatMap(recordingsOfNoFile),
  ].toSorted();
}

/** In a folder's `__recordings__`, what belongs to files that are not there. */
function recordingsOfNoFile(folder: string): readonly string[] {
  const files = new Set(globSync('*', { cwd: folder }));
  return globSync('__recordings__/*', { cwd: folder })
    .filter((path) => !files.has(path.slice('__recordings__/'.length)))
    .flatMap((path) => recordingsIn(join(folder, path)));
}

const recordingsIn = (folder: string): readonly string[] =>
  globSync('*.jsonl', { cwd: folder }).map((name) => join(folder, name));

function namesOf(test: TestCase): readonly string[] {
  const names = [test.name];
  for (let at = test.parent; at.type === 'suite'; at = at.parent) names.unshift(at.name);
  return names;
}
